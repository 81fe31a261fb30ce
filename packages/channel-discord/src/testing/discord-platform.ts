import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { ActionRow, Embed } from "../components.ts";
import { messageProblem, visible } from "./checks.ts";

/** How the next call goes wrong. */
export type DiscordFault =
  | { status: number; code?: number; message?: string }
  /** Too much was asked; in seconds. */
  | { retryAfter: number; global?: boolean }
  /** It takes place, and the answer is lost on the way. */
  | "lost"
  | "html";

/** A message of our bot, as Discord keeps it. */
export interface DiscordPost {
  channel: string;
  id: string;
  content: string;
  /** As people read it. */
  text: string;
  embeds: Embed[];
  components: ActionRow[];
  replyTo?: string;
  edits: number;
  deleted: boolean;
}

/** Discord on this machine, for one bot: what people write and press, what they get to see, and what goes wrong. */
export interface DiscordPlatform {
  /** For `apiUrl`. */
  readonly url: string;
  readonly token: string;
  readonly botId: string;
  /** Its own ledger, in order. What was deleted stays in it. */
  readonly posts: readonly DiscordPost[];
  readonly files: readonly { channel: string; name: string; bytes: Buffer }[];
  readonly reactions: readonly { channel: string; id: string; emoji: string }[];
  /** Names of commands as they are listed. */
  readonly commands: readonly string[];
  /** What one person alone was shown, by interaction. */
  readonly whispers: readonly { user: string; text: string }[];
  readonly threads: readonly { id: string; parent: string }[];
  calls(method: string, path: RegExp): number;
  /** How connections began. */
  readonly began: readonly ("identify" | "resume")[];
  /** The channel of the direct conversation with a person. */
  direct(user: string): string;
  /** The last event the bot has said it has. */
  readonly acknowledged: number;
  /** Anything the gateway tells. Resolves when the bot has said that it has it; rejects when it did not within `within` ms. */
  event(name: string, data: Record<string, unknown>, options?: { within?: number }): Promise<void>;
  write(
    message: { channel: string; user: string; text: string; guild?: string; id?: string; extra?: Record<string, unknown> },
    options?: { within?: number },
  ): Promise<string>;
  press(label: string, user: string, options?: { post?: DiscordPost; id?: string; guild?: string }): Promise<void>;
  command(name: string, user: string, channel: string, guild?: string): Promise<void>;
  failNext(method: string, path: RegExp, fault: DiscordFault, times?: number): void;
  /** A file that somebody sent; its address. */
  keep(bytes: Uint8Array): string;
  /** A thread that a person began. */
  thread(id: string, parent: string): void;
  /** Ends the connections: asking for a new one, cut, with a code, saying that the session is over, or neither hearing nor speaking any more. */
  disconnect(how: "reconnect" | "cut" | "invalid" | "mute" | number): void;
  /** How many sessions may still be begun. */
  startsLeft: number;
  close(): Promise<void>;
}

interface Session {
  id: string;
  seq: number;
  events: { s: number; frame: string }[];
}

export async function startDiscord({ heartbeatMs = 25 }: { heartbeatMs?: number } = {}): Promise<DiscordPlatform> {
  const token = `${"M".repeat(24)}.GabcdE.${"t".repeat(27)}`;
  const botId = "900000000000000001";
  const posts: DiscordPost[] = [];
  const files: DiscordPlatform["files"][number][] = [];
  const reactions: DiscordPlatform["reactions"][number][] = [];
  const whispers: { user: string; text: string }[] = [];
  const threads: { id: string; parent: string }[] = [];
  const began: ("identify" | "resume")[] = [];
  const counts: string[] = [];
  const faults: { method: string; path: RegExp; fault: DiscordFault }[] = [];
  const nonces = new Map<string, DiscordPost>();
  const kept = new Map<string, Buffer>();
  const interactions = new Map<string, { user: string; token: string; post?: DiscordPost }>();
  const waiting = new Set<{ seq: number; resolve(): void }>();
  const live = new Map<WebSocket, Session>();
  let commands: string[] = [];
  let session: Session | undefined;
  let acknowledged = 0;
  let serial = 1000;
  let startsLeft = 1000;

  const nextId = (): string => {
    serial += 1;
    return `9${String(serial).padStart(17, "0")}`;
  };
  const direct = (user: string): string => `77${user.slice(-10)}`;
  const now = (): string => new Date().toISOString();

  function tell(name: string, data: Record<string, unknown>): number {
    if (!session) throw new Error("no session was begun");
    session.seq += 1;
    const frame = JSON.stringify({ op: 0, t: name, s: session.seq, d: data });
    session.events.push({ s: session.seq, frame });
    for (const [socket, own] of live) if (own === session) socket.send(frame);
    return session.seq;
  }

  function noteAcknowledged(seq: number): void {
    acknowledged = Math.max(acknowledged, seq);
    for (const one of waiting)
      if (one.seq <= seq) {
        waiting.delete(one);
        one.resolve();
      }
  }

  const readable = (content: string, embeds: readonly Embed[]): string =>
    visible([content, ...embeds.flatMap(({ title, description }) => [title ?? "", description])].filter((text) => text !== "").join("\n"));
  const find = (channel: string, id: string): DiscordPost | undefined => posts.find((post) => post.channel === channel && post.id === id && !post.deleted);
  const shape = (post: DiscordPost) => ({
    id: post.id,
    channel_id: post.channel,
    content: post.content,
    embeds: post.embeds,
    author: { id: botId, bot: true },
  });

  type Answer = { status: number; body?: unknown };
  const refuse = (status: number, code: number, message: string): Answer => ({ status, body: { code, message } });

  async function bodyOf(method: string, request: Request): Promise<{ body: Record<string, unknown>; sent: { name: string; bytes: Buffer }[] }> {
    if (method === "GET" || method === "DELETE") return { body: {}, sent: [] };
    if (!/multipart/.test(request.headers.get("content-type") ?? "")) {
      const text = await request.text();
      return { body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>), sent: [] };
    }
    const form = await request.formData();
    const sent: { name: string; bytes: Buffer }[] = [];
    for (const [key, value] of form)
      if (key.startsWith("files[") && typeof value !== "string") sent.push({ name: value.name, bytes: Buffer.from(await value.arrayBuffer()) });
    return { body: JSON.parse(String(form.get("payload_json"))) as Record<string, unknown>, sent };
  }

  function answered(
    id: string,
    given: string,
    { type, data }: { type?: number; data?: { content?: string; flags?: number; components?: ActionRow[] } },
  ): Answer {
    const one = interactions.get(id);
    if (!one || one.token !== given) return refuse(404, 10062, "Unknown interaction");
    if (type === 4 && data?.flags === 64) whispers.push({ user: one.user, text: data.content ?? "" });
    else if (type === 7 && one.post) one.post.components = data?.components ?? one.post.components;
    else if (type !== 5 && type !== 6) return refuse(400, 50035, "Invalid Form Body");
    return { status: 204 };
  }

  function created(channel: string, body: Record<string, unknown>, sent: readonly { name: string; bytes: Buffer }[]): Answer {
    const problem = messageProblem(body, sent.length, true);
    if (problem) return refuse(400, 50035, problem);
    const before = nonces.get(String(body.nonce));
    if (before) return { status: 200, body: shape(before) };
    const { content = "", embeds = [], components = [] } = body as { content?: string; embeds?: Embed[]; components?: ActionRow[] };
    const reference = body.message_reference as { message_id?: string } | undefined;
    const quoted = reference?.message_id === undefined ? {} : { replyTo: reference.message_id };
    const post: DiscordPost = { channel, id: nextId(), content, text: readable(content, embeds), embeds, components, edits: 0, deleted: false, ...quoted };
    posts.push(post);
    nonces.set(String(body.nonce), post);
    files.push(...sent.map((file) => ({ channel, ...file })));
    return { status: 200, body: shape(post) };
  }

  function withMessage(method: string, channel: string, id: string, rest: string, body: Record<string, unknown>): Answer {
    const [, emoji] = /\/reactions\/([^/]+)\/@me$/.exec(rest) ?? [];
    if (emoji !== undefined) {
      const own = decodeURIComponent(emoji);
      if (method === "PUT") reactions.push({ channel, id, emoji: own });
      else
        reactions.splice(
          reactions.findIndex((one) => one.id === id && one.emoji === own),
          1,
        );
      return { status: 204 };
    }
    const post = find(channel, id);
    if (!post) return refuse(404, 10008, "Unknown Message");
    if (method === "POST" && rest.endsWith("/threads")) {
      if (threads.some((one) => one.id === id)) return refuse(400, 160004, "A thread has already been created for this message");
      if (typeof body.name !== "string" || body.name.length < 1 || body.name.length > 100) return refuse(400, 50035, "Invalid Form Body");
      threads.push({ id, parent: channel });
      return { status: 201, body: { id, type: 11, parent_id: channel } };
    }
    if (method === "GET") return { status: 200, body: shape(post) };
    if (method === "DELETE") {
      post.deleted = true;
      return { status: 204 };
    }
    const problem = messageProblem(body, 0, false);
    if (method !== "PATCH" || problem) return refuse(400, 50035, problem ?? "405");
    const { content = post.content, embeds = post.embeds, components = post.components } = body as Partial<DiscordPost>;
    Object.assign(post, { content, embeds, components, text: readable(content, embeds), edits: post.edits + 1 });
    return { status: 200, body: shape(post) };
  }

  function inChannel(
    method: string,
    channel: string,
    rest: string,
    body: Record<string, unknown>,
    sent: readonly { name: string; bytes: Buffer }[],
    limit: number,
  ): Answer {
    if (method === "GET" && rest === "") {
      const thread = threads.find((one) => one.id === channel);
      return { status: 200, body: { id: channel, type: thread ? 11 : 0, ...(thread ? { parent_id: thread.parent } : {}) } };
    }
    if (method === "POST" && rest === "/typing") return { status: 204 };
    if (method === "POST" && rest === "/messages") return created(channel, body, sent);
    if (method === "GET" && rest === "/messages") {
      const own = posts.filter((post) => post.channel === channel && !post.deleted).reverse();
      return { status: 200, body: own.slice(0, limit).map(shape) };
    }
    const [, id] = /^\/messages\/(\d+)/.exec(rest) ?? [];
    return id === undefined ? refuse(404, 0, "404: Not Found") : withMessage(method, channel, id, rest, body);
  }

  async function perform(method: string, path: string, request: Request, query: URLSearchParams): Promise<Answer> {
    const { body, sent } = await bodyOf(method, request);
    const [, callbackId, callbackToken] = /^\/interactions\/(\d+)\/([^/]+)\/callback$/.exec(path) ?? [];
    if (callbackId !== undefined && callbackToken !== undefined) return answered(callbackId, callbackToken, body);
    const [, channel, rest = ""] = /^\/channels\/(\d+)(\/.*)?$/.exec(path) ?? [];
    if (channel !== undefined) return inChannel(method, channel, rest, body, sent, Number(query.get("limit") ?? 50));
    switch (`${method} ${path}`) {
      case "GET /users/@me":
        return { status: 200, body: { id: botId, username: "agency", bot: true } };
      case "GET /applications/@me":
        return { status: 200, body: { id: "800000000000000001" } };
      case "PUT /applications/800000000000000001/commands":
        commands = (body as unknown as { name: string }[]).map(({ name }) => name);
        return { status: 200, body };
      case "GET /gateway/bot": {
        const limit = { total: 1000, remaining: startsLeft, reset_after: 300, max_concurrency: 1 };
        return { status: 200, body: { url: `${base.replace("http", "ws")}/gateway`, shards: 1, session_start_limit: limit } };
      }
      case "POST /users/@me/channels":
        return /^\d{5,}$/.test(String(body.recipient_id))
          ? { status: 200, body: { id: direct(String(body.recipient_id)), type: 1 } }
          : refuse(400, 50035, "Invalid Form Body");
      default:
        return refuse(404, 0, "404: Not Found");
    }
  }

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(incoming.url ?? "/", base);
    const method = incoming.method ?? "GET";
    const path = pathname.replace(/^\/api/, "");
    const reply = (status: number, body?: unknown, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { "content-type": "application/json", ...headers }).end(body === undefined ? undefined : JSON.stringify(body));
    if (pathname.startsWith("/files/")) {
      const bytes = kept.get(pathname.slice(7));
      if (incoming.headers.authorization !== undefined) return reply(400, { message: "a token came along" });
      return bytes ? void response.writeHead(200).end(bytes) : reply(404, {});
    }
    counts.push(`${method} ${path}`);
    const isOwn = /^\/(interactions|webhooks)\//.test(path);
    if (!isOwn && incoming.headers.authorization !== `Bot ${token}`) return reply(401, { message: "401: Unauthorized", code: 0 });
    if (isOwn && incoming.headers.authorization !== undefined) return reply(400, { message: "a token came along" });
    const at = faults.findIndex((one) => one.method === method && one.path.test(path));
    const [found] = at < 0 ? [] : faults.splice(at, 1);
    const fault = found?.fault;
    if (fault === "html") return void response.writeHead(502, { "content-type": "text/html" }).end("<html>Bad gateway</html>");
    if (typeof fault === "object" && "status" in fault) return reply(fault.status, { code: fault.code ?? 0, message: fault.message ?? "refused" });
    if (typeof fault === "object") return reply(429, { message: "You are being rate limited.", retry_after: fault.retryAfter, global: fault.global ?? false });
    const request = new Request(`${base}${pathname}`, {
      method,
      headers: { "content-type": incoming.headers["content-type"] ?? "" },
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    });
    const { status, body } = await perform(method, path, request, searchParams);
    if (fault === "lost") return void response.destroy();
    reply(status, body);
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  const wss = new WebSocketServer({ server, path: "/gateway" });
  wss.on("connection", (socket) => {
    socket.send(JSON.stringify({ op: 10, d: { heartbeat_interval: heartbeatMs } }));
    socket.on("close", () => live.delete(socket));
    socket.on("message", (data) => {
      const { op, d } = JSON.parse(String(data)) as { op: number; d: never };
      if (op === 1) {
        if (d !== null) noteAcknowledged(Number(d));
        socket.send(JSON.stringify({ op: 11 }));
      } else if (op === 2) {
        const { token: given, intents } = d as { token: string; intents: number };
        if (given !== token) return socket.close(4004);
        if ((intents & (1 << 15)) === 0) return socket.close(4014);
        startsLeft -= 1;
        began.push("identify");
        session = { id: `s${nextId()}`, seq: 0, events: [] };
        live.set(socket, session);
        tell("READY", { session_id: session.id, resume_gateway_url: `${base.replace("http", "ws")}/gateway`, user: { id: botId }, guilds: [] });
      } else if (op === 6) {
        const { session_id, seq } = d as { session_id: string; seq: number };
        if (session?.id !== session_id) return socket.send(JSON.stringify({ op: 9, d: false }));
        began.push("resume");
        noteAcknowledged(seq);
        live.set(socket, session);
        for (const { s, frame } of session.events) if (s > seq) socket.send(frame);
        tell("RESUMED", {});
      } else socket.close(4001);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function event(name: string, data: Record<string, unknown>, { within }: { within?: number } = {}): Promise<void> {
    const seq = tell(name, data);
    await new Promise<void>((resolve, reject) => {
      const one = { seq, resolve };
      waiting.add(one);
      if (acknowledged >= seq) noteAcknowledged(acknowledged);
      if (within !== undefined)
        setTimeout(() => {
          if (waiting.delete(one)) reject(new Error("the bot did not acknowledge it"));
        }, within).unref();
    });
  }

  const person = (user: string) => ({ id: user, username: `user${user.slice(-3)}`, global_name: user === "4001000000" ? "Ana Silva" : null });
  const interaction = (user: string, channel: string, guild: string | undefined, id = nextId(), post?: DiscordPost) => {
    const own = `tok${nextId()}`;
    if (!interactions.has(id)) interactions.set(id, { user, token: own, ...(post ? { post } : {}) });
    return {
      id,
      application_id: "800000000000000001",
      token: interactions.get(id)!.token,
      channel_id: channel,
      ...(guild === undefined ? { user: person(user) } : { guild_id: guild, member: { user: person(user) } }),
    };
  };

  return {
    url: `${base}/api`,
    token,
    botId,
    posts,
    files,
    reactions,
    whispers,
    threads,
    began,
    get commands() {
      return commands;
    },
    get acknowledged() {
      return acknowledged;
    },
    get startsLeft() {
      return startsLeft;
    },
    set startsLeft(count) {
      startsLeft = count;
    },
    calls: (method, path) => counts.filter((one) => one.startsWith(`${method} `) && path.test(one.slice(method.length + 1))).length,
    direct,
    event,
    async write({ channel, user, text, guild, id = nextId(), extra = {} }, options) {
      await event(
        "MESSAGE_CREATE",
        {
          id,
          channel_id: channel,
          ...(guild === undefined ? {} : { guild_id: guild }),
          author: person(user),
          content: text,
          timestamp: now(),
          type: 0,
          mentions: [],
          attachments: [],
          ...extra,
        },
        options,
      );
      return id;
    },
    async press(label, user, { post: given, id, guild } = {}) {
      const has = (one: DiscordPost) => one.components.flatMap(({ components }) => components).find((button) => button.label === label);
      const post = given ?? [...posts].reverse().find((one) => !one.deleted && has(one));
      const button = post && has(post);
      if (!post || !button) throw new Error(`there is no button "${label}"`);
      await event("INTERACTION_CREATE", {
        ...interaction(user, post.channel, guild, id, posts.find((one) => one.id === post.id) ?? post),
        type: 3,
        message: { id: post.id, components: post.components },
        data: { custom_id: button.custom_id, component_type: 2 },
      });
    },
    command: (name, user, channel, guild) => event("INTERACTION_CREATE", { ...interaction(user, channel, guild), type: 2, data: { name, type: 1 } }),
    failNext(method, path, fault, times = 1) {
      faults.push(...Array.from({ length: times }, () => ({ method, path, fault })));
    },
    keep(bytes) {
      const id = nextId();
      kept.set(id, Buffer.from(bytes));
      return `${base}/files/${id}`;
    },
    thread: (id, parent) => void threads.push({ id, parent }),
    disconnect(how) {
      if (how === "invalid") session = undefined;
      for (const socket of [...live.keys()]) {
        if (how === "reconnect") socket.send(JSON.stringify({ op: 7, d: null }));
        else if (how === "invalid") socket.send(JSON.stringify({ op: 9, d: false }));
        else if (how === "mute") {
          live.delete(socket);
          socket.pause();
        } else if (how === "cut") socket.terminate();
        else socket.close(how);
      }
    },
    async close() {
      for (const socket of wss.clients) socket.terminate();
      wss.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
