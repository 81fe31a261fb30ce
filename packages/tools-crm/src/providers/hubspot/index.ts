import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, systemClock } from "@travelagent/protocol/ports";
import * as z from "zod";
import { crmHttp, fixedToken } from "../http.ts";
import { type CrmCall, type CrmProvider, contactFields } from "../provider.ts";
import { checkSignature, readDelivery } from "../signature.ts";
import { isGone, understand } from "../unreadable.ts";
import { hubspotChanges } from "./changes.ts";
import { contactFrom, contactProperties, HubspotObject, ownProperties, propertiesOf } from "./contact.ts";
import { hubspotProblem } from "./problem.ts";

export interface HubspotCrmOptions {
  /** `https://api.hubapi.com`. Never a default. */
  apiUrl: string;
  /** Access token of a private app with the scopes that docs/crm.md names. */
  apiKey: string;
  /** Client secret of the app whose webhooks these are. Without it none are taken. */
  webhookSecret?: string;
  /** Also makes the property that deals need. */
  leads?: boolean;
  /** Our stage → stage of a deal. What is missing keeps the names of HubSpot's standard pipeline. */
  stages?: Readonly<Record<string, string>>;
  clock?: Clock;
  log?: Logger;
  /** See `CrmHttpOptions`. */
  readRetriesMs?: readonly number[];
}

const standardStages: Readonly<Record<string, string>> = {
  new: "appointmentscheduled",
  contacted: "appointmentscheduled",
  qualified: "qualifiedtobuy",
  quoted: "presentationscheduled",
  won: "closedwon",
  lost: "closedlost",
};
/** HubSpot's own kind of association. */
const noteToContact = 202;

const Property = z.looseObject({ name: z.string(), hasUniqueValue: z.boolean().optional() });
const Upserted = z.looseObject({ results: z.array(z.looseObject({ id: z.string() })).min(1) });
const Associated = z.looseObject({
  associations: z.looseObject({ notes: z.looseObject({ results: z.array(z.looseObject({ id: z.string() })) }).optional() }).optional(),
});
const Bodies = z.looseObject({ results: z.array(z.looseObject({ properties: z.record(z.string(), z.string().nullish()) })) });
const Event = z.looseObject({ subscriptionType: z.string(), objectId: z.union([z.number(), z.string()]) });

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\n", "<br>");

/** HubSpot's contacts, notes and deals over CRM v3. Our id of the customer is a unique property of the contact. */
export function hubspotCrm(options: HubspotCrmOptions): CrmProvider {
  const { apiUrl, apiKey, webhookSecret, leads = false, stages = {}, clock = systemClock, log, readRetriesMs } = options;
  const http = crmHttp({
    provider: "hubspot",
    baseUrl: () => apiUrl,
    token: fixedToken(apiKey),
    clock,
    problemIn: hubspotProblem,
    ...(log ? { log } : {}),
    ...(readRetriesMs ? { readRetriesMs } : {}),
  });
  const contacts = "/crm/v3/objects/contacts";
  const at = (externalId: string) => `${contacts}/${encodeURIComponent(externalId)}`;

  async function ensureProperty(object: "contacts" | "deals", name: string, label: string, unique: boolean, call: CrmCall): Promise<void> {
    const path = `/crm/v3/properties/${object}`;
    try {
      const { body } = await http.send({ effect: "read", method: "GET", path: `${path}/${name}`, route: `properties/${object}/{name}` }, call);
      if (unique && Property.safeParse(body).data?.hasUniqueValue !== true)
        throw new TravelAgentError(
          "SUPPLIER_REJECTED",
          `HubSpot's property ${name} of ${object} is not unique; remove it there, it is made again as it must be`,
        );
      return;
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    const groupName = object === "contacts" ? "contactinformation" : "dealinformation";
    try {
      await http.send(
        {
          effect: "write",
          method: "POST",
          path,
          route: `properties/${object}`,
          json: { name, label, type: "string", fieldType: "text", groupName, hasUniqueValue: unique },
        },
        call,
      );
    } catch (error) {
      // Made by somebody else in this moment: that is what was wanted.
      if (!TravelAgentError.is(error, "CONFLICT")) throw error;
    }
  }

  async function read(path: string, query: Record<string, string>, call: CrmCall) {
    try {
      const { body } = await http.send(
        { effect: "read", method: "GET", path, route: "contacts/{id}", query: { properties: contactProperties.join(","), ...query } },
        call,
      );
      return understand("hubspot", "read", () => contactFrom(HubspotObject.parse(body)));
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  const find: CrmProvider["find"] = (by, call) =>
    "externalId" in by ? read(at(by.externalId), {}, call) : read(at(by.customerId), { idProperty: ownProperties.id }, call);

  /** HubSpot takes the same note twice, so each carries its id in its last line; read from the contact itself, not from the search. */
  async function hasNote(externalId: string, noteId: string, call: CrmCall): Promise<boolean> {
    const { body } = await http.send({ effect: "read", method: "GET", path: at(externalId), route: "contacts/{id}", query: { associations: "notes" } }, call);
    const ids = understand("hubspot", "read", () => Associated.parse(body).associations?.notes?.results.map(({ id }) => id) ?? []);
    for (let start = 0; start < ids.length; start += 100) {
      const found = await http.send(
        {
          effect: "read",
          method: "POST",
          path: "/crm/v3/objects/notes/batch/read",
          route: "notes/batch/read",
          json: { properties: ["hs_note_body"], inputs: ids.slice(start, start + 100).map((id) => ({ id })) },
        },
        call,
      );
      const bodies = understand("hubspot", "read", () => Bodies.parse(found.body).results);
      if (bodies.some(({ properties }) => properties.hs_note_body?.includes(noteId))) return true;
    }
    return false;
  }

  return {
    contract: 1,
    id: "hubspot",
    capabilities: { fields: contactFields, revisions: "compared", uniqueEmail: true, tellsRemovals: false, findLagMs: 0, removal: "erased" },

    async prepare(call) {
      await ensureProperty("contacts", ownProperties.id, "Travel agent id", true, call);
      await ensureProperty("contacts", ownProperties.language, "Travel agent language", false, call);
      await ensureProperty("contacts", ownProperties.tags, "Travel agent tags", false, call);
      if (leads) await ensureProperty("deals", ownProperties.id, "Travel agent id", true, call);
    },

    changes: hubspotChanges(http),
    find,

    async create({ customerId, fields }, { signal }) {
      try {
        const { body } = await http.send(
          {
            effect: "write",
            method: "POST",
            path: contacts,
            route: "contacts",
            json: { properties: { ...propertiesOf(fields), [ownProperties.id]: customerId }, associations: [] },
          },
          { signal },
        );
        const made = understand("hubspot", "write", () => contactFrom(HubspotObject.parse(body)));
        return { ...made, customerId, fields: { ...made.fields, ...fields } };
      } catch (error) {
        if (!TravelAgentError.is(error, "CONFLICT")) throw error;
        const earlier = await find({ customerId }, { signal });
        if (earlier) return earlier;
        throw error;
      }
    },

    async update(externalId, fields, { expectedRevision, signal }) {
      const before = await find({ externalId }, { signal });
      if (!before) throw new TravelAgentError("NOT_FOUND", "HubSpot has no such contact any more");
      if (before.revision !== expectedRevision)
        throw new TravelAgentError("CONFLICT", "the contact was changed in HubSpot meanwhile", { details: { reason: "revision" } });
      const { body } = await http.send(
        { effect: "write", method: "PATCH", path: at(externalId), route: "contacts/{id}", json: { properties: propertiesOf(fields) } },
        { signal },
      );
      const { revision, updatedAt } = understand("hubspot", "write", () => contactFrom(HubspotObject.parse(body)));
      return { ...before, revision, updatedAt, fields: { ...before.fields, ...fields } };
    },

    async addNote(externalId, { id, text, author, at: when }, { signal }) {
      if (await hasNote(externalId, id, { signal })) return;
      await http.send(
        {
          effect: "write",
          method: "POST",
          path: "/crm/v3/objects/notes",
          route: "notes",
          json: {
            properties: { hs_timestamp: new Date(when).toISOString(), hs_note_body: `${escaped(text)}<br>${escaped(author)} · ${id}` },
            associations: [{ to: { id: externalId }, types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: noteToContact }] }],
          },
        },
        { signal },
      );
    },

    async upsertLead(externalId, { id, title, stage, destination, dates, budget }, { signal }) {
      const description = [destination, dates, budget].filter((part) => part !== undefined).join(", ");
      const { body } = await http.send(
        {
          effect: "write",
          method: "POST",
          path: "/crm/v3/objects/deals/batch/upsert",
          route: "deals/batch/upsert",
          json: {
            inputs: [
              {
                id,
                idProperty: ownProperties.id,
                properties: {
                  dealname: title,
                  pipeline: "default",
                  dealstage: stages[stage] ?? standardStages[stage] ?? standardStages.contacted!,
                  description,
                  [ownProperties.id]: id,
                },
              },
            ],
          },
        },
        { signal },
      );
      const deal = understand("hubspot", "write", () => Upserted.parse(body).results[0]!.id);
      await http.send(
        {
          effect: "write",
          method: "PUT",
          path: `/crm/v4/objects/deals/${encodeURIComponent(deal)}/associations/default/contacts/${encodeURIComponent(externalId)}`,
          route: "deals/{id}/associations/default/contacts/{id}",
        },
        { signal },
      );
    },

    async remove(externalId, { signal }) {
      if (!(await find({ externalId }, { signal }))) return;
      await http.send(
        { effect: "write", method: "POST", path: `${contacts}/gdpr-delete`, route: "contacts/gdpr-delete", json: { objectId: externalId } },
        { signal },
      );
    },

    ...(webhookSecret === undefined
      ? {}
      : {
          webhooks: {
            async receive({ method, url, headers, body }) {
              const timestamp = headers["x-hubspot-request-timestamp"] ?? "";
              checkSignature({
                secret: webhookSecret,
                text: `${method}${url}${body}${timestamp}`,
                signature: headers["x-hubspot-signature-v3"],
                encoding: "base64",
                timestamp: Number(timestamp),
                now: clock.now(),
              });
              const events = z.array(Event).safeParse(readDelivery(body));
              const about = (events.data ?? []).filter(({ subscriptionType }) => subscriptionType.startsWith("contact."));
              return { externalIds: [...new Set(about.map(({ objectId }) => String(objectId)))] };
            },
          },
        }),
  };
}
