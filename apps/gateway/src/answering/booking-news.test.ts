import type { News } from "@travelagent/gateway-core";
import type { Booking, BookingStatus } from "@travelagent/protocol";
import { recordingLogger } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { bookingNews } from "./booking-news.ts";

const booking = (status: BookingStatus, id = "b1"): Booking => ({
  id,
  reference: "K7PQ2M",
  status,
  customerId: "c1",
  sessionKey: "agent:main:webchat:dm:v1",
  items: [],
  total: { amount: "10.00", currency: "EUR" },
  balance: { amount: "0.00", currency: "EUR" },
  travellers: [],
  createdAt: "2027-01-01T00:00:00Z",
  updatedAt: "2027-01-01T00:00:00Z",
  version: 1,
});
const answered = (status: string, id = "b1") => ({ key: "intent-1", tool: "create_booking", output: { content: { status, booking: { id } } } });

function bench(writes: { key: string; tool: string; output: unknown }[]) {
  const told: News[] = [];
  const log = recordingLogger();
  const changed = bookingNews({ gate: { writes: async () => writes }, tell: async (news) => void told.push(news), log });
  return { told, log, changed };
}

describe("booking news", () => {
  it("tells a customer who was left with an open outcome how it ended, under one id however often it is heard", async () => {
    const { told, changed } = bench([answered("unknown")]);
    await changed(booking("ticketed"));
    await changed(booking("ticketed"));
    expect(told.map(({ id, text }) => `${id} ${text}`)).toEqual(
      Array(2).fill("news:intent-1:ticketed Good news: your booking K7PQ2M is settled now. It is ticketed."),
    );
  });

  it("says nothing while it is open, to who heard the outcome already, and about another booking", async () => {
    for (const [writes, status] of [
      [[answered("unknown")], "unknown"],
      [[answered("booked")], "ticketed"],
      [[answered("unknown", "b2")], "ticketed"],
      [[], "failed"],
    ] as const) {
      const { told, changed } = bench([...writes]);
      await changed(booking(status));
      expect(told).toEqual([]);
    }
  });

  it("sends the link to pay by to who has not got it, and tells how a payment or a change ended", async () => {
    const waiting = { ...booking("held"), payUrl: "https://pay.example/1", payUntil: "2027-01-01T10:00:00Z" };
    const { told, changed } = bench([answered("unknown")]);
    await changed(waiting);
    expect(told.map(({ id, text }) => `${id} ${text}`)).toEqual([expect.stringMatching(/^news:intent-1:payment To go on .* https:\/\/pay.example\/1 /)]);
    const asked = bench([answered("awaiting-payment")]);
    await asked.changed(waiting);
    await asked.changed(booking("held"));
    expect(asked.told).toEqual([]);
    await asked.changed(booking("ticketed"));
    await asked.changed({ ...booking("ticketed"), notice: "the change was not made: it was not paid in time" });
    expect(asked.told.map(({ text }) => text)).toEqual([expect.stringContaining("It is ticketed"), expect.stringContaining("was not paid in time")]);
  });

  it("a failure to tell is logged and disturbs nobody", async () => {
    const log = recordingLogger();
    const changed = bookingNews({ gate: { writes: async () => [answered("unknown")] }, tell: () => Promise.reject(new Error("no")), log });
    await changed(booking("failed"));
    expect(log.lines.map(({ level }) => level)).toEqual(["error"]);
  });
});
