import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fakeClock } from "@travelagent/protocol/testing";
import { type ContactFields, canonicalField, contactFields } from "@travelagent/tools-crm/providers";
import { restCrm } from "@travelagent/tools-crm/providers/rest";
import { crmProviderContract } from "@travelagent/tools-crm/testing";
import { describe, expect, it } from "vitest";
import { createCrm } from "./crm-server.ts";

crmProviderContract({ describe, it, expect }, "the agency's own system", async () => {
  const clock = fakeClock();
  const crm = createCrm({ apiKey: "key", now: () => clock.now() });
  let next: "lose" | "limit" | "fail" | undefined;
  const server = createServer((request, response) => {
    const fault = next === "lose" && request.method === "GET" ? undefined : next;
    if (fault) next = undefined;
    if (fault === "limit") return void response.writeHead(429, { "retry-after": "1" }).end();
    if (fault === "fail") return void response.writeHead(503).end();
    // The reply is lost: what was asked for has happened.
    if (fault === "lose")
      response.end = () => {
        request.socket.destroy();
        return response;
      };
    void crm.handle(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const plain = ({ tags, ...fields }: ContactFields) => ({ ...fields, ...(tags === undefined ? {} : { tags: tags.split(";").filter(Boolean) }) });
  return {
    provider: restCrm({ apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: "key", clock, readRetriesMs: [] }),
    clock,
    outside: {
      contacts: () =>
        [...crm.contacts.values()].map((contact) => ({
          externalId: contact.id,
          ...(contact.customerId ? { customerId: contact.customerId } : {}),
          fields: Object.fromEntries(contactFields.map((field) => [field, canonicalField(field, field === "tags" ? contact.tags.join(";") : contact[field])])),
        })),
      add: (fields) => crm.save(`own-${crm.contacts.size}`, plain(fields)).id,
      edit: (id, fields) => void crm.save(id, plain(fields)),
      discard: crm.remove,
      notes: () => [...crm.notes].map(([id, { contactId, text }]) => ({ id, externalId: contactId, text })),
      leads: () => [...crm.leads].map(([id, { contactId, title, stage }]) => ({ id, externalId: contactId, title, stage })),
    },
    loseNextReply() {
      next = "lose";
    },
    limitNext() {
      next = "limit";
    },
    failNext() {
      next = "fail";
    },
    refused: { name: "", email: "canary@example.com" },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
});
