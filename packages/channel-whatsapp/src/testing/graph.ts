import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type KnownFile, type KnownTemplate, type Refusal, refusalOfMessage } from "./message-rules.ts";
import { type Change, type Posts, signed, webhookPosts } from "./webhook-posts.ts";

export type GraphCall = "messages" | "marks" | "media" | "number" | "file";

/** How a call goes wrong. */
export type GraphFault =
  /** Graph refuses it. */
  | { status: number; code: number; message?: string; details?: string; retryAfter?: number }
  /** It takes place, and the answer is lost on the way. */
  | "lost"
  /** It takes place, and no answer comes for as long as the caller waits. */
  | "hang"
  /** An answer that is no JSON, as proxies give one. */
  | "html";

/** A message that somebody got, as WhatsApp keeps it. */
export interface Shown {
  to: string;
  messageId: string;
  type: string;
  /** Text, caption, or the text above buttons. */
  text: string;
  /** What was given with it, which every status gives back. */
  reference?: string;
  replyTo?: string;
  buttons?: { id: string; title: string; description?: string }[];
  file?: KnownFile;
  location?: { latitude: number; longitude: number; name?: string };
  template?: Record<string, unknown>;
  at: number;
}

/** Graph on this machine, for one number: what people write, what they get to see, and what goes wrong. */
export interface GraphServer {
  /** For `graphUrl`. */
  readonly url: string;
  readonly token: string;
  readonly appSecret: string;
  readonly verifyToken: string;
  readonly phoneNumberId: string;
  /** Its own ledger: what people got to see, in order. */
  readonly shown: readonly Shown[];
  readonly reactions: readonly { to: string; messageId: string; emoji: string }[];
  /** Messages that were marked as read, and those under which the number was seen to write. */
  readonly read: readonly string[];
  readonly typing: readonly string[];
  /** Calls so far, by what they were for. `marks`: signs of reading and writing. */
  calls(what: GraphCall): number;
  /** Everything it refused because it was against its rules. */
  readonly refused: readonly Refusal[];
  readonly posts: Posts;
  /** Templates it knows. */
  templates: KnownTemplate[];
  quality: "GREEN" | "YELLOW" | "RED";
  /** From now on nobody may write freely to this person, or again. */
  window(waId: string, state: "open" | "closed"): void;
  /** A customer's file; its id, for a message. `url`: where Graph says that it is. */
  hold(bytes: Uint8Array, mimeType: string, over?: { url?: string; fileSize?: number }): string;
  /** `times` calls go wrong, once `after` have gone well. */
  failNext(what: GraphCall, fault: GraphFault, times?: number, after?: number): void;
  /** The token is taken back. */
  revoke(): void;
  /** Posts to an address of the gateway, signed; the answer's status. */
  post(url: string, changes: Change | readonly Change[], appSecret?: string): Promise<number>;
  close(): Promise<void>;
}

const version = "/v24.0";
const unsupported: Refusal = { status: 404, code: 100, message: "(#100) Unsupported request" };

export async function startGraph({
  phoneNumberId = "106540352242922",
  businessAccountId = "102290129340398",
  displayNumber = "34910000001",
}: {
  phoneNumberId?: string;
  businessAccountId?: string;
  displayNumber?: string;
} = {}): Promise<GraphServer> {
  const token = `EAA${"T".repeat(40)}`;
  const appSecret = "0123456789abcdef0123456789abcdef";
  const shown: Shown[] = [];
  const reactions: { to: string; messageId: string; emoji: string }[] = [];
  const read: string[] = [];
  const typing: string[] = [];
  const refused: Refusal[] = [];
  const files = new Map<string, KnownFile>();
  const incoming = new Map<string, { bytes: Uint8Array; mimeType: string; url?: string; fileSize?: number }>();
  const closedWindows = new Set<string>();
  const counts = new Map<string, number>();
  const faults = new Map<string, (GraphFault | undefined)[]>();
  const held = new Set<ServerResponse>();
  let templates: KnownTemplate[] = [];
  let quality: GraphServer["quality"] = "GREEN";
  let revoked = false;
  let nextId = 0;
  const made = (): string => String(++nextId).padStart(12, "0");

  const ok = (response: ServerResponse, body: unknown): ServerResponse =>
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  const refuse = (response: ServerResponse, { status, code, message, details }: Refusal, retryAfter?: number): ServerResponse =>
    response.writeHead(status, { "content-type": "application/json", ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }) }).end(
      JSON.stringify({
        error: {
          message,
          type: "OAuthException",
          code,
          ...(details === undefined ? {} : { error_data: { messaging_product: "whatsapp", details } }),
          fbtrace_id: "A",
        },
      }),
    );
  const against = (response: ServerResponse, refusal: Refusal): ServerResponse => {
    refused.push(refusal);
    return refuse(response, refusal);
  };
  /** The answer to something that took place. */
  const conclude = (response: ServerResponse, fault: GraphFault | undefined, body: unknown): unknown => {
    if (fault === "lost") return response.destroy();
    if (fault === "hang") {
      held.add(response);
      return response.once("close", () => held.delete(response));
    }
    return ok(response, body);
  };

  function mark(given: Record<string, unknown>, response: ServerResponse): unknown {
    const messageId = String(given.message_id);
    if (given.messaging_product !== "whatsapp" || !messageId.startsWith("wamid."))
      return against(response, { status: 400, code: 100, message: "(#100) Invalid parameter" });
    read.push(messageId);
    if (given.typing_indicator !== undefined) typing.push(messageId);
    return ok(response, { success: true });
  }

  function message(given: Record<string, unknown>, response: ServerResponse, fault: GraphFault | undefined): unknown {
    const wrong = refusalOfMessage(given, { files, templates, isWindowOpen: (waId) => !closedWindows.has(waId) });
    if (wrong) return against(response, wrong);
    const type = String(given.type);
    const to = String(given.to);
    const messageId = `wamid.OUT${made()}`;
    const body = given[type] as Record<string, never>;
    if (type === "reaction") reactions.push({ to, messageId: String(body.message_id), emoji: String(body.emoji) });
    else shown.push({ to, messageId, at: Date.now(), ...shownBody(type, body, files), ...envelopeOf(given) });
    return conclude(response, fault, { messaging_product: "whatsapp", contacts: [{ input: to, wa_id: to }], messages: [{ id: messageId }] });
  }

  async function upload(request: IncomingMessage, bytes: Buffer, response: ServerResponse, fault: GraphFault | undefined): Promise<unknown> {
    const form = await new Response(new Uint8Array(bytes), { headers: { "content-type": String(request.headers["content-type"]) } })
      .formData()
      .catch(() => undefined);
    const file = form?.get("file");
    if (form?.get("messaging_product") !== "whatsapp" || !(file instanceof File) || typeof form.get("type") !== "string" || file.size === 0)
      return against(response, { status: 400, code: 100, message: "(#100) Invalid parameter", details: "messaging_product, type and file are required" });
    const id = made();
    files.set(id, { id, bytes: new Uint8Array(await file.arrayBuffer()), mimeType: String(form.get("type")), fileName: file.name });
    return conclude(response, fault, { id });
  }

  function describe(id: string, response: ServerResponse): unknown {
    const file = incoming.get(id);
    if (!file) return against(response, { status: 400, code: 100, message: `(#100) Unsupported get request. Object with ID '${id}' does not exist` });
    const sha256 = createHash("sha256").update(file.bytes).digest("hex");
    return ok(response, {
      messaging_product: "whatsapp",
      url: file.url ?? `${root}/files/${id}`,
      mime_type: file.mimeType,
      sha256,
      file_size: file.fileSize ?? file.bytes.length,
      id,
    });
  }

  function show(url: URL, response: ServerResponse): unknown {
    if (url.pathname === `${version}/${phoneNumberId}`)
      return ok(response, { id: phoneNumberId, display_phone_number: displayNumber, verified_name: "Agency", quality_rating: quality });
    const [, stored] = /^\/files\/(\w+)$/.exec(url.pathname) ?? [];
    const file = stored === undefined ? undefined : incoming.get(stored);
    if (file) return response.writeHead(200, { "content-type": file.mimeType }).end(file.bytes);
    const [, id] = new RegExp(`^${version}/(\\w+)$`).exec(url.pathname) ?? [];
    return id !== undefined && url.searchParams.get("phone_number_id") === phoneNumberId ? describe(id, response) : against(response, unsupported);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const url = new URL(request.url ?? "/", "http://graph");
    const own = `${version}/${phoneNumberId}`;
    const given = url.pathname === `${own}/messages` ? (JSON.parse(bytes.toString()) as Record<string, unknown>) : undefined;
    const what: GraphCall = given
      ? given.status === "read"
        ? "marks"
        : "messages"
      : url.pathname === `${own}/media`
        ? "media"
        : url.pathname === own
          ? "number"
          : "file";
    counts.set(what, (counts.get(what) ?? 0) + 1);
    if (revoked || request.headers.authorization !== `Bearer ${token}`)
      return refuse(response, { status: 401, code: 190, message: "Error validating access token: The session has been invalidated" });
    const fault = faults.get(what)?.shift();
    if (fault === "html") return response.writeHead(502, { "content-type": "text/html" }).end("<html>502 Bad Gateway</html>");
    if (typeof fault === "object") return refuse(response, { message: `(#${fault.code}) refused`, ...fault }, fault.retryAfter);
    if (given && request.method === "POST") return what === "marks" ? mark(given, response) : message(given, response, fault);
    if (what === "media" && request.method === "POST") return upload(request, bytes, response, fault);
    return request.method === "GET" ? show(url, response) : against(response, unsupported);
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url: `${root}${version}`,
    token,
    appSecret,
    verifyToken: "a-verify-token-of-this-agency",
    phoneNumberId,
    shown,
    reactions,
    read,
    typing,
    refused,
    posts: webhookPosts({ phoneNumberId, businessAccountId, displayNumber }),
    calls: (what) => counts.get(what) ?? 0,
    get templates() {
      return templates;
    },
    set templates(known) {
      templates = known;
    },
    get quality() {
      return quality;
    },
    set quality(rating) {
      quality = rating;
    },
    window(waId, state) {
      if (state === "closed") closedWindows.add(waId);
      else closedWindows.delete(waId);
    },
    hold(bytes, mimeType, over = {}) {
      const id = made();
      incoming.set(id, { bytes, mimeType, ...over });
      return id;
    },
    failNext(what, fault, times = 1, after = 0) {
      const queue = faults.get(what) ?? [];
      for (let count = 0; count < after; count += 1) queue.push(undefined);
      for (let count = 0; count < times; count += 1) queue.push(fault);
      faults.set(what, queue);
    },
    revoke() {
      revoked = true;
    },
    async post(url, changes, secret = appSecret) {
      const { headers, body } = signed(Array.isArray(changes) ? changes : [changes as Change], secret);
      const answered = await fetch(url, { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> });
      await answered.arrayBuffer();
      return answered.status;
    },
    async close() {
      for (const response of held) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Fields = Record<string, unknown>;
type Choice = NonNullable<Shown["buttons"]>[number];
interface Interactive {
  type: string;
  body: { text: string };
  action: { buttons: { reply: Choice }[]; sections: { rows: Choice[] }[] };
}

/** Of what was checked before. */
function shownBody(type: string, body: Fields, files: ReadonlyMap<string, KnownFile>): Pick<Shown, "type" | "text"> & Partial<Shown> {
  if (type === "text") return { type, text: String(body.body) };
  if (type === "location") return { type, text: "", location: body as unknown as NonNullable<Shown["location"]> };
  if (type === "template") return { type, text: "", template: body };
  if (type === "interactive") {
    const shown = body as unknown as Interactive;
    const buttons = shown.type === "button" ? shown.action.buttons.map(({ reply }) => reply) : shown.action.sections.flatMap(({ rows }) => rows);
    return { type, text: shown.body.text, buttons };
  }
  const file = files.get(String(body.id))!;
  return { type, text: String(body.caption ?? ""), file: { ...file, ...(body.filename === undefined ? {} : { fileName: String(body.filename) }) } };
}

const envelopeOf = ({ context, biz_opaque_callback_data: reference }: Fields): Partial<Shown> => ({
  ...(context === undefined ? {} : { replyTo: String((context as Fields).message_id) }),
  ...(reference === undefined ? {} : { reference: String(reference) }),
});
