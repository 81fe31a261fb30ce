import { GatewayConfig } from "@travelagent/config";
import { testDatabase } from "@travelagent/engine/testing";
import type { SentMessage } from "@travelagent/gateway-core";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { databaseCrm } from "@travelagent/tools-crm";
import { afterEach, expect, it } from "vitest";
import { openSales } from "./sales.ts";

const hour = 3_600_000;
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function until(isThere: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !isThere(); turn++) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function bench() {
  const db = await testDatabase();
  opened.push(db);
  const clock = fakeClock();
  const crm = await databaseCrm({ db, clock });
  const outbox = new Map<string, SentMessage>();
  const said: unknown[] = [];
  const events: { event: string; phase: string; text: string }[] = [];
  const open = () => {
    const sales = openSales({
      config: () => GatewayConfig.parse({}),
      db,
      clock,
      log: recordingLogger(),
      crm,
      agencyOf: () => undefined,
      timeZone: "Europe/Lisbon",
      bookings: () => ({ list: async () => ({ bookings: [] }) }) as never,
      publish: (event, payload) => {
        const { phase, promise } = payload as unknown as { phase: string; promise: { text: string } };
        events.push({ event, phase, text: promise.text });
      },
      gateway: () =>
        ({
          tell: async (news: unknown) => void said.push(news),
          note: async (note: unknown) => void said.push(note),
          correspondence: {
            conversation: async (sessionKey: string) => ({ agentId: "main", address: { channel: "webchat", peerId: sessionKey }, displayName: "x" }),
            sent: async (id: string) => outbox.get(id) ?? null,
            sentSince: async (at: number) => [...outbox.values()].filter(({ sentAt }) => sentAt >= at),
          },
        }) as never,
    });
    opened.push(sales);
    return sales;
  };
  const send = (id: string, text: string) => outbox.set(id, { id, sessionKey: "s", text, author: "agent", sentAt: clock.now() });
  const notes = async () => (await crm.notes({ sessionKey: "s" })).notes.map(({ text }) => text).toReversed();
  return { db, clock, crm, open, send, notes, events, said };
}

it("reminds people of what a message promised by note and event, each once over restarts, and never the customer", async () => {
  const { clock, open, send, notes, events, said } = await bench();
  const first = open();
  await first.resume();
  send("m1", "I'll send you the quote by 3 pm.");
  first.onSent({ deliveryId: "m1" });
  first.onSent({ deliveryId: "m1" });
  await until(() => events.length > 0);
  await clock.advance(5 * hour);
  expect(events).toEqual([
    { event: "promise", phase: "changed", text: "I'll send you the quote by 3 pm." },
    { event: "promise", phase: "due", text: "I'll send you the quote by 3 pm." },
  ]);
  await first.close();
  await clock.advance(3 * hour);
  const second = open();
  await second.resume();
  await clock.advance(1);
  expect(events.slice(2)).toEqual([{ event: "promise", phase: "overdue", text: "I'll send you the quote by 3 pm." }]);
  await clock.advance(30 * hour);
  expect(await notes()).toEqual([
    "Promised and due soon (2027-01-15T15:00:00.000Z): I'll send you the quote by 3 pm.",
    "Promised and overdue (2027-01-15T15:00:00.000Z): I'll send you the quote by 3 pm.",
  ]);
  expect(events).toHaveLength(3);
  expect(said).toEqual([]);
});

it("hears at the start what was sent when nobody listened, and not what is long past", async () => {
  const { clock, open, send, db } = await bench();
  send("old", "I'll call you tomorrow.");
  await clock.advance(5 * 24 * hour);
  send("late", "I'll call you tomorrow.");
  await open().resume();
  await open().resume();
  expect((await db.all("select source_message from crm_promise")).map((row) => row.source_message)).toEqual(["late"]);
});

it("moves leads by quotes and bookings", async () => {
  const { clock, crm, open } = await bench();
  const sales = open();
  const lead = await crm.createLead({ sessionKey: "s" }, { summary: "sea", source: "webchat" }, { idempotencyKey: "k" });
  const createdAt = new Date(clock.now()).toISOString();
  const stage = async (wanted: string) => {
    for (let turn = 0; turn < 100 && (await crm.lead(lead.id))!.lead.stage !== wanted; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
    return (await crm.lead(lead.id))!.lead.stage;
  };
  sales.onQuote({ id: "q1", sessionKey: "s", createdAt });
  expect(await stage("quoted")).toBe("quoted");
  const booking = { id: "b1", sessionKey: "s", createdAt } as never;
  sales.onBooking({ ...(booking as object), status: "held" } as never);
  sales.onBooking({ ...(booking as object), status: "ticketed" } as never);
  expect(await stage("won")).toBe("won");
  expect((await crm.lead(lead.id))!.history.map(({ stage: reached }) => reached)).toEqual(["new", "quoted", "won"]);
});
