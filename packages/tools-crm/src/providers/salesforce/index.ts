import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import * as z from "zod";
import { crmHttp } from "../http.ts";
import { type ContactField, type CrmCall, type CrmChange, type CrmContact, type CrmProvider, contactFields } from "../provider.ts";
import { afterWrite, isGone, understand } from "../unreadable.ts";
import { columnsFrom, columnsOf, contactFrom, customFields, SalesforceContact, timeOf } from "./contact.ts";
import { salesforceProblem } from "./problem.ts";
import { type SalesforceLogin, salesforceToken } from "./token.ts";

export interface SalesforceCrmOptions extends Omit<SalesforceLogin, "clock"> {
  /** Default `v62.0`. */
  apiVersion?: string;
  /** Our stage → stage of an opportunity. What is missing keeps Salesforce's standard names. */
  stages?: Readonly<Record<string, string>>;
  clock?: Clock;
  log?: Logger;
  /** See `CrmHttpOptions`. */
  readRetriesMs?: readonly number[];
}

const standardStages: Readonly<Record<string, string>> = {
  new: "Prospecting",
  contacted: "Qualification",
  qualified: "Needs Analysis",
  quoted: "Proposal/Price Quote",
  won: "Closed Won",
  lost: "Closed Lost",
};
/** Transactions that were under way when we asked are stamped with when they began. */
const overlapMs = 5 * 60_000;
/** An opportunity must have a day on which it is expected to close. */
const closesAfterMs = 30 * 86_400_000;

const Described = z.looseObject({
  fields: z.array(z.looseObject({ name: z.string(), externalId: z.boolean().optional(), unique: z.boolean().optional() })),
});
const Made = z.looseObject({ id: z.string(), success: z.boolean() });
const Queried = z.looseObject({ done: z.boolean(), nextRecordsUrl: z.string().optional(), records: z.array(SalesforceContact) });

/** Salesforce's contacts, tasks and opportunities over REST. Our id of the customer is a unique external id of the contact. */
export function salesforceCrm(options: SalesforceCrmOptions): CrmProvider {
  const { apiVersion = "v62.0", stages = {}, clock = systemClock, log = silentLogger, readRetriesMs } = options;
  const { token, instanceUrl } = salesforceToken({ ...options, clock });
  const http = crmHttp({
    provider: "salesforce",
    // The first token tells where the org lives.
    baseUrl: async () => {
      await token.get();
      return instanceUrl();
    },
    token,
    clock,
    log,
    problemIn: salesforceProblem,
    ...(readRetriesMs ? { readRetriesMs } : {}),
  });
  const root = `/services/data/${apiVersion}`;
  const row = (object: string, id: string) => `${root}/sobjects/${object}/${encodeURIComponent(id)}`;
  const byOurId = (object: string, id: string) => `${root}/sobjects/${object}/${customFields.id}/${encodeURIComponent(id)}`;
  let fields: readonly ContactField[] = contactFields;

  async function read(path: string, call: CrmCall): Promise<CrmContact | null> {
    try {
      const { body } = await http.send(
        { effect: "read", method: "GET", path, route: "sobjects/Contact/{id}", query: { fields: columnsOf(fields).join(",") } },
        call,
      );
      return understand("salesforce", "read", () => {
        const record = SalesforceContact.parse(body);
        return record.IsDeleted ? null : contactFrom(record, fields);
      });
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  const find: CrmProvider["find"] = (by, call) => read("externalId" in by ? row("Contact", by.externalId) : byOurId("Contact", by.customerId), call);

  async function query(cursor: string | undefined, call: CrmCall) {
    const [since = "0", next] = cursor?.split("~") ?? [];
    if (!/^\d+$/.test(since)) throw new TravelAgentError("INVALID_REQUEST", "this cursor is none of ours; start again without one");
    const from = new Date(Math.max(0, Number(since) - overlapMs)).toISOString();
    const q = `SELECT ${columnsOf(fields).join(", ")} FROM Contact WHERE SystemModstamp >= ${from} ORDER BY SystemModstamp, Id`;
    const { body } = await http.send(
      next === undefined
        ? { effect: "read", method: "GET", path: `${root}/queryAll`, route: "queryAll", query: { q } }
        : { effect: "read", method: "GET", path: next, route: "query/{locator}" },
      call,
    );
    return understand("salesforce", "read", () => {
      const page = Queried.parse(body);
      const changes = page.records.map((record): CrmChange => (record.IsDeleted ? { removed: record.Id } : { contact: contactFrom(record, fields) }));
      const last = Math.max(Number(since), ...page.records.map(({ SystemModstamp }) => timeOf(SystemModstamp)));
      const locator = page.done ? undefined : page.nextRecordsUrl;
      // In the middle of a run the beginning stays: a locator that has expired sends us back to it.
      return locator === undefined ? { changes, cursor: String(last), more: false } : { changes, cursor: `${since}~${locator}`, more: true };
    });
  }

  return {
    contract: 1,
    id: "salesforce",
    get capabilities() {
      return { fields, revisions: "compared", uniqueEmail: false, tellsRemovals: true, findLagMs: 0, removal: "binned" } as const;
    },

    async prepare(call) {
      const { body } = await http.send({ effect: "read", method: "GET", path: `${root}/sobjects/Contact/describe`, route: "sobjects/Contact/describe" }, call);
      const there = understand("salesforce", "read", () => new Map(Described.parse(body).fields.map((field) => [field.name, field])));
      const id = there.get(customFields.id);
      if (!id?.externalId || !id.unique)
        throw new TravelAgentError(
          "SUPPLIER_REJECTED",
          `Salesforce's Contact has no field ${customFields.id} that is an external id and unique; let an administrator make it as docs/crm.md says`,
        );
      const custom: Partial<Record<ContactField, string>> = { language: customFields.language, tags: customFields.tags };
      fields = contactFields.filter((field) => custom[field] === undefined || there.has(custom[field]));
      if (fields.length < contactFields.length)
        log.info("some fields of customers have no place at the crm", { provider: "salesforce", fields: fields.join(",") });
    },

    async changes(cursor, call) {
      try {
        return await query(cursor, call);
      } catch (error) {
        const expired = cursor?.includes("~") === true && TravelAgentError.is(error, "SUPPLIER_REJECTED");
        if (!expired) throw error;
        return query(cursor.split("~")[0], call);
      }
    },

    find,

    async create({ customerId, fields: given }, { signal }) {
      try {
        const { body } = await http.send(
          {
            effect: "write",
            method: "POST",
            path: `${root}/sobjects/Contact`,
            route: "sobjects/Contact",
            json: { ...columnsFrom(given), [customFields.id]: customerId },
          },
          { signal },
        );
        const { id } = understand("salesforce", "write", () => Made.parse(body));
        return await afterWrite("salesforce", find({ externalId: id }, { signal }));
      } catch (error) {
        if (!TravelAgentError.is(error, "CONFLICT")) throw error;
        const earlier = await find({ customerId }, { signal });
        if (earlier) return earlier;
        throw error;
      }
    },

    async update(externalId, changes, { expectedRevision, signal }) {
      const before = await find({ externalId }, { signal });
      if (!before) throw new TravelAgentError("NOT_FOUND", "Salesforce has no such contact any more");
      if (before.revision !== expectedRevision)
        throw new TravelAgentError("CONFLICT", "the contact was changed in Salesforce meanwhile", { details: { reason: "revision" } });
      await http.send(
        {
          effect: "write",
          method: "PATCH",
          path: row("Contact", externalId),
          route: "sobjects/Contact/{id}",
          json: columnsFrom(changes),
          headers: { "if-unmodified-since": new Date(before.updatedAt).toUTCString() },
        },
        { signal },
      );
      return afterWrite("salesforce", find({ externalId }, { signal }));
    },

    async addNote(externalId, { id, text, author, at }, { signal }) {
      await http.send(
        {
          effect: "write",
          method: "PATCH",
          path: byOurId("Task", id),
          route: "sobjects/Task/{id}",
          json: {
            WhoId: externalId,
            Subject: `Note by ${author}`.slice(0, 255),
            Description: text,
            Status: "Completed",
            ActivityDate: new Date(at).toISOString().slice(0, 10),
          },
        },
        { signal },
      );
    },

    async upsertLead(externalId, { id, title, stage, destination, dates, budget }, { signal }) {
      const path = byOurId("Opportunity", id);
      const facts = {
        Name: title.slice(0, 120),
        StageName: stages[stage] ?? standardStages[stage] ?? standardStages.contacted!,
        Description: [destination, dates, budget].filter((part) => part !== undefined).join(", "),
      };
      const there = await http.send({ effect: "read", method: "GET", path, route: "sobjects/Opportunity/{id}", query: { fields: "Id" } }, { signal }).then(
        () => true,
        (error: unknown) => {
          if (isGone(error)) return false;
          throw error;
        },
      );
      // Whose it is and when it may close are said once: people of the agency change both.
      const first = { ContactId: externalId, CloseDate: new Date(clock.now() + closesAfterMs).toISOString().slice(0, 10) };
      await http.send({ effect: "write", method: "PATCH", path, route: "sobjects/Opportunity/{id}", json: there ? facts : { ...facts, ...first } }, { signal });
    },

    async remove(externalId, { signal }) {
      try {
        await http.send({ effect: "write", method: "DELETE", path: row("Contact", externalId), route: "sobjects/Contact/{id}" }, { signal });
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
}
