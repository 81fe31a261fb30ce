import { TravelAgentError } from "@travelagent/protocol";
import type { FakeClock, Runner } from "@travelagent/protocol/testing";
import type { ContactFields, CrmChange, CrmProvider, WebhookDelivery } from "../providers/provider.ts";
import type { OutsideContact } from "../simulators/simulator.ts";

export interface CrmProviderBench {
  /** Not prepared yet, on `clock`, without pauses between tries of its own. */
  provider: CrmProvider;
  clock: FakeClock;
  /** The other side: what is there, and what people do there. */
  outside: {
    contacts(): OutsideContact[];
    add(fields: ContactFields): string;
    edit(externalId: string, fields: ContactFields): void;
    discard(externalId: string): void;
    notes(): { externalId: string; id: string; text: string }[];
    leads(): { externalId: string; id: string; title: string; stage: string }[];
  };
  /** The next write happens, and its reply never comes. */
  loseNextReply(): void;
  /** The next request is turned away for there were too many. */
  limitNext(): void;
  /** The next request is met by a broken server, and nothing happens. */
  failNext(): void;
  /** Fields the vendor refuses. */
  refused: ContactFields;
  /** A webhook about these records, as the vendor signs it. Left out where there are none. */
  delivery?(externalIds: readonly string[]): WebhookDelivery;
  close(): Promise<void>;
}

const ana: ContactFields = { name: "Ana Maria Silva", email: "ana@example.com", phone: "+351912345678", language: "pt", tags: "family;vip" };

async function failureOf(work: Promise<unknown>): Promise<TravelAgentError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return TravelAgentError.is(error) ? error : new TravelAgentError("INTERNAL", String(error));
  }
}

/** The rules every `CrmProvider` keeps. */
export function crmProviderContract({ describe, it, expect }: Runner, name: string, open: () => Promise<CrmProviderBench>): void {
  const { signal } = new AbortController();
  let keys = 0;
  const write = () => ({ signal, idempotencyKey: `key-${++keys}` });
  const rule = (sentence: string, body: (bench: CrmProviderBench & { only(fields: ContactFields): ContactFields }) => Promise<void>) =>
    it(sentence, async () => {
      const bench = await open();
      try {
        await bench.provider.prepare?.({ signal });
        const { fields } = bench.provider.capabilities;
        await body({ ...bench, only: (all) => Object.fromEntries(fields.map((field) => [field, all[field] ?? ""])) });
      } finally {
        await bench.close();
      }
    });

  async function all(provider: CrmProvider, cursor?: string): Promise<{ changes: CrmChange[]; cursor: string }> {
    const changes: CrmChange[] = [];
    let at = cursor;
    for (let pages = 0; pages < 100; pages += 1) {
      const page = await provider.changes(at, { signal });
      changes.push(...page.changes);
      at = page.cursor;
      if (!page.more) return { changes, cursor: at };
    }
    throw new Error("the changes have no end");
  }
  const idsOf = (changes: readonly CrmChange[]) => new Set(changes.map((change) => ("contact" in change ? change.contact.externalId : change.removed)));

  describe(`crm provider contract: ${name}`, () => {
    rule("keeps what it is given, and finds it by its id and by ours", async ({ provider, only }) => {
      const made = await provider.create({ customerId: "cus_1", fields: only(ana) }, write());
      expect(made.fields).toEqual(only(ana));
      expect(made.customerId).toBe("cus_1");
      for (const by of [{ externalId: made.externalId }, { customerId: "cus_1" }]) {
        const found = await provider.find(by, { signal });
        expect(found?.externalId).toBe(made.externalId);
        expect(found?.fields).toEqual(only(ana));
        expect(found?.revision).toBe(made.revision);
      }
    });

    rule("says null of what is not there", async ({ provider }) => {
      expect(await provider.find({ customerId: "cus_none" }, { signal })).toBe(null);
      const { externalId } = await provider.create({ customerId: "cus_1", fields: { name: "Ana Silva" } }, write());
      await provider.remove?.(externalId, write());
      if (provider.remove) expect(await provider.find({ externalId }, { signal })).toBe(null);
    });

    rule("prepares again without harm", async ({ provider }) => {
      await provider.prepare?.({ signal });
    });

    rule("makes one record for a customer, whatever the key", async ({ provider, outside }) => {
      await provider.create({ customerId: "cus_1", fields: { name: "Ana Silva" } }, write());
      const again = await failureOf(provider.create({ customerId: "cus_1", fields: { name: "Ana Silva" } }, write()));
      expect([undefined, "CONFLICT"]).toContain(again?.code);
      expect(outside.contacts().length).toBe(1);
    });

    rule("says that it does not know when a reply is lost, and shows what happened when asked", async ({ provider, outside, loseNextReply, clock }) => {
      loseNextReply();
      expect((await failureOf(provider.create({ customerId: "cus_1", fields: { name: "Ana Silva" } }, write())))?.code).toBe("OUTCOME_UNKNOWN");
      await clock.advance(provider.capabilities.findLagMs + 2000);
      const found = await provider.find({ customerId: "cus_1" }, { signal });
      expect(found?.fields.name).toBe("Ana Silva");
      loseNextReply();
      const changed = provider.update(found!.externalId, { phone: "+351912345678" }, { ...write(), expectedRevision: found!.revision });
      expect((await failureOf(changed))?.code).toBe("OUTCOME_UNKNOWN");
      expect((await provider.find({ externalId: found!.externalId }, { signal }))?.fields.phone).toBe("+351912345678");
      expect(outside.contacts().length).toBe(1);
    });

    rule("changes what is given and nothing else, and takes values away", async ({ provider, clock, only }) => {
      const made = await provider.create({ customerId: "cus_1", fields: only(ana) }, write());
      await clock.advance(2000);
      const changed = await provider.update(made.externalId, { name: "Ana Prado", phone: "" }, { ...write(), expectedRevision: made.revision });
      expect(changed.fields).toEqual(only({ ...ana, name: "Ana Prado", phone: "" }));
      expect(changed.revision === made.revision).toBe(false);
      expect((await provider.find({ externalId: made.externalId }, { signal }))?.fields).toEqual(changed.fields);
    });

    rule("does not write over what a person changed meanwhile", async ({ provider, outside, clock }) => {
      const made = await provider.create({ customerId: "cus_1", fields: { name: "Ana Silva", phone: "+351912345678" } }, write());
      await clock.advance(2000);
      outside.edit(made.externalId, { phone: "+351960000000" });
      await clock.advance(2000);
      const failure = await failureOf(provider.update(made.externalId, { phone: "+351910000000" }, { ...write(), expectedRevision: made.revision }));
      expect(failure?.code).toBe("CONFLICT");
      expect(failure?.details).toMatchObject({ reason: "revision" });
      expect(outside.contacts()[0]?.fields.phone).toBe("+351960000000");
    });

    rule("says that a record is gone", async ({ provider, outside, clock }) => {
      const made = await provider.create({ customerId: "cus_1", fields: { name: "Ana Silva" } }, write());
      await clock.advance(2000);
      outside.discard(made.externalId);
      const failure = await failureOf(provider.update(made.externalId, { name: "Ana Prado" }, { ...write(), expectedRevision: made.revision }));
      expect(failure?.code).toBe("NOT_FOUND");
    });

    rule("tells every change, page by page, and goes on where it was", async ({ provider, outside, clock }) => {
      const added: string[] = [];
      for (let count = 0; count < 230; count += 1) {
        added.push(outside.add({ name: `Guest Number${count}`, email: `guest${count}@example.com` }));
        if (count % 40 === 0) await clock.advance(1000);
      }
      await clock.advance(600_000);
      const first = await all(provider);
      expect(idsOf(first.changes)).toEqual(new Set(added));
      outside.edit(added[3]!, { phone: "+351960000000" });
      const late = outside.add({ name: "Late Guest" });
      await clock.advance(600_000);
      const second = await all(provider, first.cursor);
      expect(idsOf(second.changes)).toContain(added[3]);
      expect(idsOf(second.changes)).toContain(late);
      const found = second.changes.flatMap((change) => ("contact" in change ? [change.contact] : [])).filter(({ externalId }) => externalId === added[3]);
      expect(found.at(-1)?.fields.phone).toBe("+351960000000");
      expect((await failureOf(provider.changes("nonsense!", { signal })))?.retryable ?? true).toBe(false);
    });

    rule("tells of removed records where it says so", async ({ provider, outside, clock }) => {
      if (!provider.capabilities.tellsRemovals) return;
      const id = outside.add({ name: "Ana Silva" });
      await clock.advance(2000);
      const { cursor } = await all(provider);
      outside.discard(id);
      await clock.advance(2000);
      const told = (await all(provider, cursor)).changes.flatMap((change) => ("removed" in change ? [change.removed] : []));
      expect(told).toContain(id);
    });

    rule("says when to come again, and has done nothing", async ({ provider, outside, limitNext, failNext }) => {
      limitNext();
      const limited = await failureOf(provider.create({ customerId: "cus_1", fields: { name: "Ana Silva" } }, write()));
      expect(limited?.code).toBe("RATE_LIMITED");
      expect(limited?.retryAfterMs ?? 0).toBeGreaterThan(0);
      failNext();
      expect((await failureOf(provider.changes(undefined, { signal })))?.code).toBe("UNAVAILABLE");
      expect(outside.contacts().length).toBe(0);
    });

    rule("names nobody in its errors", async ({ provider, refused }) => {
      const failure = await failureOf(provider.create({ customerId: "cus_1", fields: refused }, write()));
      expect(failure?.code).toBe("SUPPLIER_REJECTED");
      const told = JSON.stringify(failure?.toShape()).toLowerCase();
      expect(Object.values(refused).filter((value) => value !== "" && told.includes(value.toLowerCase()))).toEqual([]);
    });

    rule("adds a note once, also when the reply was lost", async ({ provider, outside, loseNextReply }) => {
      if (!provider.addNote) return;
      const { externalId } = await provider.create({ customerId: "cus_1", fields: { name: "Ana Silva" } }, write());
      const note = { id: "note_0001", text: "Likes an aisle seat", author: "Eva", at: Date.parse("2027-01-15T09:00:00Z") };
      const key = write();
      loseNextReply();
      const first = await failureOf(provider.addNote(externalId, note, key));
      if (first) await provider.addNote(externalId, note, key);
      await provider.addNote(externalId, note, key);
      expect(outside.notes()).toEqual([{ externalId, id: note.id, text: note.text }]);
    });

    rule("keeps one deal for a lead and moves its stage", async ({ provider, outside }) => {
      if (!provider.upsertLead) return;
      const { externalId } = await provider.create({ customerId: "cus_1", fields: { name: "Ana Silva" } }, write());
      const lead = { id: "lead_1", title: "Two weeks in Japan", stage: "new", destination: "Japan" };
      await provider.upsertLead(externalId, lead, write());
      const before = outside.leads()[0]?.stage;
      await provider.upsertLead(externalId, { ...lead, stage: "won" }, write());
      expect(outside.leads().length).toBe(1);
      expect(outside.leads()[0]).toMatchObject({ externalId, id: "lead_1", title: "Two weeks in Japan" });
      expect(outside.leads()[0]?.stage === before).toBe(false);
    });

    rule("removes a person, and says done when it was done", async ({ provider, outside }) => {
      if (!provider.remove) return;
      const { externalId } = await provider.create({ customerId: "cus_1", fields: { name: "Ana Silva" } }, write());
      await provider.remove(externalId, write());
      await provider.remove(externalId, write());
      expect(outside.contacts()).toEqual([]);
    });

    rule("takes webhooks that are signed, fresh and whole, and no others", async ({ provider, delivery, clock }) => {
      if (!provider.webhooks || !delivery) return;
      const good = delivery(["123456"]);
      expect(await provider.webhooks.receive(good)).toEqual({ externalIds: ["123456"] });
      expect((await failureOf(provider.webhooks.receive({ ...good, body: good.body.replace("123456", "999999") })))?.code).toBe("UNAUTHORIZED");
      expect((await failureOf(provider.webhooks.receive({ ...good, headers: {} })))?.code).toBe("UNAUTHORIZED");
      await clock.advance(10 * 60_000);
      expect((await failureOf(provider.webhooks.receive(good)))?.code).toBe("UNAUTHORIZED");
    });
  });
}
