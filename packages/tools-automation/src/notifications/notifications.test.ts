import { createGate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { testEngine } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import type { Engine } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createNotifier, type Notification, type NotificationPorts, type Notifier, notificationPersonalData, notificationTools } from "./index.ts";

let engine: Engine;
let clock: ReturnType<typeof fakeClock>;
let delivered: Notification[];
let failing: Error | undefined;
let unwanted: string | undefined;
let quietUntil: number;
let notifier: Notifier;
let budget: { perCustomerPerDay: number; perDay: number };
let ports: NotificationPorts;
const turn = {
  agentId: "main",
  runId: "run-1",
  sessionKey: "agent:main:webchat:dm:ana",
  channel: "webchat",
  accountId: "default",
  chatType: "direct",
  peerId: "ana",
  timeZone: "UTC",
  customerId: "cus_ana",
} as const;
const anaMail = { channel: "email", accountId: "default", peerId: "ana.silva@example.com" } as const;

async function open(): Promise<Notifier> {
  notifier = createNotifier({ db: engine.db, work: engine.work, ports, clock, budget: () => budget });
  await notifier.migrate();
  return notifier;
}

beforeEach(async () => {
  clock = fakeClock("2027-01-15T12:00:00Z");
  engine = await testEngine({ clock });
  delivered = [];
  failing = undefined;
  unwanted = undefined;
  quietUntil = 0;
  budget = { perCustomerPerDay: 3, perDay: 100 };
  ports = {
    recipients: async ({ customerId }, channel) =>
      customerId !== "cus_ana" ? [] : channel === "email" ? [anaMail] : [{ channel: "sms", accountId: "default", peerId: "+34600111222" }],
    async render(_turn, _channel, { name, values }) {
      if (name === "one-time-code") return { text: "1234", purpose: "legal", kind: "one-time-code" };
      if (name === "news") return { text: "Cheap flights", subject: "News", purpose: "marketing", kind: "marketing" };
      if (name !== "payment-reminder") throw new TravelAgentError("NOT_FOUND", `there is no template ${name}`);
      return { text: `Still open: ${String(values.amount)}`, subject: "Payment", purpose: "reminders", kind: "reminder" };
    },
    allowedAt: async (_sessionKey, _kind, from) => Math.max(from, quietUntil),
    unwanted: async () => unwanted,
    bookingOwner: async (reference) =>
      reference === "OWN123" ? { customerId: "cus_ana", sessionKey: "s" } : reference === "BEN123" ? { customerId: "cus_ben", sessionKey: "t" } : null,
    async deliver(notification) {
      if (failing) throw failing;
      if (!delivered.some(({ id }) => id === notification.id)) delivered.push(notification);
    },
  };
  await open();
  await engine.start();
});
afterEach(() => engine.stop());

const one = (over: Partial<Notification> = {}): Notification => ({
  id: "n1",
  sessionKey: turn.sessionKey,
  customerId: "cus_ana",
  to: anaMail,
  subject: "Your trip",
  text: "Here it is.",
  papers: [],
  purpose: "service",
  kind: "notice",
  ...over,
});

describe("the notifier", () => {
  it("hands over once for one id, and other words under it are refused", async () => {
    expect(await notifier.send(one())).toMatchObject({ status: "queued" });
    expect(await notifier.send(one())).toMatchObject({ status: "queued" });
    expect(delivered).toEqual([one()]);
    await expect(notifier.send(one({ text: "Something else" }))).rejects.toMatchObject({ code: "IDEMPOTENCY_MISMATCH" });
  });

  it("waits for the end of quiet hours, and looks at consent again then", async () => {
    quietUntil = clock.now() + 8 * 3_600_000;
    expect(await notifier.send(one())).toEqual({ id: "n1", status: "scheduled", at: new Date(quietUntil).toISOString() });
    expect(await notifier.send(one({ id: "n2" }))).toMatchObject({ status: "scheduled" });
    expect(delivered).toEqual([]);
    const row = await engine.db.get("select content from notification where id = 'n1'");
    expect(row?.content).toContain("Here it is.");
    await clock.advance(8 * 3_600_000 - 1);
    expect(delivered).toEqual([]);
    unwanted = "opted-out: the customer wrote STOP";
    await expect
      .poll(async () => {
        await clock.advance(1000);
        return (await notifier.send(one())).status;
      })
      .toBe("refused");
    unwanted = undefined;
    quietUntil = clock.now() + 3_600_000;
    await notifier.send(one({ id: "n3" }));
    await clock.advance(3_600_000);
    await expect
      .poll(async () => {
        await clock.advance(1000);
        return delivered.map(({ id }) => id);
      })
      .toEqual(["n3"]);
  });

  it("keeps to the budget of a customer and of the day, and to what the customer wants", async () => {
    for (const id of ["a", "b", "c"]) await notifier.send(one({ id }));
    await expect(notifier.send(one({ id: "d" }))).rejects.toMatchObject({ code: "POLICY_DENIED", message: expect.stringContaining("3 messages within a day") });
    await notifier.send(one({ id: "e", customerId: "cus_ben" }));
    budget = { perCustomerPerDay: 100, perDay: 4 };
    await expect(notifier.send(one({ id: "f", customerId: "cus_eve" }))).rejects.toMatchObject({ message: expect.stringContaining("4 messages a day") });
    budget = { perCustomerPerDay: 100, perDay: 100 };
    await clock.advance(24 * 3_600_000 + 1);
    unwanted = "opted-out: the customer wrote STOP";
    await expect(notifier.send(one({ id: "g" }))).rejects.toMatchObject({ code: "POLICY_DENIED", message: expect.stringContaining("STOP") });
    unwanted = undefined;
    await expect(notifier.send(one({ id: "h", text: "4111 1111 1111 1111" }))).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(delivered).toHaveLength(4);
  });

  it("says what could not be handed over, and forgets what waits with its customer", async () => {
    failing = new TravelAgentError("CONFLICT", "a person has that conversation");
    expect(await notifier.send(one())).toMatchObject({ status: "failed", reason: "a person has that conversation" });
    failing = undefined;
    quietUntil = clock.now() + 3_600_000;
    await notifier.send(one({ id: "n2" }));
    const subject = { customerIds: ["cus_ana"], sessionKeys: [], bookingIds: [], identities: [], identifiers: [] };
    const store = notificationPersonalData({ db: engine.db });
    const files = [];
    for await (const { content } of store.export(subject, new AbortController().signal)) files.push(JSON.stringify(content));
    expect(files.join()).toContain("Here it is.");
    expect((await store.erase(subject, { reason: "asked", now: 0, signal: new AbortController().signal })).removed).toBe(2);
    expect(await engine.db.all("select * from notification")).toEqual([]);
  });
});

describe("email_send and sms_send behind the gate", () => {
  const policy = parsePolicy([
    {
      name: "p",
      text: `{ version: 1, rules: [
      { id: "own", tools: ["email_send", "sms_send"], then: { decision: "allow" } },
      { id: "ads", tools: ["email_send", "sms_send"], when: { "facts.purpose": { eq: "marketing" }, "facts.isTemplate": { eq: false } }, then: { decision: "deny", reason: "by template" } },
    ] }`,
    },
  ]);
  let calls = 0;
  async function call(
    name: string,
    args: unknown,
    { tainted = false, ...who }: { tainted?: boolean; customerId?: string | undefined; chatType?: "group" } = {},
  ) {
    const gate = createGate({ db: engine.db, clock, policy: () => policy, tools: notificationTools({ notifier, ports, channels: ["email", "sms"] }) });
    calls += 1;
    await gate.migrate();
    const scope = { ...turn, ...who } as never;
    return gate.call({ toolCallId: `call-${calls}`, name, args, tainted }, scope, new AbortController().signal);
  }

  it("go to the customer's own verified address, by both names", async () => {
    expect(await call("email_send", { subject: "Your trip", text: "Here it is.", papers: [{ bookingReference: "OWN123", paper: "invoice" }] })).toMatchObject({
      status: "done",
    });
    expect(await call("send_email", { to: "Ana.Silva@Example.com", template: { name: "payment-reminder", values: { amount: "120 EUR" } } })).toMatchObject({
      status: "done",
    });
    expect(await call("send_sms", { to: "+34 600 111 222", text: "Gate 4" })).toMatchObject({ status: "done" });
    expect(delivered).toMatchObject([
      { to: anaMail, subject: "Your trip", papers: [{ bookingReference: "OWN123", paper: "invoice" }], purpose: "service" },
      { text: "Still open: 120 EUR", subject: "Payment", purpose: "reminders", kind: "reminder" },
      { to: { channel: "sms", peerId: "+34600111222" }, text: "Gate 4" },
    ]);
  });

  it.each([
    ["a stranger's address", "email_send", { to: "mallory@evil.example", subject: "x", text: "x" }, "SCOPE_VIOLATION"],
    ["a stranger's number", "sms_send", { to: "+15550100", text: "x" }, "SCOPE_VIOLATION"],
    ["another customer's invoice", "email_send", { subject: "x", text: "x", papers: [{ bookingReference: "BEN123", paper: "invoice" }] }, "SCOPE_VIOLATION"],
    ["a booking there is not", "email_send", { subject: "x", text: "x", papers: [{ bookingReference: "NONE12", paper: "invoice" }] }, "SCOPE_VIOLATION"],
    ["both words and template", "sms_send", { text: "x", template: { name: "news" } }, "INVALID_REQUEST"],
    ["neither", "sms_send", {}, "INVALID_REQUEST"],
    ["more addresses", "email_send", { subject: "x", text: "x", cc: "mallory@evil.example" }, "INVALID_REQUEST"],
    ["a code to sign in with", "sms_send", { template: { name: "one-time-code" } }, "TOOL_NOT_ALLOWED"],
    ["advertising of its own", "sms_send", { text: "Buy now", purpose: "marketing" }, "POLICY_DENIED"],
    ["an e-mail without subject", "email_send", { text: "x" }, "INVALID_REQUEST"],
  ])("do not send %s", async (_what, name, args, code) => {
    const outcome = await call(name, args);
    expect(outcome).toMatchObject({ status: expect.stringMatching(/refused|failed/), error: { code } });
    expect(delivered).toEqual([]);
  });

  it("write to nobody from groups and for nobody who is not on record", async () => {
    expect(await call("sms_send", { text: "x" }, { chatType: "group" })).toMatchObject({ error: { code: "TOOL_NOT_ALLOWED" } });
    expect(await call("sms_send", { text: "x" }, { customerId: undefined })).toMatchObject({ error: { code: "SCOPE_VIOLATION" } });
    expect(await call("sms_send", { text: "x" }, { customerId: "cus_ben" })).toMatchObject({ error: { code: "NOT_FOUND" } });
    expect(delivered).toEqual([]);
  });

  it("ask for a yes to exactly these words when the turn has read what strangers wrote", async () => {
    const outcome = await call("email_send", { subject: "Refund", text: "Pay at evil.example" }, { tainted: true });
    expect(outcome).toMatchObject({
      status: "asked",
      card: { kind: "confirmation", lines: expect.arrayContaining([expect.stringContaining("Pay at evil.example")]) },
    });
    expect(delivered).toEqual([]);
  });
});
