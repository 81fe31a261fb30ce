import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import type { CrmHttp } from "../http.ts";
import type { CrmProvider } from "../provider.ts";
import { understand } from "../unreadable.ts";
import { contactFrom, contactProperties, HubspotObject } from "./contact.ts";

const pageSize = 100;
/** The search index follows the records by seconds, under load by a minute; what is found late is found by going back this far. */
const overlapMs = 5 * 60_000;

const Found = z.looseObject({
  results: z.array(HubspotObject),
  paging: z.looseObject({ next: z.looseObject({ after: z.string() }).optional() }).nullish(),
});

/** `since`: begin there, with overlap. `from` and `after`: in the middle of a run whose newest record so far is `since`. */
interface Place {
  since: number;
  from?: number;
  after?: string;
}

function placeOf(cursor: string | undefined): Place {
  if (cursor === undefined) return { since: 0 };
  const [, since, from, after] = /^(\d+)(?:~(\d+)(?:~(.+))?)?$/.exec(cursor) ?? [];
  if (since === undefined) throw new TravelAgentError("INVALID_REQUEST", "this cursor is none of ours; start again without one");
  return { since: Number(since), ...(from === undefined ? {} : { from: Number(from) }), ...(after === undefined ? {} : { after }) };
}

/**
 * Contacts in the order in which they were changed. The search counts its pages by position, and a contact that is changed meanwhile moves to
 * the end and lets another slip through; so each page begins at the time of the last record of the one before, and positions count
 * only among records of one millisecond.
 */
export const hubspotChanges =
  (http: CrmHttp): CrmProvider["changes"] =>
  async (cursor, call) => {
    const place = placeOf(cursor);
    const from = place.from ?? Math.max(0, place.since - overlapMs);
    const { body } = await http.send(
      {
        effect: "read",
        method: "POST",
        path: "/crm/v3/objects/contacts/search",
        route: "contacts/search",
        json: {
          filterGroups: [{ filters: [{ propertyName: "lastmodifieddate", operator: "GTE", value: String(from) }] }],
          sorts: [{ propertyName: "lastmodifieddate", direction: "ASCENDING" }],
          properties: contactProperties,
          limit: pageSize,
          ...(place.after === undefined ? {} : { after: place.after }),
        },
      },
      call,
    );
    return understand("hubspot", "read", () => {
      const { results, paging } = Found.parse(body);
      const contacts = results.map(contactFrom);
      const last = contacts.at(-1)?.updatedAt ?? from;
      const since = Math.max(place.since, last);
      const next = paging?.next?.after;
      if (next === undefined) return { changes: contacts.map((contact) => ({ contact })), cursor: String(since), more: false };
      return {
        changes: contacts.map((contact) => ({ contact })),
        cursor: last > from ? `${since}~${last}` : `${since}~${from}~${next}`,
        more: true,
      };
    });
  };
