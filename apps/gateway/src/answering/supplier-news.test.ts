import { fileURLToPath } from "node:url";
import { createGate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { testEngine } from "@travelagent/engine/testing";
import type { News } from "@travelagent/gateway-core";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { bookingTools, createBookings } from "@travelagent/tools-booking";
import { scheduleChangeTool } from "@travelagent/tools-booking/news";
import { fakePayments, fakeSupplier, sampleFlight } from "@travelagent/tools-booking/testing";
import { afterEach, describe, expect, it } from "vitest";
import { filesOfPacks } from "./policy-files.ts";
import { supplierNews } from "./supplier-news.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const { signal } = new AbortController();
const turn = {
  runId: "run",
  agentId: "main",
  sessionKey: "agent:main:webchat:dm:ana",
  customerId: "customer:ana",
  channel: "webchat",
  accountId: "default",
  chatType: "direct" as const,
  peerId: "ana",
  timeZone: "Europe/Madrid",
};

/** A booking whose supplier tells nothing, and moved its flight by `minutes`. */
async function moved(minutes: number, share: (orderId: string, kind: string) => Promise<{ url: string }>) {
  const engine = await testEngine();
  const clock = fakeClock("2027-01-15T09:00:00Z");
  const supplier = fakeSupplier({ offers: [sampleFlight()] });
  const told: News[] = [];
  const log = recordingLogger();
  const bookings = createBookings({
    ...{ db: engine.db, work: engine.work, suppliers: [supplier], payments: fakePayments(), clock },
    customers: { ensure: async () => ({ customerId: turn.customerId }) },
    news: { watchSandbox: true },
    announce: supplierNews({ tell: async (news) => void told.push(news), share, log }),
  });
  await bookings.migrate();
  closing.push(
    () => engine.stop(),
    () => bookings.stop(),
  );
  const query = { origin: "BCN", destination: "FRA", departureDate: "2027-03-12", adults: 1, childrenAges: [], cabin: "ECONOMY" as const };
  const search = { kind: "flight" as const, query: { ...query, directOnly: false, currency: "EUR", limit: 5 } };
  await bookings.search(search, turn, { requestId: "find", signal });
  const request = { offerIds: ["flight-1"], travellers: [{ givenName: "Ana", familyName: "Silva" }], contact: { email: "ana@example.com" }, buyer: turn };
  const { order } = await bookings.book(request, { idempotencyKey: "yes", waitMs: 5000, signal });
  const later = (iso: string) => `${new Date(Date.parse(`${iso.replace(/Z$/, "")}Z`) + minutes * 60_000).toISOString().slice(0, 19)}`;
  const [journey] = sampleFlight().journeys;
  const segments = journey!.segments.map((segment) => {
    const [from, to] = [segment.departure.time, segment.arrival.time];
    return {
      ...segment,
      departure: { ...segment.departure, time: { ...from, local: later(from.local), utc: `${later(from.utc)}Z` } },
      arrival: { ...segment.arrival, time: { ...to, local: later(to.local), utc: `${later(to.utc)}Z` } },
    };
  });
  supplier.happen(`${order.id}-1`, { journeys: [{ ...journey!, segments }] });
  await bookings.hearSuppliers();
  await clock.advance(8 * 86_400_000);
  const change = () => bookings.get(order.id).then((stored) => stored!.order.items[0]!.scheduleChange);
  await expect.poll(change).toBeDefined();
  await expect.poll(async () => (await bookings.get(order.id))!.work).toBeUndefined();
  await bookings.hearSuppliers();
  return { engine, clock, bookings, order, told, log, change };
}

describe("news of suppliers in the conversation", () => {
  it("a small change comes with the papers as they are now; without them it comes all the same", async () => {
    const { told, order, bookings } = await moved(20, async (id, kind) => ({ url: `https://agency.example/${kind}/${id}` }));
    expect(told).toMatchObject([{ id: expect.stringMatching(/^supplier-news:booking\.news:/), sessionKey: turn.sessionKey }]);
    expect(told[0]!.text).toMatch(
      /^A small change of times[\s\S]*\n\nItinerary: https:\/\/agency\.example\/itinerary\/[^\n]*\nCalendar: https:\/\/agency\.example\/calendar\//,
    );
    const [booking] = (await bookings.list({})).bookings;
    expect(booking).toMatchObject({ id: order.id, items: [{ start: { local: "2027-03-12T10:35:00" }, summary: expect.stringContaining("10:35") }] });
    const broken = await moved(20, () => Promise.reject(new Error("no printer")));
    expect(broken.told.map(({ text }) => text)).toEqual([expect.stringMatching(/write to us here\.$/)]);
    expect(broken.log.lines.map(({ message }) => message)).toEqual(["papers could not be linked"]);
  });

  it("an answer needs the customer's yes to exactly these times, in a direct conversation, and is given once", async () => {
    const { engine, clock, bookings, order, change } = await moved(200, async () => ({ url: "https://agency.example/x" }));
    const policy = parsePolicy(filesOfPacks(fileURLToPath(new URL("../../policy", import.meta.url)), ["agency-default"]));
    const gate = createGate({ db: engine.db, tools: [...bookingTools(bookings), scheduleChangeTool(bookings)], policy: () => policy, clock });
    await gate.migrate();
    let calls = 0;
    const call = (who: object = {}) => {
      calls += 1;
      const args = { bookingReference: order.reference, answer: "accept" };
      return gate.call(
        { toolCallId: `c${calls}`, name: "respond_to_schedule_change", args, tainted: false },
        { ...turn, runId: `run${calls}`, ...who },
        signal,
      );
    };
    expect(await call({ chatType: "group" })).toMatchObject({ status: "refused", error: { details: { ruleId: "booking.schedule-change-direct-chat-only" } } });
    const asked = await call();
    if (asked.status !== "asked") throw new Error(`it was ${asked.status}`);
    expect(await change()).not.toHaveProperty("answer");
    await engine.db.transaction((tx) => gate.decisions.markShown(tx, [asked.decisionId]));
    await gate.decisions.answer({ id: "m1", sessionKey: turn.sessionKey, text: "yes", receivedAt: clock.now() });
    expect(await call()).toMatchObject({
      status: "done",
      output: { content: { status: "needs-person", note: expect.stringContaining("A colleague tells the airline") } },
    });
    expect(await change()).toMatchObject({ answer: "accepted" });
    expect((await bookings.get(order.id))!.order.attention).toBe("the customer accepts the new times of item 1; tell fake, then attend to it");
  });
});
