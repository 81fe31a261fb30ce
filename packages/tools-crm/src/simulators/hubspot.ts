import { systemClock } from "@travelagent/protocol/ports";
import { sign } from "../providers/signature.ts";
import { type BookContact, createBook } from "./book.ts";
import type { CrmSimulatorOptions } from "./rest.ts";
import { type Answer, type Dialect, serveDialect } from "./server.ts";
import type { CrmSimulator } from "./simulator.ts";
import { fromWords, toWords, type Words } from "./words.ts";

export interface HubspotSimulatorOptions extends CrmSimulatorOptions {
  /** How long the search knows nothing of a change. Default 0. */
  searchLagMs?: number;
}

const accessToken = "pat-simulator";
const clientSecret = "hubspot-client-secret";
const searchable = 10_000;

const words: Words = {
  first: "firstname",
  last: "lastname",
  id: "travelagent_id",
  email: "email",
  phone: "phone",
  language: "travelagent_language",
  tags: "travelagent_tags",
};
const builtIn = ["firstname", "lastname", "email", "phone", "hs_object_id", "createdate", "lastmodifieddate"];

const problem = (status: number, category: string, message: string, more: object = {}): Answer => ({
  status,
  body: { status: "error", message, correlationId: "7d5e6b1e-0000-4000-8000-000000000000", category, ...more },
});

interface Property {
  name: string;
  label: string;
  type: string;
  fieldType: string;
  groupName: string;
  hasUniqueValue: boolean;
}
interface Deal {
  id: string;
  properties: Record<string, string>;
  contacts: string[];
  at: number;
}

/** HubSpot's contacts, notes, deals and properties, as far as CRM v3 tells them, with a search that runs behind. */
export async function startHubspot({ port, clock = systemClock, perSecond, searchLagMs = 0 }: HubspotSimulatorOptions = {}): Promise<CrmSimulator> {
  const book = createBook({ clock, newId: (count) => String(100_000 + count), grainMs: 1 });
  const properties = new Map<string, Property>();
  const notes: { id: string; contacts: string[]; body: string }[] = [];
  const deals: Deal[] = [];
  /** What the search knows of a contact, until it has caught up. */
  const indexed = new Map<string, { contact: BookContact; knownAt: number; before: BookContact | undefined }>();

  const note = (contact: BookContact): BookContact => {
    const earlier = indexed.get(contact.id);
    const visible = earlier && earlier.knownAt <= clock.now() ? earlier.contact : earlier?.before;
    if (earlier?.contact !== contact) indexed.set(contact.id, { contact, knownAt: clock.now() + searchLagMs, before: visible });
    return contact;
  };
  const inIndex = (): BookContact[] => {
    for (const contact of book.all()) note(contact);
    return [...indexed.values()]
      .map(({ contact, knownAt, before }) => (knownAt <= clock.now() ? contact : before))
      .filter((contact): contact is BookContact => contact !== undefined && !contact.removed);
  };

  const view = (contact: BookContact, asked: readonly string[] = []) => {
    const all: Record<string, string> = {
      ...contact.properties,
      hs_object_id: contact.id,
      createdate: new Date(contact.createdAt).toISOString(),
      lastmodifieddate: new Date(contact.updatedAt).toISOString(),
    };
    const names = new Set(["hs_object_id", "createdate", "lastmodifieddate", "email", "firstname", "lastname", ...asked]);
    return {
      id: contact.id,
      properties: Object.fromEntries([...names].map((name) => [name, all[name] ?? null])),
      createdAt: new Date(contact.createdAt).toISOString(),
      updatedAt: new Date(contact.updatedAt).toISOString(),
      archived: false,
    };
  };
  const missing = problem(404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric.");

  /** Why these values cannot be written, if so. */
  function refusal(values: Record<string, string>, own?: string): Answer | undefined {
    const unknown = Object.keys(values).find((name) => !builtIn.includes(name) && !properties.has(name));
    if (unknown !== undefined)
      return problem(
        400,
        "VALIDATION_ERROR",
        `Property values were not valid: [{"isValid":false,"message":"Property \\"${unknown}\\" does not exist","error":"PROPERTY_DOESNT_EXIST"}]`,
      );
    if (values.email && !/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(values.email))
      return problem(
        400,
        "VALIDATION_ERROR",
        `Property values were not valid: [{"isValid":false,"message":"Email address ${values.email} is invalid","error":"INVALID_EMAIL","name":"email"}]`,
      );
    const same = values.email ? book.findBy("email", values.email) : undefined;
    if (same && same.id !== own) return problem(409, "CONFLICT", `Contact already exists. Existing ID: ${same.id}`);
    for (const [name, value] of Object.entries(values)) {
      const holder = value !== "" && properties.get(name)?.hasUniqueValue ? book.findBy(name, value) : undefined;
      if (holder && holder.id !== own)
        return problem(
          400,
          "VALIDATION_ERROR",
          `Property values were not valid: [{"isValid":false,"message":"${holder.id} already has that value.","error":"CONFLICTING_UNIQUE_VALUE","name":"${name}"}]`,
        );
    }
    return undefined;
  }
  const valuesOf = (json: unknown): Record<string, string> => {
    const given = (json as { properties?: Record<string, unknown> }).properties ?? {};
    const values = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value ?? "")]));
    return values.email ? { ...values, email: values.email.toLowerCase() } : values;
  };
  const asked = (query: URLSearchParams) => query.getAll("properties").flatMap((list) => list.split(","));
  const reachable = (id: string, query: URLSearchParams) => {
    const idProperty = query.get("idProperty");
    return idProperty ? book.findBy(idProperty, id) : book.get(id);
  };

  const dialect: Dialect = {
    vendor: "hubspot",
    routes: [
      {
        method: "POST",
        path: "/crm/v3/objects/contacts/search",
        name: "search-contacts",
        effect: "read",
        handle({ json }) {
          const body = json as {
            filterGroups?: { filters: { propertyName: string; operator: string; value: string }[] }[];
            sorts?: (string | { propertyName: string; direction: string })[];
            properties?: string[];
            limit?: number;
            after?: string;
          };
          const value = (contact: BookContact, name: string) =>
            name === "lastmodifieddate" ? String(contact.updatedAt) : name === "hs_object_id" ? contact.id : (contact.properties[name] ?? "");
          const fits = (contact: BookContact) =>
            (body.filterGroups ?? []).every(({ filters }) =>
              filters.every(({ propertyName, operator, value: wanted }) => {
                const own = value(contact, propertyName);
                return operator === "GTE" ? Number(own) >= Number(wanted) : operator === "EQ" ? own === wanted : false;
              }),
            );
          const found = inIndex()
            .filter(fits)
            .sort((a, b) => (body.sorts?.length ? a.updatedAt - b.updatedAt : Number(a.id) - Number(b.id)));
          const limit = Math.min(body.limit ?? 10, 200);
          const start = Number(body.after ?? 0);
          if (start + limit > searchable) return problem(400, "VALIDATION_ERROR", "Search results are limited to 10000");
          const page = found.slice(start, start + limit);
          return {
            status: 200,
            body: {
              total: found.length,
              results: page.map((contact) => view(contact, body.properties)),
              ...(start + limit < found.length ? { paging: { next: { after: String(start + limit), link: "" } } } : {}),
            },
          };
        },
      },
      {
        method: "POST",
        path: "/crm/v3/objects/contacts/gdpr-delete",
        name: "erase-contact",
        effect: "write",
        handle({ json }) {
          const { objectId } = json as { objectId: string };
          if (!book.get(objectId)) return missing;
          book.remove(objectId, "api");
          for (let index = notes.length - 1; index >= 0; index -= 1) if (notes[index]!.contacts.includes(objectId)) notes.splice(index, 1);
          return { status: 204 };
        },
      },
      {
        method: "POST",
        path: "/crm/v3/objects/contacts",
        name: "create-contact",
        effect: "write",
        handle({ json }) {
          const values = valuesOf(json);
          return refusal(values) ?? { status: 201, body: view(note(book.create(values, "api")), Object.keys(values)) };
        },
      },
      {
        method: "GET",
        path: "/crm/v3/objects/contacts/:id",
        name: "read-contact",
        effect: "read",
        handle({ params, query }) {
          const found = reachable(params.id!, query);
          if (!found) return missing;
          const own = notes.filter(({ contacts }) => contacts.includes(found.id));
          return {
            status: 200,
            body: {
              ...view(found, asked(query)),
              ...(query.get("associations") === "notes" && own.length > 0
                ? { associations: { notes: { results: own.map(({ id }) => ({ id, type: "contact_to_note" })) } } }
                : {}),
            },
          };
        },
      },
      {
        method: "PATCH",
        path: "/crm/v3/objects/contacts/:id",
        name: "update-contact",
        effect: "write",
        handle({ params, query, json }) {
          const found = reachable(params.id!, query);
          if (!found) return missing;
          const values = valuesOf(json);
          return refusal(values, found.id) ?? { status: 200, body: view(note(book.change(found.id, values, "api")), Object.keys(values)) };
        },
      },
      {
        method: "DELETE",
        path: "/crm/v3/objects/contacts/:id",
        name: "archive-contact",
        effect: "write",
        handle({ params }) {
          if (book.get(params.id!)) book.remove(params.id!, "api");
          return { status: 204 };
        },
      },
      {
        method: "GET",
        path: "/crm/v3/properties/:object/:name",
        name: "read-property",
        effect: "read",
        handle({ params }) {
          const found = properties.get(params.object === "contacts" ? params.name! : `${params.object}:${params.name}`);
          return found ? { status: 200, body: found } : problem(404, "OBJECT_NOT_FOUND", `Property "${params.name}" does not exist.`);
        },
      },
      {
        method: "POST",
        path: "/crm/v3/properties/:object",
        name: "create-property",
        effect: "write",
        handle({ params, json }) {
          const given = json as Partial<Property> & { name: string };
          const property = { label: given.name, type: "string", fieldType: "text", groupName: "", ...given, hasUniqueValue: given.hasUniqueValue === true };
          const key = params.object === "contacts" ? property.name : `${params.object}:${property.name}`;
          if (properties.has(key)) return problem(409, "OBJECT_ALREADY_EXISTS", `A property named '${property.name}' already exists.`);
          properties.set(key, property);
          return { status: 201, body: { ...property, options: [], description: "" } };
        },
      },
      {
        method: "POST",
        path: "/crm/v3/objects/notes",
        name: "create-note",
        effect: "write",
        handle({ json }) {
          const given = json as { properties: Record<string, string>; associations: { to: { id: string } }[] };
          const contacts = given.associations.map(({ to }) => to.id);
          if (contacts.some((id) => !book.get(id))) return missing;
          const id = String(500_000 + notes.length);
          notes.push({ id, contacts, body: given.properties.hs_note_body ?? "" });
          const at = new Date(clock.now()).toISOString();
          return { status: 201, body: { id, properties: given.properties, createdAt: at, updatedAt: at, archived: false } };
        },
      },
      {
        method: "POST",
        path: "/crm/v3/objects/notes/batch/read",
        name: "read-notes",
        effect: "read",
        handle({ json }) {
          const wanted = new Set((json as { inputs: { id: string }[] }).inputs.map(({ id }) => id));
          const found = notes.filter(({ id }) => wanted.has(id));
          return { status: 200, body: { status: "COMPLETE", results: found.map(({ id, body }) => ({ id, properties: { hs_note_body: body } })) } };
        },
      },
      {
        method: "POST",
        path: "/crm/v3/objects/deals/batch/upsert",
        name: "upsert-deals",
        effect: "write",
        handle({ json }) {
          const { inputs } = json as { inputs: { id: string; idProperty: string; properties: Record<string, string> }[] };
          if (inputs.some(({ idProperty }) => !properties.get(`deals:${idProperty}`)?.hasUniqueValue))
            return problem(400, "VALIDATION_ERROR", "idProperty must be a unique property");
          const results = inputs.map(({ id, idProperty, properties: given }) => {
            const known = deals.find((deal) => deal.properties[idProperty] === id);
            const deal = known ?? { id: String(700_000 + deals.length), properties: {}, contacts: [], at: clock.now() };
            Object.assign(deal.properties, given, { [idProperty]: id });
            if (!known) deals.push(deal);
            const at = new Date(deal.at).toISOString();
            return { id: deal.id, new: !known, properties: deal.properties, createdAt: at, updatedAt: at, archived: false };
          });
          const at = new Date(clock.now()).toISOString();
          return { status: 200, body: { status: "COMPLETE", results, startedAt: at, completedAt: at } };
        },
      },
      {
        method: "PUT",
        path: "/crm/v4/objects/deals/:id/associations/default/contacts/:contactId",
        name: "associate-deal",
        effect: "write",
        handle({ params }) {
          const deal = deals.find(({ id }) => id === params.id);
          if (!deal || !book.get(params.contactId!)) return missing;
          if (!deal.contacts.includes(params.contactId!)) deal.contacts.push(params.contactId!);
          return { status: 200, body: { status: "COMPLETE", results: [] } };
        },
      },
    ],
    refuse(kind, message) {
      if (kind === "rate_limited")
        return {
          status: 429,
          body: {
            status: "error",
            message: "You have reached your ten_secondly_rolling limit.",
            errorType: "RATE_LIMIT",
            correlationId: "7d5e6b1e-0000-4000-8000-000000000001",
            policyName: "TEN_SECONDLY_ROLLING",
          },
          headers: { "x-hubspot-ratelimit-max": "100", "x-hubspot-ratelimit-remaining": "0", "x-hubspot-ratelimit-interval-milliseconds": "10000" },
        };
      if (kind === "unauthorized")
        return problem(401, "INVALID_AUTHENTICATION", "Authentication credentials not found. This API supports OAuth 2.0 authentication");
      if (kind === "server_error") return problem(502, "INTERNAL_ERROR", message);
      if (kind === "not_found") return { status: 404, body: "" };
      return problem(400, "VALIDATION_ERROR", message);
    },
    admits: ({ headers }) => headers.authorization === `Bearer ${accessToken}`,
    // Access tokens of private apps do not expire.
    expire() {},
  };
  const server = await serveDialect(dialect, {
    now: () => clock.now(),
    ...(port === undefined ? {} : { port }),
    ...(perSecond === undefined ? {} : { perSecond }),
  });
  return {
    ...server,
    contacts: () =>
      book
        .all()
        .filter(({ removed }) => !removed)
        .map(({ id, properties: values }) => ({
          externalId: id,
          ...(values[words.id] ? { customerId: values[words.id]! } : {}),
          fields: fromWords(words, values),
        })),
    entries: book.entries,
    notes: () =>
      notes.map(({ contacts, body }) => {
        const [text = "", signed = ""] = body.split(/<br>(?=[^<]*$)/);
        return { externalId: contacts[0]!, id: signed.split(" · ").at(-1)!, text };
      }),
    leads: () =>
      deals.map(({ properties: values, contacts }) => ({
        externalId: contacts[0] ?? "",
        id: values[words.id]!,
        title: values.dealname ?? "",
        stage: values.dealstage ?? "",
      })),
    add: (fields) => note(book.create(toWords(words, fields), "person")).id,
    edit: (id, fields) => void note(book.change(id, toWords(words, fields), "person")),
    discard: (id) => book.remove(id, "person"),
    delivery(url, externalIds) {
      const body = JSON.stringify(
        externalIds.map((id, index) => ({
          eventId: index + 1,
          subscriptionId: 1,
          portalId: 1,
          appId: 1,
          occurredAt: clock.now(),
          subscriptionType: "contact.propertyChange",
          attemptNumber: 0,
          objectId: Number(id),
          changeSource: "CRM_UI",
        })),
      );
      const timestamp = String(clock.now());
      const signature = sign(clientSecret, `POST${url}${body}${timestamp}`, "base64");
      return { method: "POST", url, headers: { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": timestamp }, body };
    },
    settings: { provider: "hubspot", apiUrl: server.url, apiKey: accessToken, webhookSecret: clientSecret },
  };
}
