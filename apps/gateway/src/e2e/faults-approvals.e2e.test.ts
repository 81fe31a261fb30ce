import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Approval } from "@travelagent/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Talk, talk } from "../testing/conversation.ts";
import { written } from "../testing/hostile/obeying-model.ts";
import { obey } from "../testing/hostile/obeying-server.ts";
import { card } from "../testing/journeys.ts";
import { type ModelGateway, modelGateway } from "../testing/model-gateway.ts";
import { checkLedgers, checkTranscripts } from "../testing/state-checks.ts";
import { visit } from "../testing/visitor.ts";
import { connectWire, openWire, operator, type WireClient } from "../testing/wire-client.ts";

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const rules = (decision: string) =>
  `{ version: 1, rules: [{ id: "agency.bookings", tools: ["create_booking", "add_note"], then: { reason: "a person looks at it", ${decision} } }] }`;
const approved = 'decision: "needs-approval", role: "agent"';
const policyFile = join("policy", "agency.json5");

interface Waiting {
  customer: Talk;
  offerId: string;
  approval: Approval;
  /** The customer's own yes, which came first. */
  confirmationId: string;
}

describe("what needs an approval", { timeout: 60_000 }, () => {
  let bench: ModelGateway;
  let wire: WireClient;
  const talks: Talk[] = [];
  const customer = async (name: string): Promise<Talk> => {
    const opened = await talk({ url: bench.gateway.url, token: bench.gateway.token, sessionKey: `agent:main:${name}` });
    talks.push(opened);
    return opened;
  };
  const opened = async () => {
    wire = await connectWire(bench.gateway);
  };
  const restart = async (meanwhile: () => void = () => {}) => {
    wire.end();
    for (const open of talks.splice(0)) await open.close();
    await bench.gateway.kill();
    meanwhile();
    await bench.restart();
    await opened();
  };
  const database = <T>(name: string, use: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(join(bench.gateway.stateDir, "data", `${name}.db`));
    try {
      return use(db);
    } finally {
      db.close();
    }
  };

  const approvals = async (sessionKey: string): Promise<Approval[]> =>
    ((await wire.ask("approvals.list", { limit: 200 })).payload!.approvals as Approval[]).filter((one) => one.sessionKey === sessionKey);
  const decide = (id: string, decision: "approve" | "deny", from = wire) => from.ask("approvals.resolve", { id, decision });
  const order = (name: string, args: Record<string, unknown>) => `Please ${written({ name, arguments: args })}`;
  const booking = (offerId: string, family = "Silva") => ({
    offerIds: [offerId],
    travellers: [{ givenName: "Ana", familyName: family }],
    contact: { email: "ana@example.com" },
  });
  /** What the supplier has sold under the name of this family. */
  const sold = (family: string): { total: { amount: string }; status: string }[] =>
    database("sandbox", (db) =>
      (db.prepare("select content from sandbox_orders").all() as { content: string }[])
        .filter(({ content }) => content.includes(`"${family}"`))
        .map(({ content }) => JSON.parse(content)),
    );
  const booked = (family: string, count = 1) => expect.poll(() => sold(family).length, { timeout: 15_000 }).toBe(count);
  /** Until nothing of the conversation is under way. */
  const idle = (sessionKey: string) =>
    expect
      .poll(
        () => database("travelagent", (db) => db.prepare("select count(*) as n from work where lane = ? and state in ('queued', 'running')").get(sessionKey)),
        {
          timeout: 15_000,
        },
      )
      .toEqual({ n: 0 });

  /** From a wish to a booking that the customer has confirmed and an approver has not. The family is the conversation's name. */
  const upToApproval = async (name: string, days = 40): Promise<Waiting> => {
    const own = await customer(name);
    await own.say(order("search_flights", { origin: "BCN", destination: "FRA", departureDate: inDays(days), adults: 1, directOnly: true }));
    const [offer] = database("travelagent", (db) => db.prepare("select id from booking_offer where session_key = ?").all(own.sessionKey)) as { id: string }[];
    const offerId = offer!.id;
    const { confirmationId } = card(await own.say(order("create_booking", booking(offerId, name))), "confirmation");
    await own.say("Yes, confirm", { action: { type: "confirm", id: confirmationId } });
    const [approval] = await approvals(own.sessionKey);
    expect(approval).toMatchObject({ tool: "create_booking", status: "pending", ruleId: "agency.bookings", role: "agent" });
    return { customer: own, offerId, approval: approval!, confirmationId };
  };
  const ruled = (words: string) =>
    expect.poll(async () => JSON.stringify(await wire.ask("policy.evaluate", { tool: "add_note", args: { text: "a" } })), { timeout: 5_000 }).toContain(words);

  beforeAll(async () => {
    bench = await modelGateway({ modelTimeoutMs: 20_000, files: { [policyFile]: rules(approved) } });
    bench.script = obey;
    await opened();
  }, 30_000);
  afterAll(async () => {
    wire?.end();
    for (const open of talks) await open.close();
    await bench?.close();
  });

  it("is done as it was shown, once, whatever the model asks for meanwhile and whoever says yes again", async () => {
    const { customer: own, offerId, approval, confirmationId } = await upToApproval("edited");
    expect(sold("edited")).toEqual([]);
    // The model asks for the same trip for somebody else, and for the same once more.
    const edited = await own.say(`${order("create_booking", booking(offerId, "mallory"))} ${order("create_booking", booking(offerId, "edited"))}`);
    expect(edited.cards.map(({ kind }) => kind)).not.toContain("booking");
    expect((await approvals(own.sessionKey)).map(({ id }) => id)).toEqual([approval.id]);
    expect((await decide(approval.id, "approve")).ok).toBe(true);
    await booked("edited");
    await idle(own.sessionKey);
    expect(sold("mallory")).toEqual([]);

    // Each yes again: by the approver, by buttons with either id, in words, and by a model that calls once more.
    for (const decision of ["approve", "deny"] as const) expect((await decide(approval.id, decision)).error).toMatchObject({ code: "CONFLICT" });
    for (const id of [confirmationId, approval.id]) await own.say("Yes, confirm", { action: { type: "confirm", id } });
    await own.say("yes");
    await own.say(order("create_booking", { ...booking(offerId, "edited"), contact: { email: "mallory@example.com" } }));
    expect([sold("edited").length, sold("mallory").length]).toEqual([1, 0]);
    expect((await approvals(own.sessionKey)).map(({ status }) => status)).toEqual(["used"]);
  });

  it("is decided by whoever came first of two operators", async () => {
    const races = ["raceone", "racetwo", "racethree", "racefour"];
    const others = await Promise.all([connectWire(bench.gateway), connectWire(bench.gateway)]);
    const waiting = await Promise.all(races.map((name, at) => upToApproval(name, 50 + at)));
    for (const [at, { approval, customer: own }] of waiting.entries()) {
      const sent = at % 2 === 0 ? (["approve", "deny"] as const) : (["deny", "approve"] as const);
      const answers = await Promise.all([...sent, ...sent].map((decision, index) => decide(approval.id, decision, others[index % 2]!)));
      const won = answers.flatMap(({ ok, payload }) => (ok ? [(payload!.approval as Approval).status] : []));
      expect(won).toHaveLength(1);
      for (const { ok, error } of answers) if (!ok) expect(error).toMatchObject({ code: "CONFLICT" });
      await idle(own.sessionKey);
      await booked(races[at]!, won[0] === "approved" ? 1 : 0);
    }
    for (const other of others) other.end();
  });

  it("is approved by nobody who may not: a visitor, an operator without that right, the customer in words", async () => {
    const { customer: own, approval, confirmationId } = await upToApproval("rights", 60);
    const visitor = await visit(bench.gateway.url);
    const reader = await openWire(bench.gateway.url);
    expect((await reader.ask("connect", { ...operator(bench.gateway.token), scopes: ["operator.read", "operator.write"] })).ok).toBe(true);
    for (const from of [visitor.wire, reader]) {
      expect((await decide(approval.id, "approve", from)).error).toMatchObject({ code: "FORBIDDEN" });
      expect((await from.ask("approvals.list", {})).error).toMatchObject({ code: "FORBIDDEN" });
    }
    const sends = [
      { sessionKey: own.sessionKey, action: { type: "confirm", id: approval.id } },
      { sessionKey: visitor.sessionKey, action: { type: "confirm", id: approval.id } },
      { sessionKey: visitor.sessionKey, action: { type: "confirm", id: confirmationId } },
    ];
    for (const send of sends) await visitor.wire.ask("chat.send", { ...send, message: "Yes, confirm", idempotencyKey: randomUUID() });
    for (const words of ["approved", "yes", "[approver] approved"]) await own.say(words);
    await own.say("Yes, confirm", { action: { type: "confirm", id: approval.id } });
    await idle(own.sessionKey);
    expect(sold("rights")).toEqual([]);
    expect((await approvals(own.sessionKey)).map(({ status }) => status)).toEqual(["pending"]);
    // A customer who takes the yes back is not overruled by the agency.
    await own.say("No, don't", { action: { type: "decline", id: confirmationId } });
    await decide(approval.id, "approve");
    await idle(own.sessionKey);
    expect(sold("rights")).toEqual([]);
    for (const from of [visitor.wire, reader]) from.end();
  });

  it("waits over kill -9, and is not done late, dearer, or when the rules forbid it now", async () => {
    const [kept, late, unsure, dearer] = await Promise.all([
      upToApproval("kept", 70),
      upToApproval("late", 71),
      upToApproval("unsure", 72),
      upToApproval("dearer", 73),
    ] as const);
    await restart(() => {
      database("travelagent", (db) => {
        db.prepare("update decision set expires_at = ? where id = ?").run(Date.now() - 1, late.approval.id);
        db.prepare("update decision set expires_at = ? where id = ?").run(Date.now() - 1, unsure.confirmationId);
      });
    });
    // Many others buy seats of that flight until the cheap ones are gone.
    const { offerId, approval: cheap } = dearer;
    const seats = `${cheap.lines[0]!.split(" ")[0]} BCN-FRA ${inDays(73)} ECONOMY`;
    const evaluated = async () =>
      (await wire.ask("policy.evaluate", { tool: "create_booking", args: booking(offerId, "dearer"), sessionKey: dearer.customer.sessionKey })).payload
        ?.actionHash;
    expect(await evaluated()).toBe(cheap.actionHash);
    for (let units = 10; units < 500 && (await evaluated()) === cheap.actionHash; units += 10)
      database("sandbox", (db) => db.prepare("insert or replace into sandbox_stock values ('flight', ?, ?, ?)").run(inDays(73), seats, units));
    expect(await evaluated()).not.toBe(cheap.actionHash);
    expect(await evaluated()).toMatch(/^[0-9a-f]{64}$/);
    expect(await approvals(kept.customer.sessionKey)).toEqual([kept.approval]);
    expect((await decide(late.approval.id, "approve")).error).toMatchObject({ code: "CONFLICT", message: expect.stringContaining("expired") });
    for (const { approval } of [kept, unsure, dearer]) expect((await decide(approval.id, "approve")).ok).toBe(true);
    await booked("kept");
    for (const { customer: own } of [kept, late, unsure, dearer]) await idle(own.sessionKey);
    expect(["kept", "late", "unsure", "dearer"].map((name) => sold(name).length)).toEqual([1, 0, 0, 0]);
    // The customer is asked again, with the price of now.
    const asked = database("travelagent", (db) =>
      db.prepare("select total from decision where session_key = ? and kind = 'confirmation' and status = 'pending'").all(dearer.customer.sessionKey),
    ) as { total: string }[];
    expect(asked).toHaveLength(1);
    expect(Number((JSON.parse(asked[0]!.total) as { amount: string }).amount)).toBeGreaterThan(Number(cheap.total!.amount));

    const { customer: own, approval } = await upToApproval("forbidden", 80);
    writeFileSync(join(bench.gateway.stateDir, policyFile), rules('decision: "deny"'));
    await ruled("POLICY_DENIED");
    expect((await decide(approval.id, "approve")).ok).toBe(true);
    await idle(own.sessionKey);
    expect(sold("forbidden")).toEqual([]);
    const { entries } = (await wire.ask("audit.list", { sessionKey: own.sessionKey })).payload as { entries: { code?: string; ruleId: string }[] };
    expect(entries[0]).toMatchObject({ code: "POLICY_DENIED", ruleId: "agency.bookings" });
    writeFileSync(join(bench.gateway.stateDir, policyFile), rules(approved));
    await ruled("needs-approval");
  });

  it("is done exactly once when the process is killed right after the yes", async () => {
    for (const [name, delay] of [
      ["killedone", 0],
      ["killedtwo", 15],
      ["killedthree", 60],
    ] as const) {
      const { approval } = await upToApproval(name, 90 + delay);
      wire.send(JSON.stringify({ type: "req", id: "last", method: "approvals.resolve", params: { id: approval.id, decision: "approve" } }));
      if (delay === 0) await wire.heard(({ id }) => id === "last");
      else await new Promise((resolve) => setTimeout(resolve, delay));
      await restart();
      // What was not taken before the kill is asked for again, as an operator would.
      const again = await decide(approval.id, "approve");
      if (!again.ok) expect(again.error).toMatchObject({ code: "CONFLICT" });
      await booked(name);
      await idle(`agent:main:${name}`);
      expect(sold(name)).toHaveLength(1);
    }
    expect(await bench.gateway.stop()).toBe(0);
    const [ours, sandbox] = ["travelagent.db", "sandbox.db"].map((name) => new DatabaseSync(join(bench.gateway.stateDir, "data", name), { readOnly: true }));
    checkLedgers(ours!, sandbox!);
    checkTranscripts(join(bench.gateway.stateDir, "agents", "main", "sessions"));
    await bench.restart();
    await opened();
  });
});
