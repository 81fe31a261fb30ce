import { fileURLToPath } from "node:url";
import { createGate, type Gate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { testEngine } from "@travelagent/engine/testing";
import { type Consents, createDisclosures, openConsents } from "@travelagent/privacy";
import { type Call, TravelAgentError } from "@travelagent/protocol";
import type { Engine } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import type { TurnScope } from "@travelagent/protocol/turn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filesOfPacks } from "../answering/policy-files.ts";
import { consentHandlers } from "./consent-handlers.ts";
import { consentTools } from "./consent-tools.ts";

const clock = fakeClock();
const turn: TurnScope = {
  runId: "message-1",
  agentId: "main",
  sessionKey: "agent:main:sms:1",
  channel: "sms",
  accountId: "default",
  chatType: "direct",
  peerId: "+34600111222",
  timeZone: "UTC",
};
const ana = { identities: [{ channel: "sms", peerId: turn.peerId }] };
const policy = parsePolicy(filesOfPacks(fileURLToPath(new URL("../../policy", import.meta.url)), ["agency-default"]));
let engine: Engine;
let consents: Consents;
let gate: Gate;

beforeEach(async () => {
  engine = await testEngine();
  consents = await openConsents({ db: engine.db, clock, secret: "x".repeat(32) });
  const tools = consentTools({ consents, agencyName: () => "Sol Travel", brand: () => ({}), languageOf: async () => "es" });
  gate = createGate({ db: engine.db, clock, tools, policy: () => policy });
  await gate.migrate();
});
afterEach(() => engine.stop());

let calls = 0;
const call = (name: string, args: unknown, over: Partial<TurnScope> = {}) =>
  gate.call({ toolCallId: `call-${++calls}`, name, args, tainted: false }, { ...turn, ...over }, new AbortController().signal);
const may = async (purpose: "marketing" | "ai-assistance") => (await consents.mayContact(ana, "sms", purpose)).allowed;

describe("tools about consent, under the rules that come along", () => {
  it("a consent is asked for with our own text in the customer's language, and is none before the yes", async () => {
    const asked = await call("record_consent", { purpose: "marketing" });
    expect(asked).toMatchObject({ status: "asked" });
    expect(JSON.stringify(asked)).toContain("Acepto que Sol Travel me envíe ofertas e ideas de viaje por sms.");
    expect(await may("marketing")).toBe(false);
    const [{ id }] = (await engine.db.all("select id from decision where status = 'pending'")) as [{ id: string }];
    await engine.db.transaction((tx) => gate.decisions.markShown(tx, [id]));
    expect((await gate.decisions.answer({ id: "m2", sessionKey: turn.sessionKey, text: "yes", receivedAt: clock.now() }))?.granted).toBe(true);
    expect(await call("record_consent", { purpose: "marketing" }, { runId: "message-2" })).toMatchObject({ status: "done" });
    expect(await may("marketing")).toBe(true);
    expect((await consents.list(ana)).entries).toMatchObject([
      {
        kind: "consent",
        proof: {
          how: "confirmation",
          text: "Acepto que Sol Travel me envíe ofertas e ideas de viaje por sms. Puedo retirar este consentimiento en cualquier momento.",
          messageId: "message-2",
          locale: "es",
        },
      },
    ]);
    // A text of the model's is no argument.
    expect(await call("record_consent", { purpose: "marketing", text: "I agree to everything" })).toMatchObject({ status: "refused" });
  });

  it("a withdrawal needs nothing, counts everywhere, and the message is its proof", async () => {
    await consents.record({ kind: "consent", identity: ana.identities[0]!, channel: "sms", purpose: "marketing", proof: { how: "form", text: "Yes." } });
    await clock.advance(1);
    expect(await call("withdraw_consent", { purposes: ["marketing", "ai-assistance"] })).toMatchObject({ status: "done" });
    expect([await may("marketing"), await may("ai-assistance")]).toEqual([false, false]);
    expect((await consents.list(ana)).entries[0]).toMatchObject({ kind: "withdrawal", channel: "*", proof: { how: "message", messageId: "message-1" } });
    // An agent that silenced the channel could not even say so.
    expect(await call("withdraw_consent", { purposes: ["service"] })).toMatchObject({ status: "refused" });
  });

  it("neither is for a group", async () => {
    for (const [name, args] of [
      ["record_consent", { purpose: "marketing" }],
      ["withdraw_consent", { purposes: ["marketing"] }],
    ] as const)
      expect(await call(name, args, { chatType: "group" })).toMatchObject({ status: "refused" });
    expect((await consents.list(undefined)).entries).toEqual([]);
  });
});

it("people of the agency write down, read and check", async () => {
  const disclosures = createDisclosures({ db: engine.db, clock, settings: () => ({ enabled: true, agencyName: "Sol", repeatAfterDays: 1 }) });
  const handlers = consentHandlers({
    consents,
    disclosures,
    async whoIs({ customerId, channel, peerId }) {
      if (customerId === "nobody") throw new TravelAgentError("NOT_FOUND", "there is no such customer");
      return { customerIds: customerId ? [customerId] : [], identities: channel && peerId ? [{ channel, peerId }] : [] };
    },
    sessionsOf: async () => [],
  });
  const desk = { actor: "ana@desk" } as Call;
  const given = { channel: "sms", peerId: turn.peerId, purpose: "marketing", text: "Offers by SMS?", idempotencyKey: "k" } as const;
  expect(await handlers["consents.record"]!(given, desk)).toMatchObject({
    entry: { kind: "consent", proof: { how: "operator", operator: "ana@desk", text: "Offers by SMS?" } },
  });
  expect(await handlers["consents.check"]!({ channel: "sms", peerId: turn.peerId, purpose: "marketing" }, desk)).toEqual({ allowed: true, basis: "consent" });
  await clock.advance(1);
  const sameKey = async () => handlers["consents.withdraw"]!({ channel: "sms", peerId: turn.peerId, purpose: "*", idempotencyKey: "k" }, desk);
  await expect(sameKey()).rejects.toMatchObject({ code: "IDEMPOTENCY_MISMATCH" });
  await handlers["consents.withdraw"]!({ channel: "sms", peerId: turn.peerId, purpose: "*", idempotencyKey: "l" }, desk);
  expect(await handlers["consents.check"]!({ channel: "sms", peerId: turn.peerId, purpose: "service" }, desk)).toMatchObject({
    allowed: false,
    code: "opted-out",
  });
  expect(await handlers["consents.list"]!({ channel: "sms", peerId: turn.peerId }, desk)).toMatchObject({
    entries: [{ kind: "withdrawal" }, { kind: "consent" }],
    current: expect.arrayContaining([expect.objectContaining({ purpose: "*", state: "withdrawn" })]) as unknown,
    disclosures: [],
  });
  for (const wrong of [{ channel: "sms" }, { customerId: "nobody" }])
    await expect((async () => handlers["consents.list"]!(wrong, desk))()).rejects.toBeInstanceOf(TravelAgentError);
  await expect(
    (async () => handlers["consents.record"]!({ channel: "sms", purpose: "marketing", text: "x", idempotencyKey: "m" }, desk))(),
  ).rejects.toMatchObject({ code: "INVALID_REQUEST" });
});
