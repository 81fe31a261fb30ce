import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { canonicalField } from "../providers/canonical.ts";
import { type ContactFields, contactFields } from "../providers/provider.ts";
import { sign } from "../providers/signature.ts";
import { type BookContact, createBook } from "./book.ts";
import { type Answer, type Dialect, type SimulatedRequest, serveDialect } from "./server.ts";
import type { CrmSimulator } from "./simulator.ts";

export interface CrmSimulatorOptions {
  /** Default 0: any free one. */
  port?: number;
  clock?: Clock;
  /** Requests a second before 429. Default no limit. */
  perSecond?: number;
}

const apiKey = "rest-key";
const webhookSecret = "rest-webhook-secret";

const problem = (status: number, title: string, more: object = {}): Answer => ({
  status,
  body: { type: "about:blank", title, status, ...more },
  headers: { "content-type": "application/problem+json" },
});

/** An agency's own system that speaks the format of docs/crm.md. */
export async function startRestCrm({ port, clock = systemClock, perSecond }: CrmSimulatorOptions = {}): Promise<CrmSimulator> {
  const book = createBook({ clock, newId: (count) => `crm-${count}`, grainMs: 1 });
  const notes = new Map<string, { externalId: string; id: string; text: string }>();
  const leads = new Map<string, { externalId: string; id: string; title: string; stage: string }>();
  const answered = new Map<string, { asked: string; answer: Answer }>();

  const view = ({ id, properties, updatedAt, sequence }: BookContact) => ({
    id,
    customerId: properties.customerId ?? null,
    revision: String(sequence),
    updatedAt: new Date(updatedAt).toISOString(),
    ...Object.fromEntries(["name", "email", "phone", "language"].map((name) => [name, properties[name] ?? null])),
    tags: (properties.tags ?? "").split(";").filter(Boolean),
  });
  const shown = (status: number, contact: BookContact): Answer => ({ status, body: view(contact), headers: { etag: `"${contact.sequence}"` } });

  function given(json: unknown): Record<string, string> {
    const body = json as Record<string, unknown>;
    return Object.fromEntries(
      [...contactFields, "customerId"].flatMap((name) => {
        const value = body[name];
        return value === undefined ? [] : [[name, Array.isArray(value) ? value.join(";") : String(value ?? "")]];
      }),
    );
  }

  /** A key that was used is answered as before; for another request it is refused. */
  function once(request: SimulatedRequest, write: () => Answer): Answer {
    const key = request.headers["idempotency-key"] as string | undefined;
    if (key === undefined) return problem(400, "Idempotency-Key is missing");
    const asked = JSON.stringify([request.method, request.path, request.json ?? null]);
    const before = answered.get(key);
    if (before) return before.asked === asked ? before.answer : problem(422, "this Idempotency-Key was used for another request");
    const answer = write();
    if (answer.status < 300) answered.set(key, { asked, answer });
    return answer;
  }
  const missing = problem(404, "there is no such contact");

  const dialect: Dialect = {
    vendor: "rest",
    routes: [
      {
        method: "GET",
        path: "/changes",
        name: "changes",
        effect: "read",
        handle({ query }) {
          const since = Number(query.get("cursor") ?? 0);
          const limit = Math.min(Number(query.get("limit") ?? 100), 100);
          if (!Number.isInteger(since)) return problem(400, "this cursor is none of ours");
          const later = book
            .all()
            .filter(({ sequence }) => sequence > since)
            .sort((a, b) => a.sequence - b.sequence);
          const page = later.slice(0, limit);
          return {
            status: 200,
            body: {
              changes: page.map((contact) => (contact.removed ? { removed: contact.id } : { contact: view(contact) })),
              cursor: String(page.at(-1)?.sequence ?? since),
              more: later.length > limit,
            },
          };
        },
      },
      {
        method: "GET",
        path: "/contacts",
        name: "find-contact",
        effect: "read",
        handle({ query }) {
          const found = book.findBy("customerId", query.get("customerId") ?? "");
          return { status: 200, body: { contacts: found ? [view(found)] : [] } };
        },
      },
      {
        method: "GET",
        path: "/contacts/:id",
        name: "read-contact",
        effect: "read",
        handle({ params }) {
          const found = book.get(params.id!);
          return found ? shown(200, found) : missing;
        },
      },
      {
        method: "POST",
        path: "/contacts",
        name: "create-contact",
        effect: "write",
        handle: (request) =>
          once(request, () => {
            const properties = given(request.json);
            if ((properties.name ?? "") === "")
              return problem(422, `a contact has a name, and ${properties.email ?? ""} has none`, { type: "urn:crm:name-missing" });
            const same = properties.customerId ? book.findBy("customerId", properties.customerId) : undefined;
            if (same) return problem(409, "there is a contact of this customer", { existing: same.id });
            return shown(201, book.create(properties, "api"));
          }),
      },
      {
        method: "PATCH",
        path: "/contacts/:id",
        name: "update-contact",
        effect: "write",
        handle: (request) =>
          once(request, () => {
            const found = book.get(request.params.id!);
            if (!found) return missing;
            if (request.headers["if-match"] !== `"${found.sequence}"`) return problem(412, "the contact was changed meanwhile");
            const { customerId: _, ...properties } = given(request.json);
            if (properties.name === "") return problem(422, "a contact has a name");
            return shown(200, book.change(found.id, properties, "api"));
          }),
      },
      {
        method: "PUT",
        path: "/contacts/:id/notes/:noteId",
        name: "add-note",
        effect: "write",
        handle({ params, json }) {
          if (!book.get(params.id!)) return missing;
          notes.set(params.noteId!, { externalId: params.id!, id: params.noteId!, text: String((json as { text?: unknown }).text) });
          return { status: 204 };
        },
      },
      {
        method: "PUT",
        path: "/contacts/:id/leads/:leadId",
        name: "upsert-lead",
        effect: "write",
        handle({ params, json }) {
          if (!book.get(params.id!)) return missing;
          const { title, stage } = json as { title: string; stage: string };
          leads.set(params.leadId!, { externalId: params.id!, id: params.leadId!, title, stage });
          return { status: 204 };
        },
      },
      {
        method: "DELETE",
        path: "/contacts/:id",
        name: "delete-contact",
        effect: "write",
        handle({ params }) {
          if (!book.get(params.id!)) return missing;
          book.remove(params.id!, "api");
          for (const [id, note] of notes) if (note.externalId === params.id) notes.delete(id);
          for (const [id, lead] of leads) if (lead.externalId === params.id) leads.delete(id);
          return { status: 204 };
        },
      },
    ],
    refuse(kind, message) {
      const status = { unauthorized: 401, rate_limited: 429, server_error: 503, not_found: 404, bad_request: 400 }[kind];
      return problem(status, message);
    },
    admits: ({ headers }) => headers.authorization === `Bearer ${apiKey}`,
    // The key of an own system does not expire.
    expire() {},
  };
  const server = await serveDialect(dialect, {
    now: () => clock.now(),
    ...(port === undefined ? {} : { port }),
    ...(perSecond === undefined ? {} : { perSecond }),
  });
  const words = (fields: ContactFields): Record<string, string> => ({ ...fields });
  return {
    ...server,
    contacts: () =>
      book
        .all()
        .filter(({ removed }) => !removed)
        .map(({ id, properties }) => ({
          externalId: id,
          ...(properties.customerId ? { customerId: properties.customerId } : {}),
          fields: Object.fromEntries(contactFields.map((field) => [field, canonicalField(field, properties[field])])),
        })),
    entries: book.entries,
    notes: () => [...notes.values()],
    leads: () => [...leads.values()],
    add: (fields) => book.create(words(fields), "person").id,
    edit: (id, fields) => void book.change(id, words(fields), "person"),
    discard: (id) => book.remove(id, "person"),
    delivery(url, externalIds) {
      const body = JSON.stringify({ contacts: externalIds });
      const timestamp = String(Math.floor(clock.now() / 1000));
      const signature = `v1=${sign(webhookSecret, `${timestamp}.${body}`, "hex")}`;
      return { method: "POST", url, headers: { "travelagent-timestamp": timestamp, "travelagent-signature": signature }, body };
    },
    settings: { provider: "rest", apiUrl: server.url, apiKey, webhookSecret },
  };
}
