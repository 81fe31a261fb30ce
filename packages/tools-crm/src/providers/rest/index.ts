import { type Clock, type Logger, systemClock } from "@travelagent/protocol/ports";
import * as z from "zod";
import { type CrmReply, crmHttp, fixedToken } from "../http.ts";
import { type CrmProvider, contactFields } from "../provider.ts";
import { checkSignature, readDelivery } from "../signature.ts";
import { isGone, understand } from "../unreadable.ts";
import { contactFrom, WireChanges, WireContact, WireFound, WireProblem, wireFields } from "./wire.ts";

export interface RestCrmOptions {
  /** Where the agency's system answers, such as `https://crm.example.com/api`. */
  apiUrl: string;
  /** Sent as `Authorization: Bearer`. */
  apiKey: string;
  /** Signs webhooks. Without it none are taken. */
  webhookSecret?: string;
  /** Default `rest`. */
  id?: string;
  clock?: Clock;
  log?: Logger;
  /** See `CrmHttpOptions`. */
  readRetriesMs?: readonly number[];
}

const pageSize = "100";

const problemIn = ({ status, body }: CrmReply) => {
  const { data } = WireProblem.safeParse(body);
  if (status === 409)
    return {
      message: "the crm has a record like this one already",
      details: { reason: "duplicate", ...(data?.existing === undefined ? {} : { externalId: data.existing }) },
    };
  if (status === 412) return { message: "the record was changed meanwhile", details: { reason: "revision" } };
  // Titles may quote what was sent; the last word of the type may not have room for it.
  const type = /(?:^|[/:#])([a-z][a-z-]{1,40})$/.exec(data?.type ?? "")?.[1];
  return type === undefined || type === "blank" || status < 400 ? undefined : { message: `the crm answered ${status}: ${type}` };
};

const Webhook = z.looseObject({ contacts: z.array(z.string().min(1).max(200)).max(1000) });

/** An agency's own system that speaks the format of docs/crm.md. */
export function restCrm({ apiUrl, apiKey, webhookSecret, id = "rest", clock = systemClock, log, readRetriesMs }: RestCrmOptions): CrmProvider {
  const http = crmHttp({
    provider: id,
    baseUrl: () => apiUrl,
    token: fixedToken(apiKey),
    clock,
    problemIn,
    ...(log ? { log } : {}),
    ...(readRetriesMs ? { readRetriesMs } : {}),
  });
  const at = (externalId: string) => `contacts/${encodeURIComponent(externalId)}`;
  const contactIn = (effect: "read" | "write", { body }: CrmReply) => understand(id, effect, () => contactFrom(WireContact.parse(body)));

  return {
    contract: 1,
    id,
    capabilities: { fields: contactFields, revisions: "enforced", uniqueEmail: false, tellsRemovals: true, findLagMs: 0, removal: "erased" },

    async changes(cursor, call) {
      const { body } = await http.send({ effect: "read", method: "GET", path: "changes", route: "changes", query: { cursor, limit: pageSize } }, call);
      return understand(id, "read", () => {
        const page = WireChanges.parse(body);
        return {
          cursor: page.cursor,
          more: page.more,
          changes: page.changes.map((change) =>
            "contact" in change ? { contact: contactFrom(change.contact as z.infer<typeof WireContact>) } : { removed: String(change.removed) },
          ),
        };
      });
    },

    async find(by, call) {
      if ("externalId" in by) {
        try {
          return contactIn("read", await http.send({ effect: "read", method: "GET", path: at(by.externalId), route: "contacts/{id}" }, call));
        } catch (error) {
          if (isGone(error)) return null;
          throw error;
        }
      }
      const { body } = await http.send({ effect: "read", method: "GET", path: "contacts", route: "contacts", query: { customerId: by.customerId } }, call);
      return understand(id, "read", () => {
        const found = WireFound.parse(body).contacts.filter(({ customerId }) => customerId === by.customerId);
        return found[0] ? contactFrom(found[0]) : null;
      });
    },

    async create({ customerId, fields }, { idempotencyKey, signal }) {
      const reply = await http.send(
        {
          effect: "write",
          method: "POST",
          path: "contacts",
          route: "contacts",
          json: { customerId, ...wireFields(fields) },
          headers: { "idempotency-key": idempotencyKey },
        },
        { signal },
      );
      return contactIn("write", reply);
    },

    async update(externalId, fields, { expectedRevision, idempotencyKey, signal }) {
      const reply = await http.send(
        {
          effect: "write",
          method: "PATCH",
          path: at(externalId),
          route: "contacts/{id}",
          json: wireFields(fields),
          headers: { "idempotency-key": idempotencyKey, "if-match": `"${expectedRevision}"` },
        },
        { signal },
      );
      return contactIn("write", reply);
    },

    async addNote(externalId, { id: noteId, text, author, at: when }, { idempotencyKey, signal }) {
      await http.send(
        {
          effect: "write",
          method: "PUT",
          path: `${at(externalId)}/notes/${encodeURIComponent(noteId)}`,
          route: "contacts/{id}/notes/{id}",
          json: { text, author, createdAt: new Date(when).toISOString() },
          headers: { "idempotency-key": idempotencyKey },
        },
        { signal },
      );
    },

    async upsertLead(externalId, { id: leadId, ...lead }, { idempotencyKey, signal }) {
      await http.send(
        {
          effect: "write",
          method: "PUT",
          path: `${at(externalId)}/leads/${encodeURIComponent(leadId)}`,
          route: "contacts/{id}/leads/{id}",
          json: lead,
          headers: { "idempotency-key": idempotencyKey },
        },
        { signal },
      );
    },

    async remove(externalId, { idempotencyKey, signal }) {
      try {
        await http.send(
          { effect: "write", method: "DELETE", path: at(externalId), route: "contacts/{id}", headers: { "idempotency-key": idempotencyKey } },
          { signal },
        );
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },

    ...(webhookSecret === undefined
      ? {}
      : {
          webhooks: {
            async receive({ headers, body }) {
              const timestamp = headers["travelagent-timestamp"] ?? "";
              checkSignature({
                secret: webhookSecret,
                text: `${timestamp}.${body}`,
                signature: headers["travelagent-signature"]?.replace(/^v1=/, ""),
                encoding: "hex",
                timestamp: Number(timestamp) * 1000,
                now: clock.now(),
              });
              const read = Webhook.safeParse(readDelivery(body));
              return { externalIds: read.success ? read.data.contacts : [] };
            },
          },
        }),
  };
}
