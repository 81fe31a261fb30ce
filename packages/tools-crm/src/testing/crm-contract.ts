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

/** The rules every `Crm` keeps. Those about an ability hold where it is there. */
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
      expect(
        Object.keys(bare)
          .filter((key) => key !== "lifecycle")
          .sort(),
      ).toEqual(["createdAt", "id", "name", "tags", "updatedAt", "version"]);
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
      const identities = await crm.identities(first.customerId);
      expect(identities.length).toBe(1);
      expect(identities[0]).toMatchObject(telegram("7"));
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

    rule("keeps what else is known about a person, and takes values away", async (crm) => {
      const more = {
        owner: "eva",
        country: "PT",
        timeZone: "Europe/Lisbon",
        costCentre: "A 7",
        preferences: { seat: "aisle", airlinesAvoided: ["XX"], assistance: "wheelchair" },
      };
      const { customer } = await crm.create({ ...ana, ...more }, key());
      expect(customer).toMatchObject(more);
      const updated = await crm.update(customer.id, { owner: null, country: null, preferences: { meal: "vegan" } }, key());
      expect(updated).toMatchObject({ timeZone: "Europe/Lisbon", preferences: { meal: "vegan" } });
      expect("owner" in updated || "country" in updated || "seat" in (updated.preferences ?? {})).toBe(false);
    });

    rule("filters by tag, owner and agency, together with words", async (crm) => {
      const id = async (fields: CustomerFields, agency?: string) =>
        (await crm.create(fields, { ...key(), ...(agency === undefined ? {} : { agency }) })).customer.id;
      const one = await id({ name: "Ana Silva", tags: ["vip", "needs: quiet"], owner: "eva" });
      const two = await id({ name: "Ana Costa", tags: ["vip"], notes: "collects stamps" });
      const north = await id({ name: "Ana Silva", tags: ["vip"] }, "north");
      const find = async (filter: Parameters<Crm["list"]>[0]) => (await crm.list(filter)).customers.map((customer) => customer.id);
      expect(await find({ tag: "vip" })).toEqual([north, two, one]);
      expect(await find({ tag: "needs: quiet" })).toEqual([one]);
      expect(await find({ tag: "vi" })).toEqual([]);
      expect(await find({ owner: "eva", query: "ana" })).toEqual([one]);
      expect(await find({ agency: "main", query: "ana" })).toEqual([two, one]);
      expect(await find({ agency: "north" })).toEqual([north]);
      expect(await find({ query: "vip stamps" })).toEqual([two]);
      expect((await crm.get(north))?.agency).toBe("north");
      expect((await crm.get(one))?.agency).toBe(undefined);
    });

    rule("keeps agencies apart: the same peer, number and address at two of them are two people", async (crm) => {
      const here = await crm.ensureCustomer(walkIn("7", { email: "ana@example.com", phone: "+351912345678" }));
      const there = await crm.ensureCustomer({ ...walkIn("7", { email: "ana@example.com", phone: "+351912345678" }), agency: "north" });
      expect(here.customerId === there.customerId).toBe(false);
      expect((await crm.byIdentity("telegram", "7"))?.id).toBe(here.customerId);
      expect((await crm.byIdentity("telegram", "7", "north"))?.id).toBe(there.customerId);
      expect(await crm.byIdentity("telegram", "7", "south")).toBe(null);
      const { possibleDuplicates } = await crm.create(ana, { ...key(), agency: "north" });
      expect(possibleDuplicates.map(({ customer }) => customer.id)).toEqual([there.customerId]);
    });

    rule("removes an identity: it counts for nothing and may be somebody else's", async (crm) => {
      if (!crm.removeIdentity) return;
      const { customer: one } = await crm.create(ana, { ...key(), identity: telegram("3") });
      const { customer: two } = await crm.create({ name: "Bo Li" }, key());
      await crm.removeIdentity(one.id, telegram("3"), "eva");
      expect(await crm.byIdentity("telegram", "3")).toBe(null);
      expect((await crm.identities(one.id)).map(({ verified, removedAt }) => [verified, typeof removedAt])).toEqual([[false, "string"]]);
      expect(await codeOf(crm.removeIdentity(one.id, telegram("3"), "eva"))).toBe("NOT_FOUND");
      await crm.addIdentity(two.id, { ...telegram("3"), how: "operator", verifiedBy: "eva" });
      expect((await crm.byIdentity("telegram", "3"))?.id).toBe(two.id);
      expect((await crm.identities(two.id))[0]).toMatchObject({ how: "operator", verifiedBy: "eva" });
    });

    rule("merges two records of one person, and takes it back to the letter", async (crm, clock) => {
      if (!crm.merging) return;
      const old = await crm.ensureCustomer(walkIn("1", { phone: "+351912345678" }));
      await crm.update(old.customerId, { tags: ["vip"], preferences: { seat: "aisle", meal: "vegan" } }, key());
      await crm.addNote({ customerId: old.customerId, sessionKey: "s1" }, { text: "likes trains", author: "eva" }, key());
      const lead = await crm.createLead({ customerId: old.customerId, sessionKey: "s1" }, { summary: "sea", source: "telegram" }, key());
      const { customer: kept } = await crm.create({ name: "Ana S. Silva", email: "ana@example.com", preferences: { seat: "window" } }, key());
      const state = async () => ({
        old: (await crm.notes({ customerId: old.customerId })).notes.map(({ id }) => id),
        kept: (await crm.notes({ customerId: kept.id })).notes.map(({ id }) => id),
        leads: (await crm.leads({ customerId: old.customerId })).leads.map(({ id }) => id),
        peer: (await crm.byIdentity("telegram", "1"))?.id,
      });
      const before = await state();
      await clock.advance(10);

      const once = key();
      const { customer, moved } = await crm.merging.merge(old.customerId, kept.id, { ...once, actor: "eva" });
      expect(customer).toMatchObject({
        id: kept.id,
        name: "Ana S. Silva",
        email: "ana@example.com",
        phone: "+351912345678",
        tags: ["vip"],
        preferences: { seat: "window", meal: "vegan" },
      });
      expect(moved >= 3).toBe(true);
      expect(await state()).toEqual({ old: [], kept: before.old, leads: [], peer: kept.id });
      expect((await crm.get(old.customerId))?.mergedInto).toBe(kept.id);
      expect((await crm.list({})).customers.map(({ id }) => id)).toEqual([kept.id]);
      expect((await crm.list({ query: "ana" })).customers.map(({ id }) => id)).toEqual([kept.id]);
      expect((await crm.merging.merge(old.customerId, kept.id, { ...once, actor: "eva" })).moved).toBe(moved);
      expect((await crm.leads({ customerId: kept.id })).leads[0]?.id).toBe(lead.id);

      await crm.addNote({ customerId: kept.id, sessionKey: "s2" }, { text: "came later", author: "eva" }, key());
      const back = await crm.merging.unmerge(old.customerId, { ...key(), actor: "eva" });
      expect("mergedInto" in back.customer).toBe(false);
      expect(back.survivor).toMatchObject({ tags: [], preferences: { seat: "window" } });
      expect("phone" in back.survivor || "meal" in (back.survivor.preferences ?? {})).toBe(false);
      const after = await state();
      expect({ ...after, kept: [] }).toEqual({ ...before, kept: [] });
      expect(after.kept.length).toBe(1);
      expect((await crm.list({ query: "ana" })).customers.length).toBe(2);
      expect(await codeOf(crm.merging.unmerge(old.customerId, { ...key(), actor: "eva" }))).toBe("CONFLICT");
    });

    rule("takes back nothing that was changed after the merge", async (crm) => {
      if (!crm.merging) return;
      const { customer: old } = await crm.create({ ...ana, owner: "eva" }, key());
      const { customer: kept } = await crm.create({ name: "Ana" }, key());
      await crm.merging.merge(old.id, kept.id, { ...key(), actor: "eva" });
      await crm.update(kept.id, { phone: "+351960000000" }, key());
      const { survivor } = await crm.merging.unmerge(old.id, { ...key(), actor: "eva" });
      expect(survivor.phone).toBe("+351960000000");
      expect("email" in survivor || "owner" in survivor).toBe(false);
    });

    rule("refuses merges that make no sense, and changes of a record that was merged away", async (crm) => {
      if (!crm.merging) return;
      const { customer: one } = await crm.create(ana, key());
      const { customer: two } = await crm.create(ana, key());
      const { customer: three } = await crm.create(ana, key());
      const { customer: north } = await crm.create(ana, { ...key(), agency: "north" });
      const merge = (id: string, into: string) => codeOf(crm.merging!.merge(id, into, { ...key(), actor: "eva" }));
      expect(await merge(one.id, one.id)).toBe("CONFLICT");
      expect(await merge(one.id, north.id)).toBe("FORBIDDEN");
      expect(await merge(one.id, "cus_none")).toBe("NOT_FOUND");
      expect((await crm.merging.duplicates({ customerId: one.id })).map(({ customers }) => customers[1]?.id).sort()).toEqual([two.id, three.id].sort());
      expect((await crm.merging.duplicates({})).map(({ customers, by }) => [customers.length, by])).toEqual([[3, ["email", "phone", "name"]]]);
      expect(await merge(one.id, two.id)).toBe(undefined);
      expect(await merge(one.id, three.id)).toBe("CONFLICT");
      expect(await merge(three.id, one.id)).toBe("CONFLICT");
      expect(await codeOf(crm.update(one.id, { name: "Eva" }, key()))).toBe("CONFLICT");
      expect(await codeOf(crm.addIdentity(one.id, telegram("1")))).toBe("CONFLICT");
      expect(await codeOf(crm.ensureCustomer(walkIn("1", { customerId: one.id })))).toBe("CONFLICT");
      expect(await codeOf(crm.addNote({ customerId: one.id, sessionKey: "s" }, { text: "t", author: "a" }, key()))).toBe("CONFLICT");
      expect(await merge(two.id, three.id)).toBe(undefined);
      expect(await codeOf(crm.merging.unmerge(one.id, { ...key(), actor: "eva" }))).toBe("CONFLICT");
    });

    rule("keeps parties of customers of one agency", async (crm) => {
      if (!crm.parties) return;
      const { customer: one } = await crm.create(ana, key());
      const { customer: two } = await crm.create({ name: "Rui Silva" }, key());
      const { customer: north } = await crm.create({ name: "Bo Li" }, { ...key(), agency: "north" });
      const members = [
        { role: "husband", customerId: two.id },
        { role: "child", name: "Inês", birthDate: "2020-02-29" },
      ];
      const once = key();
      const party = await crm.parties.save({ customerId: one.id, name: "Silva family", members }, once);
      expect((await crm.parties.save({ customerId: one.id, name: "Silva family", members }, once)).id).toBe(party.id);
      expect((await crm.parties.of(two.id)).map(({ id }) => id)).toEqual([party.id]);
      const changed = await crm.parties.save(
        { id: party.id, customerId: one.id, name: "Silvas", members: members.slice(1) },
        { ...key(), expectedVersion: party.version },
      );
      expect([changed.name, changed.members.length, changed.version]).toEqual(["Silvas", 1, 2]);
      expect(await crm.parties.of(two.id)).toEqual([]);
      const save = (given: { id?: string; customerId: string; members?: typeof members }) =>
        codeOf(crm.parties!.save({ name: "x", members: [], ...given } as never, { ...key(), expectedVersion: 1 }));
      expect(await save({ id: party.id, customerId: one.id })).toBe("CONFLICT");
      expect(await save({ id: party.id, customerId: two.id })).toBe("CONFLICT");
      expect(await save({ customerId: one.id, members: [{ role: "friend", customerId: north.id }] })).toBe("NOT_FOUND");
      expect(await crm.parties.remove(party.id)).toBe(true);
      expect(await crm.parties.remove(party.id)).toBe(false);
      expect(await crm.parties.of(one.id)).toEqual([]);
    });

    rule("hands parties over with a merge, and back", async (crm) => {
      if (!crm.parties || !crm.merging) return;
      const { customer: one } = await crm.create(ana, key());
      const { customer: two } = await crm.create({ name: "Rui Silva" }, key());
      const { customer: twin } = await crm.create(ana, key());
      const party = await crm.parties.save({ customerId: two.id, name: "friends", members: [{ role: "friend", customerId: one.id }] }, key());
      await crm.merging.merge(one.id, twin.id, { ...key(), actor: "eva" });
      expect((await crm.parties.get(party.id))?.members[0]?.customerId).toBe(twin.id);
      expect((await crm.parties.of(twin.id)).length).toBe(1);
      await crm.merging.unmerge(one.id, { ...key(), actor: "eva" });
      expect((await crm.parties.get(party.id))?.members[0]?.customerId).toBe(one.id);
      expect(await crm.parties.of(twin.id)).toEqual([]);
    });

    rule("keeps companies, and finds who works there by its name", async (crm) => {
      if (!crm.companies) return;
      const company = await crm.companies.create({ name: "Acme Viagens", vatId: "PT123", policy: { maxHotelPerNight: 180 }, costCentres: ["A"] }, key());
      const north = await crm.companies.create({ name: "Polar" }, { ...key(), agency: "north" });
      const { customer } = await crm.create({ ...ana, companyId: company.id }, key());
      expect(await codeOf(crm.create({ name: "x", companyId: north.id }, key()))).toBe("NOT_FOUND");
      expect(await codeOf(crm.update(customer.id, { companyId: north.id }, key()))).toBe("NOT_FOUND");
      const find = async (query: string) => (await crm.list({ query })).customers.length;
      expect([await find("acme"), await find("acme ana"), await find("polar")]).toEqual([1, 1, 0]);
      const renamed = await crm.companies.update(company.id, { name: "Zenith", vatId: null }, { ...key(), expectedVersion: 1 });
      expect([renamed.name, "vatId" in renamed, renamed.policy, renamed.version]).toEqual(["Zenith", false, { maxHotelPerNight: 180 }, 2]);
      expect([await find("acme"), await find("zenith")]).toEqual([0, 1]);
      expect((await crm.list({ companyId: company.id })).customers.map(({ id }) => id)).toEqual([customer.id]);
      expect((await crm.companies.list({ query: "zen" })).companies.map(({ id }) => id)).toEqual([company.id]);
      expect((await crm.companies.list({ agency: "north" })).companies.map(({ id }) => id)).toEqual([north.id]);
      expect(await codeOf(crm.companies.update(company.id, { name: "y" }, { ...key(), expectedVersion: 1 }))).toBe("CONFLICT");
      expect(await codeOf(crm.companies.update("com_none", { name: "y" }, key()))).toBe("NOT_FOUND");
    });
  });
}
