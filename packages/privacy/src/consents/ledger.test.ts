import { testEngine } from "@travelagent/engine/testing";
import type { Engine } from "@travelagent/protocol/ports";
import { type FakeClock, fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Consents, type ConsentsOptions, openConsents, type Said } from "./ledger.ts";
import { createOptOut, type OptOutMode } from "./opt-out.ts";
import { consentPersonalData } from "./personal-data.ts";
import { consentRetention } from "./retention.ts";

const secret = "a secret of thirty-two characters";
const ana = { channel: "sms", peerId: "+34600111222" };
const dayMs = 86_400_000;
async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}
let engine: Engine;
let clock: FakeClock;
let consents: Consents;
let optIn: ReturnType<NonNullable<ConsentsOptions["optIn"]>> = {};

beforeEach(async () => {
  engine = await testEngine();
  clock = fakeClock("2027-01-10T00:00:00Z");
  optIn = {};
  consents = await openConsents({ db: engine.db, clock, secret, optIn: () => optIn, isExistingCustomer: async (ids) => ids.includes("cus_old") });
});
afterEach(() => engine.stop());

const say = async (kind: Said["kind"], over: Partial<Said> = {}) => {
  await clock.advance(1);
  return consents.record({ kind, identity: ana, channel: "sms", purpose: "marketing", proof: { how: "form", text: "I agree." }, ...over });
};
const allowed = async (purpose: Parameters<Consents["mayContact"]>[2], who = {}, channel = "sms") => {
  const verdict = await consents.mayContact({ identities: [ana], ...who }, channel, purpose);
  return verdict.allowed ? verdict.basis : verdict.code;
};

describe("who may be written to", () => {
  it("service needs no consent, marketing does, on the channel it was given for", async () => {
    expect(await allowed("service")).toBe("not-needed");
    expect(await allowed("reminders")).toBe("not-needed");
    expect(await allowed("marketing")).toBe("no-consent");
    expect(await allowed("profiling")).toBe("no-consent");
    await say("consent");
    expect(await allowed("marketing")).toBe("consent");
    expect(await allowed("marketing", {}, "email")).toBe("no-consent");
    await say("withdrawal");
    expect(await allowed("marketing")).toBe("withdrawn");
    expect(await allowed("service")).toBe("not-needed");
  });

  it("a soft opt-in is enough for customers, until they say no", async () => {
    optIn = { marketing: "soft" };
    expect(await allowed("marketing", { customerIds: ["cus_new"] })).toBe("no-consent");
    expect(await allowed("marketing", { customerIds: ["cus_old"] })).toBe("soft-opt-in");
    await say("withdrawal", { customerId: "cus_old" });
    expect(await allowed("marketing", { customerIds: ["cus_old"] })).toBe("withdrawn");
  });

  it("a withdrawal wins over an older consent whichever was written down first", async () => {
    await say("withdrawal", { at: clock.now() });
    await say("consent", { at: clock.now() - dayMs, proof: { how: "import", text: "On paper." } });
    expect(await allowed("marketing")).toBe("withdrawn");
  });

  it("STOP ends everything on its channel, takes consents back, and a consent to marketing does not undo it", async () => {
    await say("consent");
    await say("withdrawal", { purpose: "*" });
    for (const purpose of ["service", "reminders", "marketing"] as const) expect(await allowed(purpose)).toBe("opted-out");
    expect(await allowed("service", {}, "email")).toBe("not-needed");
    await say("consent");
    expect(await allowed("marketing")).toBe("opted-out");
    await say("consent", { purpose: "*" });
    expect(await allowed("service")).toBe("not-needed");
    // Given after STOP.
    expect(await allowed("marketing")).toBe("consent");
    await say("withdrawal", { purpose: "*" });
    await say("consent", { purpose: "*" });
    expect(await allowed("marketing")).toBe("no-consent");
  });

  it("what was said to one agency says nothing to another, and what one peer said says nothing of another", async () => {
    await say("withdrawal", { purpose: "*", agency: "north" });
    expect(await allowed("service")).toBe("not-needed");
    expect(await allowed("service", { agency: "north" })).toBe("opted-out");
    expect(await allowed("service", { agency: "north", identities: [{ channel: "sms", peerId: "+34600111223" }] })).toBe("not-needed");
  });

  it("is found again at an address written otherwise, and by the record once it is known", async () => {
    await say("withdrawal", { purpose: "*", channel: "email", identity: { channel: "email", peerId: "Ana@Example.com " } });
    expect(await allowed("service", { identities: [{ channel: "email", peerId: "ana@example.com" }] }, "email")).toBe("opted-out");
    await consents.adopt({ channel: "email", peerId: "ana@example.com" }, "cus_1");
    expect(await allowed("service", { identities: [], customerIds: ["cus_1"] }, "email")).toBe("opted-out");
  });
});

describe("the ledger", () => {
  it("keeps the proof, and the same request once", async () => {
    const said: Said = {
      kind: "consent",
      customerId: "cus_1",
      channel: "sms",
      purpose: "marketing",
      proof: { how: "operator", text: "Offers by SMS?", operator: "ana@desk", locale: "en" },
      key: "k",
    };
    const entry = await consents.record(said);
    expect(entry.proof).toEqual({
      how: "operator",
      text: "Offers by SMS?",
      operator: "ana@desk",
      locale: "en",
      textHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect((await consents.record(said)).id).toBe(entry.id);
    await expect(consents.record({ ...said, kind: "withdrawal" })).rejects.toMatchObject({ code: "IDEMPOTENCY_MISMATCH" });
    await expect(consents.record({ ...said, key: "l", at: clock.now() + dayMs })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    const { customerId: _, ...nobody } = said;
    await expect(consents.record({ ...nobody, key: "m" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect((await consents.list({ customerIds: ["cus_1"] })).entries).toHaveLength(1);
    expect(await consents.current({ customerIds: ["cus_1"] })).toEqual([{ channel: "sms", purpose: "marketing", state: "consent", since: entry.at }]);
    expect((await consents.list({})).entries).toEqual([]);
  });

  it("is read in pages, newest first", async () => {
    for (let at = 0; at < 5; at++) await say(at % 2 ? "consent" : "withdrawal");
    const first = await consents.list({ identities: [ana] }, { limit: 3 });
    const second = await consents.list({ identities: [ana] }, { limit: 3, cursor: first.nextCursor! });
    expect([...first.entries, ...second.entries].map(({ kind }) => kind)).toEqual(["withdrawal", "consent", "withdrawal", "consent", "withdrawal"]);
    expect(second.nextCursor).toBeUndefined();
  });
});

describe("two records that become one", () => {
  const move = (from: string, to: string, only?: readonly string[]) =>
    engine.db.transaction((tx) => consentPersonalData({ db: engine.db, clock, secret }).reassign!({ from, to, ...(only ? { only } : {}) }, tx));
  const of = (id: string) => allowed("marketing", { identities: [], customerIds: [id] });

  it("keep the stricter of what was said, whoever said it last, until something new is said", async () => {
    const noIdentity = { identity: undefined } as unknown as Partial<Said>;
    await say("withdrawal", { customerId: "a", ...noIdentity });
    await say("consent", { customerId: "b", ...noIdentity });
    await clock.advance(1000);
    const moved = await move("b", "a");
    expect(moved).toHaveLength(1);
    expect(await of("a")).toBe("withdrawn");
    await clock.advance(1000);
    await say("consent", { customerId: "a", ...noIdentity });
    expect(await of("a")).toBe("consent");
    // The merge is undone: each has what was theirs.
    await move("a", "b", moved);
    expect(await of("b")).toBe("consent");
    expect((await consents.list({ customerIds: ["b"] })).entries).toHaveLength(1);
  });

  it("the same the other way around", async () => {
    const noIdentity = { identity: undefined } as unknown as Partial<Said>;
    await say("withdrawal", { customerId: "b", ...noIdentity });
    await say("consent", { customerId: "a", ...noIdentity });
    await clock.advance(1000);
    const moved = await move("b", "a");
    expect(await of("a")).toBe("withdrawn");
    await move("a", "b", moved);
    expect([await of("a"), await of("b")]).toEqual(["consent", "withdrawn"]);
  });
});

describe("words on a channel", () => {
  const heard = async (mode: OptOutMode, text: string, messageId = text, locale?: string) => {
    const optOut = createOptOut({ consents, modeOf: () => mode });
    const word = optOut.wordIn({ channel: "sms", text });
    await clock.advance(1);
    return word && engine.db.transaction((tx) => optOut.heard(tx, word, { ...ana, text, messageId, at: clock.now(), ...(locale ? { locale } : {}) }));
  };

  it("STOP is answered once, in the customer's language, until START; the message is the proof", async () => {
    expect(await heard("channel", "STOP", "m1", "es")).toEqual({ answer: expect.stringMatching(/^No recibirá/) as string, ends: true });
    expect(await heard("channel", "stop", "m2")).toEqual({ ends: true });
    expect(await allowed("service")).toBe("opted-out");
    expect((await consents.list({ identities: [ana] })).entries[0]).toMatchObject({
      kind: "withdrawal",
      channel: "sms",
      purpose: "*",
      peerId: ana.peerId,
      proof: { how: "message", text: "STOP", messageId: "m1", locale: "es" },
    });
    expect(await heard("channel", "Alta", "m3")).toEqual({ answer: expect.stringMatching(/^Volverá/) as string, ends: false });
    expect(await heard("channel", "START", "m4")).toBeUndefined();
    expect(await allowed("service")).toBe("not-needed");
  });

  it("on a page of ours only words that mean nothing else count, and end advertising everywhere", async () => {
    expect(await heard("marketing", "stop")).toBeUndefined();
    expect(await heard("marketing", "Unsubscribe")).toEqual({ answer: expect.stringMatching(/no more advertising/) as string, ends: false });
    expect([await allowed("marketing", {}, "email"), await allowed("service")]).toEqual(["withdrawn", "not-needed"]);
    expect(await heard("off", "STOP")).toBeUndefined();
  });
});

describe("a person's data", () => {
  const store = () => consentPersonalData({ db: engine.db, clock, secret });
  const subject = {
    customerIds: ["cus_1"],
    sessionKeys: [],
    bookingIds: [],
    identities: [ana, { channel: "email", peerId: "ana@example.com" }],
    identifiers: [ana.peerId, "ana@example.com"],
  };
  const bytes = async () => JSON.stringify(await engine.db.all("select * from consent")) + JSON.stringify(await engine.db.all("select * from consent_text"));

  it("is exported, and erased but for a keyed hash by which the person is not written to again", async () => {
    await say("consent", { customerId: "cus_1", proof: { how: "form", text: "I, Ana, agree." } });
    await say("withdrawal", { purpose: "*", proof: { how: "message", text: "STOP", messageId: "m1" } });
    await say("withdrawal", { customerId: "cus_1", channel: "*", purpose: "marketing", identity: undefined as never });
    await say("withdrawal", { identity: { channel: "sms", peerId: "+1" }, purpose: "*", proof: { how: "message", text: "STOP", messageId: "m2" } });
    const files = await all(store().export(subject, new AbortController().signal));
    expect(files.map(({ path }) => path)).toEqual(["consents.json"]);
    expect(files[0]!.content).toHaveLength(3);

    const request = { reason: "asked", now: clock.now(), signal: new AbortController().signal };
    const first = await store().erase(subject, request);
    expect(first.held.map(({ what }) => what)).toHaveLength(3);
    expect(JSON.stringify(first.held)).not.toContain("600111222");
    const left = await bytes();
    for (const word of ["600111222", "ana@example.com", "cus_1", "I, Ana", "m1"]) expect(left, word).not.toContain(word);
    // Of others everything is there.
    expect(left).toContain("m2");
    expect(await allowed("service")).toBe("opted-out");
    expect(await allowed("marketing", { identities: [{ channel: "email", peerId: "ana@example.com" }] }, "email")).toBe("withdrawn");

    const again = await store().erase(subject, request);
    expect(again.removed).toBe(0);
    expect(again.held).toHaveLength(3);
    expect(await bytes()).toBe(left);
  });

  it("is that of one agency: the same address at another one is somebody else, whose words count on", async () => {
    const north = { ...subject, customerIds: ["cus_9"], identities: [{ ...ana, agency: "north" }] };
    await say("withdrawal", { customerId: "cus_1", channel: "*", purpose: "marketing", identity: undefined as never });
    await say("consent", { agency: "north", proof: { how: "form", text: "Yes, north." } });
    const [mine] = await all(store().export(subject, new AbortController().signal));
    const [theirs] = await all(store().export(north, new AbortController().signal));
    expect([mine!.content, theirs!.content]).toMatchObject([[{ agency: "main" }], [{ agency: "north" }]]);
    await store().erase(subject, { reason: "asked", now: clock.now(), signal: new AbortController().signal });
    expect(await all(store().export(north, new AbortController().signal))).toEqual([theirs]);
    expect([await allowed("marketing"), await allowed("marketing", { agency: "north" })]).toEqual(["withdrawn", "consent"]);
  });

  it("leaves a no about a record to the addresses of its own agency", async () => {
    await say("withdrawal", { customerId: "cus_1", channel: "*", purpose: "marketing", identity: undefined as never });
    const elsewhere = { ...subject, identities: [{ ...ana, agency: "north" }] };
    const { held } = await store().erase(elsewhere, { reason: "asked", now: clock.now(), signal: new AbortController().signal });
    expect(held).toEqual([]);
    expect(await bytes()).toBe("[][]");
  });

  it("is forgotten in time: what newer words replaced, and what erasures left; never what counts", async () => {
    await say("consent");
    await say("withdrawal");
    await say("withdrawal", { purpose: "*" });
    await say("consent", { purpose: "*" });
    await say("consent", { customerId: "cus_2", identity: undefined as never });
    await clock.advance(400 * dayMs);
    const prune = (dryRun: boolean) => consentRetention({ db: engine.db }).prune(clock.now() - 365 * dayMs, { dryRun, signal: new AbortController().signal });
    expect(await prune(true)).toEqual({ removed: 1, kept: 4 });
    expect(await prune(false)).toEqual({ removed: 1, kept: 4 });
    expect(await allowed("marketing")).toBe("withdrawn");
    expect(await allowed("marketing", { identities: [], customerIds: ["cus_2"] })).toBe("consent");
  });
});
