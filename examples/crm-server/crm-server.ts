import type { IncomingMessage, ServerResponse } from "node:http";

type Contact = {
  id: string;
  customerId?: string;
  revision: string;
  updatedAt: string;
  name: string;
  email?: string;
  phone?: string;
  language?: string;
  tags: string[];
};
type Reply = [status: number, body?: unknown];

/** An agency's own CRM in memory, in the format of docs/crm.md. Put a database where the maps are. */
export function createCrm({ apiKey, now }: { apiKey: string; now(): number }) {
  const contacts = new Map<string, Contact>();
  /** What changed, oldest first; the place in it is the cursor. */
  const changes: string[] = [];
  const notes = new Map<string, { contactId: string; text: string }>();
  const leads = new Map<string, { contactId: string; title: string; stage: string }>();
  const answered = new Map<string, { asked: string; reply: Reply }>();

  function save(id: string, fields: Record<string, unknown>): Contact {
    const given = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? undefined]));
    changes.push(id);
    const contact = { name: "", tags: [], ...contacts.get(id), ...given, id, revision: String(changes.length), updatedAt: new Date(now()).toISOString() };
    contacts.set(id, contact);
    return contact;
  }
  function remove(id: string): void {
    contacts.delete(id);
    changes.push(id);
    for (const kept of [notes, leads]) for (const [key, { contactId }] of kept) if (contactId === id) kept.delete(key);
  }
  const problem = (status: number, type: string, more = {}): Reply => [status, { type: `urn:crm:${type}`, status, ...more }];

  function answer(method: string, url: URL, body: Record<string, unknown>, revision: string | undefined): Reply {
    const [kind, id = "", part, partId = ""] = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
    const contact = contacts.get(id);
    if (method === "GET" && kind === "changes") {
      const from = Number(url.searchParams.get("cursor") ?? 0);
      if (!Number.isInteger(from)) return problem(400, "wrong-cursor");
      const to = Math.min(changes.length, from + 100);
      const page = [...new Set(changes.slice(from, to))].map((one) => (contacts.has(one) ? { contact: contacts.get(one) } : { removed: one }));
      return [200, { changes: page, cursor: String(to), more: to < changes.length }];
    }
    if (kind !== "contacts") return problem(404, "unknown");
    if (method === "GET" && id === "")
      return [200, { contacts: [...contacts.values()].filter(({ customerId }) => customerId === url.searchParams.get("customerId")) }];
    if (method === "POST") {
      const twin = [...contacts.values()].find(({ customerId }) => customerId === body.customerId);
      if (twin) return problem(409, "customer-exists", { existing: twin.id });
      return body.name ? [201, save(`c${changes.length + 1}`, body)] : problem(422, "name-missing");
    }
    if (!contact) return problem(404, "no-contact");
    if (method === "GET") return [200, contact];
    if (method === "PATCH") return revision === `"${contact.revision}"` ? [200, save(id, body)] : problem(412, "changed");
    if (method === "PUT" && part === "notes") notes.set(partId, { contactId: id, text: String(body.text) });
    else if (method === "PUT" && part === "leads") leads.set(partId, { contactId: id, title: String(body.title), stage: String(body.stage) });
    else if (method === "DELETE") remove(id);
    return [204];
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await request.toArray()).join("");
    const { authorization, "idempotency-key": key, "if-match": revision } = request.headers;
    const asked = `${request.method} ${request.url} ${text}`;
    const before = key === undefined ? undefined : answered.get(String(key));
    const reply = (): Reply => {
      if (authorization !== `Bearer ${apiKey}`) return problem(401, "wrong-key");
      if (before) return before.asked === asked ? before.reply : problem(422, "key-used");
      return answer(request.method ?? "", new URL(request.url ?? "/", "http://crm"), text === "" ? {} : JSON.parse(text), revision);
    };
    const [status, body] = reply();
    if (key !== undefined && status < 300) answered.set(String(key), { asked, reply: [status, body] });
    response
      .writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json" })
      .end(body === undefined ? undefined : JSON.stringify(body));
  }
  return { handle, save, remove, contacts, notes, leads };
}
