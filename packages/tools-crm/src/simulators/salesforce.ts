import { verify } from "node:crypto";
import { systemClock } from "@travelagent/protocol/ports";
import { type BookContact, createBook } from "./book.ts";
import type { CrmSimulatorOptions } from "./rest.ts";
import { type Answer, type Dialect, type SimulatedRequest, serveDialect } from "./server.ts";
import type { CrmSimulator } from "./simulator.ts";
import { readSoql } from "./soql.ts";
import { fromWords, toWords, type Words } from "./words.ts";

export interface SalesforceSimulatorOptions extends CrmSimulatorOptions {
  /** Custom fields an administrator made. Default all three. */
  customFields?: readonly string[];
  /** Records of one page of a query. Default 2000. */
  pageSize?: number;
  /** Public key in PEM of the app, for the JWT bearer flow. */
  publicKey?: string;
}

const words: Words = {
  first: "FirstName",
  last: "LastName",
  id: "TravelAgent_Id__c",
  email: "Email",
  phone: "Phone",
  language: "TravelAgent_Language__c",
  tags: "TravelAgent_Tags__c",
};
const client = { id: "salesforce-client", secret: "salesforce-secret" };

const problem = (status: number, errorCode: string, message: string, fields?: string[]): Answer => ({
  status,
  body: [{ message, errorCode, ...(fields ? { fields } : {}) }],
});
const stamp = (at: number) => new Date(at).toISOString().replace("Z", "+0000");

interface Row {
  id: string;
  values: Record<string, unknown>;
}

/** Salesforce's contacts, tasks and opportunities over REST, whose times are told to the second. */
export async function startSalesforce(options: SalesforceSimulatorOptions = {}): Promise<CrmSimulator> {
  const { port, clock = systemClock, perSecond, pageSize = 2000, publicKey } = options;
  const customFields = options.customFields ?? [words.id, words.language, words.tags];
  const book = createBook({ clock, newId: (count) => `003${String(count).padStart(12, "0")}AAA`, grainMs: 1000 });
  const columns = ["Id", "FirstName", "LastName", "Email", "Phone", "SystemModstamp", "LastModifiedDate", "CreatedDate", "IsDeleted", ...customFields];
  const rows = { Task: new Map<string, Row>(), Opportunity: new Map<string, Row>() };
  const prefixes = { Task: "00T", Opportunity: "006" } as const;
  const locators = new Map<string, BookContact[]>();
  const tokens = new Set<string>();
  let granted = 0;
  let used = 0;
  let url = "";

  const value = (contact: BookContact, column: string): unknown => {
    if (column === "Id") return contact.id;
    if (column === "IsDeleted") return contact.removed;
    if (column === "CreatedDate") return stamp(contact.createdAt);
    if (column === "SystemModstamp" || column === "LastModifiedDate") return stamp(contact.updatedAt);
    return contact.properties[column] ?? null;
  };
  const view = (contact: BookContact, wanted: readonly string[]) => ({
    attributes: { type: "Contact", url: `/services/data/v62.0/sobjects/Contact/${contact.id}` },
    ...Object.fromEntries(wanted.map((column) => [column, value(contact, column)])),
  });
  const missing = problem(404, "NOT_FOUND", "The requested resource does not exist");
  const deleted = problem(404, "ENTITY_IS_DELETED", "entity is deleted");

  function refusal(given: Record<string, string>, own?: string): Answer | undefined {
    const unknown = Object.keys(given).find((column) => !columns.includes(column));
    if (unknown !== undefined) return problem(400, "INVALID_FIELD", `No such column '${unknown}' on sobject of type Contact`, [unknown]);
    const last = given.LastName ?? (own === undefined ? "" : undefined);
    if (last === "") return problem(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ["LastName"]);
    if (given.Email && !/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(given.Email))
      return problem(400, "INVALID_EMAIL_ADDRESS", `Email: invalid email address: ${given.Email}`, ["Email"]);
    const holder = given[words.id] ? book.findBy(words.id, given[words.id]!) : undefined;
    if (holder && holder.id !== own)
      return problem(400, "DUPLICATE_VALUE", `duplicate value found: ${words.id} duplicates value on record with id: ${holder.id}`, []);
    return undefined;
  }
  const givenIn = (json: unknown): Record<string, string> =>
    Object.fromEntries(
      Object.entries(json as Record<string, unknown>)
        .filter(([name]) => name !== "attributes" && name !== "Id")
        .map(([name, given]) => [name, String(given ?? "")]),
    );
  const shown = (contact: BookContact, { query }: SimulatedRequest): Answer => ({
    status: 200,
    body: view(contact, query.get("fields")?.split(",") ?? columns),
    headers: { "last-modified": new Date(contact.updatedAt).toUTCString() },
  });
  function changed(contact: BookContact, { headers, json }: SimulatedRequest): Answer {
    const condition = headers["if-unmodified-since"];
    if (condition !== undefined && contact.updatedAt > Date.parse(condition))
      return { status: 412, body: [{ message: "The precondition failed", errorCode: "PRECONDITION_FAILED" }] };
    const given = givenIn(json);
    const refused = refusal(given, contact.id);
    if (refused) return refused;
    book.change(contact.id, given, "api");
    return { status: 204 };
  }
  const created = (json: unknown, extra: Record<string, string> = {}): Answer => {
    const given = { ...givenIn(json), ...extra };
    return refusal(given) ?? { status: 201, body: { id: book.create(given, "api").id, success: true, errors: [] } };
  };
  const base = "/services/data/:version";
  const kindOf = (name: string | undefined): keyof typeof rows | undefined => (name === "Task" || name === "Opportunity" ? name : undefined);

  function queried(text: string, withDeleted: boolean): Answer {
    try {
      const soql = readSoql(text);
      if (soql.object !== "Contact") return problem(400, "INVALID_TYPE", `sObject type '${soql.object}' is not supported.`);
      const unknown = soql.columns.find((column) => !columns.includes(column));
      if (unknown !== undefined) return problem(400, "INVALID_FIELD", `No such column '${unknown}' on entity 'Contact'.`);
      const found = book
        .all()
        .filter(({ updatedAt, removed }) => updatedAt >= soql.since && (withDeleted || !removed))
        .sort((a, b) => a.updatedAt - b.updatedAt || (a.id < b.id ? -1 : 1))
        .slice(0, soql.limit);
      return page(found, 0, soql.columns);
    } catch (error) {
      return problem(400, "MALFORMED_QUERY", error instanceof Error ? error.message : "");
    }
  }
  function page(found: BookContact[], start: number, wanted: readonly string[]): Answer {
    const done = start + pageSize >= found.length;
    const locator = `01g${String(locators.size).padStart(12, "0")}${wanted.length}`;
    const key = `${locator}-${start + pageSize}`;
    if (!done) {
      locators.set(key, found);
      queries.set(key, wanted);
    }
    return {
      status: 200,
      body: {
        totalSize: found.length,
        done,
        ...(done ? {} : { nextRecordsUrl: `/services/data/v62.0/query/${key}` }),
        records: found.slice(start, start + pageSize).map((contact) => view(contact, wanted)),
      },
    };
  }
  const queries = new Map<string, readonly string[]>();

  function grant({ form }: SimulatedRequest): Answer {
    const refused = (error: string, text: string): Answer => ({ status: 400, body: { error, error_description: text } });
    const kind = form.get("grant_type");
    if (kind === "client_credentials") {
      if (form.get("client_id") !== client.id || form.get("client_secret") !== client.secret) return refused("invalid_client", "invalid client credentials");
    } else if (kind === "urn:ietf:params:oauth:grant-type:jwt-bearer") {
      const [head = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
      const told = JSON.parse(Buffer.from(claims, "base64url").toString() || "{}") as { iss?: string; aud?: string; exp?: number };
      const signed = publicKey !== undefined && verify("RSA-SHA256", Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, "base64url"));
      const right = told.iss === client.id && told.aud === url && (told.exp ?? 0) * 1000 > clock.now();
      if (!signed || !right) return refused("invalid_grant", "invalid assertion");
    } else return refused("unsupported_grant_type", "grant type not supported");
    granted += 1;
    const token = `00D!token${granted}`;
    tokens.add(token);
    return {
      status: 200,
      body: {
        access_token: token,
        signature: "c2lnbmF0dXJl",
        scope: "api",
        instance_url: url,
        id: `${url}/id/00D000000000001/005000000000001`,
        token_type: "Bearer",
        issued_at: String(clock.now()),
      },
    };
  }

  const dialect: Dialect = {
    vendor: "salesforce",
    routes: [
      { method: "POST", path: "/services/oauth2/token", name: "token", effect: "read", open: true, handle: grant },
      {
        method: "GET",
        path: `${base}/sobjects/Contact/describe`,
        name: "describe",
        effect: "read",
        handle: () => ({
          status: 200,
          body: {
            name: "Contact",
            fields: columns.map((name) => ({ name, externalId: name === words.id, unique: name === words.id, type: "string", custom: name.endsWith("__c") })),
          },
        }),
      },
      { method: "GET", path: `${base}/query`, name: "query", effect: "read", handle: ({ query }) => queried(query.get("q") ?? "", false) },
      { method: "GET", path: `${base}/queryAll`, name: "query-all", effect: "read", handle: ({ query }) => queried(query.get("q") ?? "", true) },
      {
        method: "GET",
        path: `${base}/query/:locator`,
        name: "query-more",
        effect: "read",
        handle({ params }) {
          const found = locators.get(params.locator!);
          if (!found) return problem(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
          return page(found, Number(params.locator!.split("-")[1]), queries.get(params.locator!) ?? columns);
        },
      },
      { method: "POST", path: `${base}/sobjects/Contact`, name: "create-contact", effect: "write", handle: ({ json }) => created(json) },
      {
        method: "GET",
        path: `${base}/sobjects/Contact/:id`,
        name: "read-contact",
        effect: "read",
        handle(request) {
          const contact = book.all().find(({ id }) => id === request.params.id);
          return contact ? (contact.removed ? deleted : shown(contact, request)) : missing;
        },
      },
      {
        method: "GET",
        path: `${base}/sobjects/Contact/${words.id}/:id`,
        name: "find-contact",
        effect: "read",
        handle(request) {
          const contact = book.findBy(words.id, request.params.id!);
          return contact ? shown(contact, request) : missing;
        },
      },
      {
        method: "PATCH",
        path: `${base}/sobjects/Contact/${words.id}/:id`,
        name: "upsert-contact",
        effect: "write",
        handle(request) {
          const contact = book.findBy(words.id, request.params.id!);
          if (!contact) {
            const made = created(request.json, { [words.id]: request.params.id! });
            return made.status === 201 ? { ...made, body: { ...(made.body as object), created: true } } : made;
          }
          const answer = changed(contact, request);
          return answer.status === 204 ? { status: 200, body: { id: contact.id, success: true, errors: [], created: false } } : answer;
        },
      },
      {
        method: "PATCH",
        path: `${base}/sobjects/Contact/:id`,
        name: "update-contact",
        effect: "write",
        handle(request) {
          const contact = book.get(request.params.id!);
          return contact ? changed(contact, request) : deleted;
        },
      },
      {
        method: "DELETE",
        path: `${base}/sobjects/Contact/:id`,
        name: "delete-contact",
        effect: "write",
        handle({ params }) {
          if (!book.get(params.id!)) return deleted;
          book.remove(params.id!, "api");
          return { status: 204 };
        },
      },
      {
        method: "GET",
        path: `${base}/sobjects/:object/${words.id}/:id`,
        name: "find-row",
        effect: "read",
        handle({ params }) {
          const kind = kindOf(params.object);
          const row = kind && rows[kind].get(params.id!);
          return row ? { status: 200, body: { attributes: { type: kind }, Id: row.id } } : missing;
        },
      },
      {
        method: "PATCH",
        path: `${base}/sobjects/:object/${words.id}/:id`,
        name: "upsert-row",
        effect: "write",
        handle({ params, json }) {
          const kind = kindOf(params.object);
          if (!kind) return missing;
          const given = json as Record<string, unknown>;
          const known = rows[kind].get(params.id!);
          const required = kind === "Task" ? [] : ["Name", "StageName", "CloseDate"];
          const lacking = known ? [] : required.filter((column) => given[column] === undefined);
          if (lacking.length > 0) return problem(400, "REQUIRED_FIELD_MISSING", `Required fields are missing: [${lacking.join(", ")}]`, lacking);
          if (known && given.ContactId !== undefined)
            return problem(400, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: ContactId.", ["ContactId"]);
          const row = known ?? { id: `${prefixes[kind]}${String(rows[kind].size + 1).padStart(12, "0")}AAA`, values: {} };
          Object.assign(row.values, given);
          rows[kind].set(params.id!, row);
          return { status: known ? 200 : 201, body: { id: row.id, success: true, errors: [], created: !known } };
        },
      },
    ],
    refuse(kind, message) {
      if (kind === "unauthorized") return problem(401, "INVALID_SESSION_ID", "Session expired or invalid");
      if (kind === "rate_limited") return problem(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
      if (kind === "server_error") return problem(503, "SERVER_UNAVAILABLE", message);
      if (kind === "not_found") return missing;
      return problem(400, "JSON_PARSER_ERROR", message);
    },
    admits: ({ headers }) => tokens.has((headers.authorization ?? "").replace(/^Bearer /, "")),
    expire: () => tokens.clear(),
    headers() {
      used += 1;
      return { "sforce-limit-info": `api-usage=${used}/15000` };
    },
  };
  const server = await serveDialect(dialect, {
    now: () => clock.now(),
    ...(port === undefined ? {} : { port }),
    ...(perSecond === undefined ? {} : { perSecond }),
  });
  url = server.url;
  return {
    ...server,
    contacts: () =>
      book
        .all()
        .filter(({ removed }) => !removed)
        .map(({ id, properties }) => ({
          externalId: id,
          ...(properties[words.id] ? { customerId: properties[words.id]! } : {}),
          fields: fromWords(words, properties),
        })),
    entries: book.entries,
    notes: () => [...rows.Task].map(([id, { values }]) => ({ externalId: String(values.WhoId), id, text: String(values.Description) })),
    leads: () =>
      [...rows.Opportunity].map(([id, { values }]) => ({
        externalId: String(values.ContactId),
        id,
        title: String(values.Name),
        stage: String(values.StageName),
      })),
    add: (fields) => book.create(toWords(words, fields), "person").id,
    edit: (id, fields) => void book.change(id, toWords(words, fields), "person"),
    discard: (id) => book.remove(id, "person"),
    settings: { provider: "salesforce", apiUrl: server.url, clientId: client.id, clientSecret: client.secret },
  };
}
