import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import type { Database } from "@travelagent/protocol/ports";
import { type FakeClock, fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import type { TurnScope } from "@travelagent/protocol/turn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Crm } from "../crm.ts";
import { databaseCrm } from "../database-crm.ts";
import { linkTools } from "../tools/link-tools.ts";
import { codeIn } from "./code.ts";
import type { Linking } from "./linking.ts";
import { openLinking } from "./open-linking.ts";

const secret = "an installation's own secret, long enough";

describe("linking a conversation to a record", () => {
  let db: Database & { close(): Promise<void> };
  let clock: FakeClock;
  let crm: Crm;
  let linking: Linking;
  let ana: string;
  /** What customers read in the conversations that are theirs. */
  let inboxes: Map<string, string[]>;
  let bound: Map<string, string>;
  /** Whether the conversation on record can be reached, and how. */
  let reach: "sent" | "perhaps" | "nowhere";
  let busy: boolean;
  let calls = 0;

  beforeEach(async () => {
    db = (await testDatabase()) as typeof db;
    clock = fakeClock();
    inboxes = new Map();
    bound = new Map();
    reach = "sent";
    busy = false;
    const quiet = async <T>(_ids: readonly string[], work: () => Promise<T>): Promise<T> => {
      if (busy) throw new TravelAgentError("UNAVAILABLE", "somebody is being answered");
      return work();
    };
    crm = await databaseCrm({ db, clock, merging: { stores: () => [], quiet, onMerged: () => {} } });
    linking = openLinking({
      db,
      crm,
      secret,
      clock,
      log: recordingLogger(),
      ports: {
        codes: {
          async send({ customerId, identities, not, text }) {
            const to = `conversation of ${customerId}`;
            if (reach === "nowhere" || to === not || !identities.some(({ channel }) => channel === "whatsapp")) return "nowhere";
            inboxes.set(to, [...(inboxes.get(to) ?? []), text]);
            return reach;
          },
        },
        bookingOwner: async (reference) => (reference === "ABC123" ? ana : undefined),
        ownerOf: async (sessionKey) => bound.get(sessionKey),
        async bind({ sessionKey }, customerId) {
          bound.set(sessionKey, customerId);
        },
        quiet,
        welcome: async ({ sessionKey }) => void inboxes.set(sessionKey, [...(inboxes.get(sessionKey) ?? []), "welcome"]),
      },
    });
    ({ customerId: ana } = await crm.ensureCustomer({
      sessionKey: "whatsapp-ana",
      channel: "whatsapp",
      peerId: "+351912345678",
      name: "Ana Silva",
      email: "ana@example.com",
      phone: "+351912345678",
    }));
  });
  afterEach(async () => {
    linking.close();
    await db.close();
  });

  const turn = (peerId: string, more: Partial<TurnScope> = {}): TurnScope => ({
    runId: `run-${peerId}`,
    agentId: "main",
    sessionKey: `telegram-${peerId}`,
    channel: "telegram",
    accountId: "default",
    chatType: "direct",
    peerId,
    timeZone: "UTC",
    ...more,
  });
  /** All that a conversation gets to see of a tool: its answer, or its refusal. */
  async function use(name: "link_customer" | "confirm_link", args: object, at = turn("1"), key = `call-${++calls}`): Promise<string> {
    const tool = linkTools({ linking, agencyOf: ({ accountId }) => (accountId === "north" ? "north" : undefined) }).find((one) => one.name === name)!;
    const parsed = tool.args.safeParse(args);
    if (!parsed.success) return "INVALID";
    try {
      const context = { turn: at, toolCallId: key, idempotencyKey: key, signal: new AbortController().signal, now: clock.now() };
      return JSON.stringify((await tool.execute(parsed.data, context)).content);
    } catch (error) {
      return TravelAgentError.is(error) ? `${error.code}: ${error.message}` : String(error);
    } finally {
      await clock.advance(1);
      await new Promise((done) => setTimeout(done, 5));
    }
  }
  const codes = () => (inboxes.get(`conversation of ${ana}`) ?? []).map((text) => /: (\d{6})\./.exec(text)![1]!);
  const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

  it("links who types the code that came to the person on record", async () => {
    const answer = await use("link_customer", { email: "Ana@Example.com" });
    expect(codes()).toHaveLength(1);
    expect(answer).not.toMatch(/Silva|cus_/);
    expect(await linking.awaits("telegram-1")).toBe(true);
    expect(await use("confirm_link", { code: codes()[0]!.replace(/(...)/, "$1 ") })).toMatch(/confirmed/);
    // Within the turn nothing is other than it was; its end links.
    expect(bound.get("telegram-1")).toBe(undefined);
    expect(await crm.byIdentity("telegram", "1")).toBe(null);
    expect(await linking.settle("telegram-1", { within: true })).toBe(true);
    expect(bound.get("telegram-1")).toBe(ana);
    expect((await crm.byIdentity("telegram", "1"))?.id).toBe(ana);
    expect((await crm.identities(ana)).find(({ channel }) => channel === "telegram")).toMatchObject({ verified: true, how: "code" });
    expect(await linking.settle("telegram-1")).toBe(false);
    expect((await linking.list({ status: "linked" })).map(({ customerId, by }) => [customerId, by])).toEqual([[ana, "email"]]);
    expect((await crm.events!.of(ana, { until: clock.now(), limit: 5 })).map(({ kind }) => kind).sort()).toEqual(["identity", "link"]);
  });

  it("answers the same whether there is such a record or not, and with the same refusals", async () => {
    const tries = [{ email: "ana@example.com" }, { phone: "+351912345678" }, { bookingReference: "abc123" }];
    const blanks = [{ email: "nobody@example.com" }, { phone: "+351900000000" }, { bookingReference: "zzz999" }];
    const seen: string[][] = [];
    for (const [peer, list] of [
      ["1", tries],
      ["2", blanks],
    ] as const) {
      const at = turn(peer);
      const answers: string[] = [];
      for (const target of list) answers.push(await use("link_customer", target, at), await use("confirm_link", { code: "000000" }, at));
      answers.push(await use("link_customer", list[0]!, at), String(await linking.awaits(at.sessionKey)));
      seen.push(answers);
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]!.at(-2)).toMatch(/^RATE_LIMITED/);
    expect(JSON.stringify(seen)).not.toMatch(/Silva|cus_|351912/);
    expect(codes()).toHaveLength(3);
    expect(bound.size).toBe(0);
  });

  it("tells a stranger who guesses nothing, and ends after five tries though the sixth were right", async () => {
    await use("link_customer", { email: "ana@example.com" });
    const [code] = codes();
    for (let n = 0; n < 5; n++) expect(await use("confirm_link", { code: wrong(code!) })).toMatch(/^INVALID_REQUEST: this code is not right/);
    expect(await use("confirm_link", { code: code! })).toMatch(/^INVALID_REQUEST: this code is not right/);
    expect(await linking.awaits("telegram-1")).toBe(false);
    expect(await linking.settle("telegram-1")).toBe(false);
    expect(await use("confirm_link", { code: "12345" })).toBe("INVALID");
    expect([...inboxes.keys()]).toEqual([`conversation of ${ana}`]);
  });

  it("takes a code in the conversation that asked, and in no other", async () => {
    await use("link_customer", { email: "ana@example.com" }, turn("1"));
    await use("link_customer", { email: "ana@example.com" }, turn("2"));
    const [first, second] = codes();
    expect(await use("confirm_link", { code: first! }, turn("2"))).toMatch(/^INVALID/);
    expect(await use("confirm_link", { code: first! }, turn("3"))).toMatch(/^INVALID/);
    expect(await use("confirm_link", { code: second! }, turn("2"))).toMatch(/confirmed/);
    await linking.settle("telegram-2");
    expect(bound).toEqual(new Map([["telegram-2", ana]]));
  });

  it("takes a code once, within ten minutes, and of the last claim only", async () => {
    await use("link_customer", { email: "ana@example.com" });
    await use("link_customer", { phone: "+351912345678" });
    const [old, current] = codes();
    expect(await use("confirm_link", { code: old! })).toMatch(/^INVALID/);
    expect(await use("confirm_link", { code: current! })).toMatch(/confirmed/);
    expect(await use("confirm_link", { code: current! })).toMatch(/^INVALID/);

    await use("link_customer", { email: "ana@example.com" }, turn("2"));
    await clock.advance(10 * 60_000);
    expect(await linking.awaits("telegram-2")).toBe(false);
    expect(await use("confirm_link", { code: codes().at(-1)! }, turn("2"))).toMatch(/^INVALID/);
    expect(await linking.settle("telegram-2")).toBe(false);
  });

  it("sends no second code for a repeat of a call", async () => {
    const first = await use("link_customer", { email: "ana@example.com" }, turn("1"), "same");
    expect(await use("link_customer", { email: "ana@example.com" }, turn("1"), "same")).toBe(first);
    expect(codes()).toHaveLength(1);
    expect(await use("link_customer", { email: "other@example.com" }, turn("1"), "same")).toMatch(/^IDEMPOTENCY_MISMATCH/);
  });

  it("refuses who asks too often, per conversation and per target, for the same reasons known or unknown", async () => {
    for (const email of ["ana@example.com", "nobody@example.com"])
      for (let n = 0; n < 6; n++) {
        const answer = await use("link_customer", { email }, turn(`${email}${n}`));
        expect([email, n, answer.startsWith("RATE_LIMITED")]).toEqual([email, n, n >= 4]);
      }
    expect(codes()).toHaveLength(4);
    for (let n = 0; n < 5; n++) expect((await use("link_customer", { email: `x${n}@example.com` }, turn("many"))).startsWith("RATE_LIMITED")).toBe(n >= 3);
    await clock.advance(24 * 3_600_000);
    expect(await use("link_customer", { email: "ana@example.com" })).toMatch(/requested/);
  });

  it("stays within an agency: the same address at another one is somebody else, and a reference of the first is nothing there", async () => {
    const north = turn("9", { accountId: "north", sessionKey: "telegram-north-9" });
    await use("link_customer", { email: "ana@example.com" }, north);
    await use("link_customer", { bookingReference: "ABC123" }, north);
    expect(inboxes.size).toBe(0);
    expect((await linking.list({ status: "code-sent" })).length + (await linking.list()).length).toBe(0);
  });

  it("does nothing in groups, and takes one thing at a time", async () => {
    expect(await use("link_customer", { email: "ana@example.com" }, turn("g", { chatType: "group" }))).toMatch(/^TOOL_NOT_ALLOWED/);
    expect(await use("confirm_link", { code: "123456" }, turn("g", { chatType: "group" }))).toMatch(/^TOOL_NOT_ALLOWED/);
    expect(await use("link_customer", {})).toBe("INVALID");
    expect(await use("link_customer", { email: "ana@example.com", phone: "+351912345678" })).toBe("INVALID");
    expect(inboxes.size).toBe(0);
  });

  it("leaves it to a person where no code can be brought, and the stranger sees no difference", async () => {
    reach = "nowhere";
    const answer = await use("link_customer", { email: "ana@example.com" });
    expect(answer).toBe(await use("link_customer", { email: "nobody@example.com" }, turn("2")));
    const [request] = await linking.list();
    expect(request).toMatchObject({ customerId: ana, customerName: "Ana Silva", sessionKey: "telegram-1", by: "email", status: "waiting" });
    expect(await linking.list()).toHaveLength(1);
    expect((await linking.decide(request!.id, "link", "eva")).status).toBe("linked");
    expect(bound.get("telegram-1")).toBe(ana);
    expect(inboxes.get("telegram-1")).toEqual(["welcome"]);
    expect((await crm.identities(ana)).find(({ channel }) => channel === "telegram")).toMatchObject({ how: "operator", verifiedBy: "eva" });
    await expect(linking.decide(request!.id, "reject", "eva")).rejects.toMatchObject({ code: "CONFLICT" });

    await use("link_customer", { phone: "+351912345678" }, turn("3"));
    const [other] = await linking.list();
    expect((await linking.decide(other!.id, "reject", "eva")).status).toBe("rejected");
    expect(bound.has("telegram-3")).toBe(false);
    expect(inboxes.has("telegram-3")).toBe(false);
    await expect(linking.decide("link_none", "link", "eva")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("takes the code and asks a person too where the code may not be seen", async () => {
    reach = "perhaps";
    await use("link_customer", { email: "ana@example.com" });
    expect((await linking.list()).map(({ status }) => status)).toEqual(["waiting"]);
    expect(await use("confirm_link", { code: codes()[0]! })).toMatch(/confirmed/);
    expect(await linking.settle("telegram-1", { within: true })).toBe(true);
    expect(await linking.list()).toEqual([]);
  });

  it("joins the record the conversation had by itself with the one it was shown to be", async () => {
    const { customerId: own } = await crm.ensureCustomer({ sessionKey: "telegram-1", channel: "telegram", peerId: "1", name: "A. Silva" });
    bound.set("telegram-1", own);
    await crm.addNote({ customerId: own, sessionKey: "telegram-1" }, { text: "wants a cot", author: "agent:main" }, { idempotencyKey: "n" });
    await use("link_customer", { email: "ana@example.com" }, turn("1", { customerId: own }));
    await use("confirm_link", { code: codes()[0]! }, turn("1", { customerId: own }));
    busy = true;
    expect(await linking.settle("telegram-1", { within: true })).toBe(false);
    expect((await crm.byIdentity("telegram", "1"))?.id).toBe(own);
    busy = false;
    await clock.advance(15_000);
    await expect.poll(() => bound.get("telegram-1")).toBe(ana);
    expect((await crm.get(own))?.mergedInto).toBe(ana);
    expect((await crm.notes({ customerId: ana })).notes.map(({ text }) => text)).toEqual(["wants a cot"]);
    await expect.poll(() => inboxes.get("telegram-1")).toEqual(["welcome"]);
  });

  it("asks nothing about the conversation's own record", async () => {
    const { customerId: own } = await crm.ensureCustomer({ sessionKey: "telegram-1", channel: "telegram", peerId: "1", name: "Bo", email: "bo@example.com" });
    bound.set("telegram-1", own);
    await use("link_customer", { email: "bo@example.com" }, turn("1", { customerId: own }));
    expect(inboxes.size).toBe(0);
  });

  it("keeps neither codes nor what was named", async () => {
    await use("link_customer", { email: "ana@example.com" });
    await use("link_customer", { email: "stranger@example.net" }, turn("2"));
    const stored = JSON.stringify(await db.all("select * from crm_link"));
    expect(stored).not.toContain("@");
    expect(stored).not.toContain(codes()[0]);
  });

  it("links after a start what was proven before it", async () => {
    await use("link_customer", { email: "ana@example.com" });
    await use("confirm_link", { code: codes()[0]! });
    await linking.resume();
    await clock.advance(1);
    await expect.poll(() => bound.get("telegram-1")).toBe(ana);
  });
  describe("vouched for by the agency's site", () => {
    const place = (peerId: string) => ({ sessionKey: `webchat-${peerId}`, channel: "webchat", accountId: "default", peerId });
    const site = { subject: "user-77", name: "Ana Silva", email: "Ana@Example.com" };

    it("a visitor is the customer with that address from then on, also in another browser, and on record as such", async () => {
      expect(await linking.vouch(place("v1"), site, { idempotencyKey: "a" })).toEqual({ customerId: ana, linked: true });
      expect(bound.get("webchat-v1")).toBe(ana);
      expect(await linking.vouch(place("v2"), { ...site, email: "new@example.com" }, { idempotencyKey: "b" })).toEqual({ customerId: ana, linked: true });
      expect((await crm.identities(ana)).find(({ channel }) => channel === "webchat")).toMatchObject({ verified: true, how: "site" });
    });

    it("what the visitor had as a record of its own goes up in it", async () => {
      const { customerId } = await crm.ensureCustomer({ ...place("v1"), name: "Visitor" });
      bound.set("webchat-v1", customerId);
      expect((await linking.vouch(place("v1"), site, { idempotencyKey: "a" })).customerId).toBe(ana);
      expect((await crm.get(customerId))?.mergedInto).toBe(ana);
    });

    it("somebody else who signs in in the same browser is refused the conversation, and two accounts with one address are two people", async () => {
      await linking.vouch(place("v1"), site, { idempotencyKey: "a" });
      const other = { subject: "user-78", name: "Ben", email: "ana@example.com" };
      await expect(linking.vouch(place("v1"), other, { idempotencyKey: "b" })).rejects.toMatchObject({ code: "CONFLICT" });
      expect(bound.get("webchat-v1")).toBe(ana);
      const { customerId } = await linking.vouch(place("v3"), other, { idempotencyKey: "c" });
      expect(customerId === ana).toBe(false);
    });

    it("of another agency meets nobody here", async () => {
      const { customerId } = await linking.vouch({ ...place("v1"), agency: "north" }, site, { idempotencyKey: "a" });
      expect(customerId === ana).toBe(false);
    });

    it("waits while the customer is answered, and is linked then", async () => {
      busy = true;
      expect(await linking.vouch(place("v1"), site, { idempotencyKey: "a" })).toEqual({ customerId: ana, linked: false });
      busy = false;
      await clock.advance(15_000);
      for (let tries = 0; tries < 50 && !bound.has("webchat-v1"); tries++) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(bound.get("webchat-v1")).toBe(ana);
    });
  });
});

it("sees a code in a message that is one, and in no other", () => {
  for (const text of ["123456", "123 456", "the code is 123-456.", "Here: 123456 thanks!"]) expect([text, codeIn(text)]).toEqual([text, "123456"]);
  for (const text of ["my number is +351912345678", "1234567", "12345", "12.345678", "between 123456 and 654321", "123456 for 2 people", "call 555123456"])
    expect([text, codeIn(text)]).toEqual([text, undefined]);
});
