import { TravelAgentError } from "@travelagent/protocol";
import type { FakeClock, Runner } from "@travelagent/protocol/testing";
import type { Crm, CustomerFields } from "../crm.ts";

export interface CrmBench {
  /** Empty, and on `clock`. */
  crm: Crm;
  clock: FakeClock;
  close(): Promise<void>;
}

const ana: CustomerFields = { name: "Ana Silva", email: "ana@example.com", phone: "+351912345678", language: "pt", tags: ["vip"] };
const telegram = (peerId: string, verified = true) => ({ channel: "telegram", peerId, verified });
const walkIn = (peerId: string, rest: { name?: string; email?: string; phone?: string; customerId?: string; sessionKey?: string } = {}) => ({
  sessionKey: `agent:main:telegram:${peerId}`,
  channel: "telegram",
  peerId,
  name: "Ana Silva",
  ...rest,
});

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return TravelAgentError.is(error) ? error.code : String(error);
  }
}

/** The rules every `Crm` keeps. */
export function crmContract({ describe, it, expect }: Runner, name: string, open: () => Promise<CrmBench>): void {
  const rule = (sentence: string, body: (crm: Crm, clock: FakeClock) => Promise<void>) =>
    it(sentence, async () => {
      const bench = await open();
      try {
        await body(bench.crm, bench.clock);
      } finally {
        await bench.close();
      }
    });
  let keys = 0;
  const key = () => ({ idempotencyKey: `key-${++keys}` });

  describe(`crm contract: ${name}`, () => {
    rule("keeps what it was told, and nothing is there that was not told", async (crm) => {
      const { customer } = await crm.create(ana, key());
      expect(customer).toMatchObject({ ...ana, version: 1 });
      expect(await crm.get(customer.id)).toEqual(customer);
      const { customer: bare } = await crm.create({ name: "  Bo Li " }, key());
      expect(Object.keys(bare).sort()).toEqual(["createdAt", "id", "name", "tags", "updatedAt", "version"]);
      expect(bare.name).toBe("Bo Li");
      expect(await crm.get("cus_none")).toBe(null);
    });

    rule("creates once per key, and refuses the key for anything else", async (crm) => {
      const once = key();
      const first = await crm.create(ana, once);
      expect((await crm.create({ ...ana }, once)).customer.id).toBe(first.customer.id);
      expect(await codeOf(crm.create({ ...ana, email: "other@example.com" }, once))).toBe("IDEMPOTENCY_MISMATCH");
      expect((await crm.list({})).customers.length).toBe(1);
    });

    rule("makes one record of many simultaneous calls with one key", async (crm) => {
      const once = key();
      const made = await Promise.all(Array.from({ length: 8 }, () => crm.create(ana, once)));
      expect(new Set(made.map(({ customer }) => customer.id)).size).toBe(1);
    });

    rule("changes what is given, at the version that was read", async (crm, clock) => {
      const { customer } = await crm.create(ana, key());
      await clock.advance(1000);
      const once = key();
      const updated = await crm.update(customer.id, { phone: "+351960000000" }, { ...once, expectedVersion: 1 });
      expect(updated).toMatchObject({
        name: "Ana Silva",
        email: "ana@example.com",
        phone: "+351960000000",
        tags: ["vip"],
        version: 2,
        createdAt: customer.createdAt,
      });
      expect(Date.parse(updated.updatedAt) - Date.parse(customer.updatedAt)).toBe(1000);
      expect((await crm.update(customer.id, { phone: "+351960000000" }, { ...once, expectedVersion: 1 })).version).toBe(2);
      expect(await codeOf(crm.update(customer.id, { name: "Eva" }, { ...once, expectedVersion: 1 }))).toBe("IDEMPOTENCY_MISMATCH");
      expect(await codeOf(crm.update(customer.id, { name: "Eva" }, { ...key(), expectedVersion: 1 }))).toBe("CONFLICT");
      expect(await codeOf(crm.update("cus_none", { name: "Eva" }, key()))).toBe("NOT_FOUND");
    });

    rule("lets one of two changes of the same version through", async (crm) => {
      const { customer } = await crm.create(ana, key());
      const codes = await Promise.all(["A", "B"].map((name) => codeOf(crm.update(customer.id, { name }, { ...key(), expectedVersion: 1 }))));
      expect(codes.sort()).toEqual(["CONFLICT", undefined]);
    });

    rule("reports look-alikes and keeps them apart", async (crm) => {
      const { customer: first } = await crm.create(ana, { ...key(), identity: telegram("1") });
      const second = await crm.create({ name: "silva, ANA", email: "ANA@example.com" }, { ...key(), identity: telegram("2") });
      expect(second.possibleDuplicates.map(({ customer, by }) => [customer.id, by])).toEqual([[first.id, ["email", "name"]]]);
      expect((await crm.byIdentity("telegram", "2"))?.id).toBe(second.customer.id);
      expect((await crm.create({ name: "Bo Li" }, key())).possibleDuplicates).toEqual([]);
    });

    rule("lists newest first, page by page, each once", async (crm, clock) => {
      const made: string[] = [];
      for (let number = 0; number < 7; number++) {
        made.unshift((await crm.create({ name: `Guest ${number}` }, key())).customer.id);
        if (number % 2 === 0) await clock.advance(1);
      }
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await crm.list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.customers.map((customer) => customer.id));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(seen).toEqual(made);
      expect(await codeOf(crm.list({ cursor: "nonsense" }))).toBe("INVALID_REQUEST");
    });

    rule("finds by beginnings of name, e-mail and phone, with or without accents", async (crm) => {
      const id = async (fields: CustomerFields) => (await crm.create(fields, key())).customer.id;
      const one = await id({ ...ana, name: "Ana João Silva-Pereira" });
      const two = await id({ name: "Anabel O'Neill", email: "anabel.oneill@post.example" });
      const find = async (query: string) => (await crm.list({ query })).customers.map((customer) => customer.id).sort();
      expect(await find("ana")).toEqual([one, two].sort());
      for (const query of [
        "joao",
        "JOÃO",
        "ana sil",
        "pereira",
        "ana@example.com",
        "ana@",
        "example.com ana",
        "+351 912 345 678",
        "00351912",
        "345678",
        "912-345",
      ])
        expect([query, await find(query)]).toEqual([query, [one]]);
      for (const query of ["o'neill", "oneill", "anabel.o", "post.example"]) expect([query, await find(query)]).toEqual([query, [two]]);
      for (const query of ["ana bo", "%", "_", "' or 1=1", "999999"]) expect([query, await find(query)]).toEqual([query, []]);
      await crm.update(one, { name: "Eva" }, key());
      expect(await find("pereira")).toEqual([]);
    });

    rule("knows a peer again, and nobody else by what they say", async (crm) => {
      const { customer: known } = await crm.create(ana, key());
      const first = await crm.ensureCustomer(walkIn("7", { email: "ana@example.com", phone: "+351912345678" }));
      expect(first.customerId === known.id).toBe(false);
      expect((await crm.ensureCustomer(walkIn("7", { name: "Somebody Else", email: "new@example.com" }))).customerId).toBe(first.customerId);
      expect((await crm.get(first.customerId))?.email).toBe("ana@example.com");
      expect((await crm.ensureCustomer({ ...walkIn("7"), channel: "whatsapp" })).customerId === first.customerId).toBe(false);
      expect(await crm.identities(first.customerId)).toEqual([telegram("7")]);
    });

    rule("takes the customer a conversation has, and fills in what is missing", async (crm) => {
      const { customer } = await crm.create({ name: "Ana Silva", email: "ana@example.com" }, key());
      expect(await crm.ensureCustomer(walkIn("8", { customerId: customer.id, email: "x@example.com", phone: "+351911111111" }))).toEqual({
        customerId: customer.id,
      });
      expect(await crm.get(customer.id)).toMatchObject({ email: "ana@example.com", phone: "+351911111111" });
      expect(await codeOf(crm.ensureCustomer(walkIn("9", { customerId: "cus_none" })))).toBe("NOT_FOUND");
    });

    rule("makes one record of simultaneous walk-ins of one peer", async (crm) => {
      const made = await Promise.all(Array.from({ length: 8 }, () => crm.ensureCustomer(walkIn("5"))));
      expect(new Set(made.map(({ customerId }) => customerId)).size).toBe(1);
      expect((await crm.list({})).customers.length).toBe(1);
    });

    rule("believes only verified identities, and gives each to one customer", async (crm) => {
      const { customer: one } = await crm.create(ana, key());
      const { customer: two } = await crm.create({ name: "Bo Li" }, key());
      await crm.addIdentity(one.id, telegram("3", false));
      await crm.addIdentity(two.id, telegram("3", false));
      expect(await crm.byIdentity("telegram", "3")).toBe(null);
      await crm.addIdentity(two.id, telegram("3"));
      await crm.addIdentity(two.id, telegram("3", false));
      expect((await crm.byIdentity("telegram", "3"))?.id).toBe(two.id);
      expect(await codeOf(crm.addIdentity(one.id, telegram("3")))).toBe("CONFLICT");
      expect(await codeOf(crm.create({ name: "Eva" }, { ...key(), identity: telegram("3") }))).toBe("CONFLICT");
      expect((await crm.list({})).customers.length).toBe(2);
    });

    rule("keeps notes and leads of a conversation, and hands them to its customer", async (crm, clock) => {
      const here = { sessionKey: walkIn("6").sessionKey };
      const once = key();
      const note = await crm.addNote(here, { text: "wants a cot", author: "agent:main" }, once);
      expect((await crm.addNote(here, { text: "wants a cot", author: "agent:main" }, once)).id).toBe(note.id);
      await crm.addNote({ sessionKey: "another" }, { text: "not theirs", author: "agent:main" }, key());
      const lead = await crm.createLead(here, { summary: "two weeks at the sea", budget: "2000 EUR", source: "telegram" }, key());
      expect(lead).toMatchObject({ stage: "new", source: "telegram", version: 1 });
      await clock.advance(5);
      const { customerId } = await crm.ensureCustomer(walkIn("6"));
      await crm.addNote({ ...here, customerId }, { text: "vegetarian", author: "agent:main" }, key());
      expect((await crm.notes({ customerId })).notes.map(({ text }) => text)).toEqual(["vegetarian", "wants a cot"]);
      expect((await crm.leads({ customerId })).leads.map(({ id }) => id)).toEqual([lead.id]);
      // A repeat after the customer became known is still the same note.
      expect((await crm.addNote({ ...here, customerId }, { text: "wants a cot", author: "agent:main" }, once)).id).toBe(note.id);
    });

    rule("moves leads along", async (crm) => {
      const lead = await crm.createLead({ sessionKey: "s" }, { summary: "ski", source: "email" }, key());
      expect(await crm.updateLead(lead.id, { stage: "contacted", owner: "eva" }, { expectedVersion: 1 })).toMatchObject({
        stage: "contacted",
        owner: "eva",
        version: 2,
      });
      expect(await codeOf(crm.updateLead(lead.id, { stage: "won" }, { expectedVersion: 1 }))).toBe("CONFLICT");
      expect(await codeOf(crm.updateLead("lead_none", { stage: "won" }))).toBe("NOT_FOUND");
      expect((await crm.leads({ stage: "new" })).leads).toEqual([]);
      expect((await crm.leads({ stage: "contacted" })).leads.length).toBe(1);
    });
  });
}
