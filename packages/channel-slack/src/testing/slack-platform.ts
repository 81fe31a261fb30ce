import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { blocksProblem, metadataProblem, textProblem, visible } from "./checks.ts";

/** How the next call of a method goes wrong. */
export type SlackFault =
  /** Slack refuses it. */
  | { error: string }
  /** Too much was asked; `retryAfter` in seconds. */
  | { retryAfter: number }
  /** It takes place, and the answer is lost on the way. */
  | "lost"
  /** An answer that is no JSON, as proxies give one. */
  | "html";

/** A message of our app, as Slack keeps it. */
export interface SlackPost {
  channel: string;
  ts: string;
  threadTs?: string;
  /** As it was sent. */
  raw: string;
  /** As people read it: the blocks, and without any the text. */
  text: string;
  blocks: { type: string; text?: { text: string }; elements?: { action_id: string; value: string; style?: string; text: { text: string } }[] }[];
  metadata?: { event_type: string; event_payload: Record<string, unknown> };
  /** How often it was changed. */
  edits: number;
  deleted: boolean;
}

export interface SlackSays {
  channel: string;
  user: string;
  text: string;
  ts?: string;
  threadTs?: string;
  /** Anything else of the event. */
  extra?: Record<string, unknown>;
}

/** Slack on this machine, for one app: what people write and press, what they get to see, and what goes wrong. */
export interface SlackPlatform {
  /** For `apiUrl`. */
  readonly url: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly bot: { userId: string; botId: string; teamId: string };
  /** Its own ledger, in order. What was deleted stays in it. */
  readonly posts: readonly SlackPost[];
  /** What one person alone was shown. */
  readonly whispers: readonly { channel: string; user: string; text: string; threadTs?: string }[];
  /** Answers to commands. */
  readonly commandAnswers: readonly string[];
  readonly files: readonly { channel: string; threadTs?: string; name: string; bytes: Buffer }[];
  readonly reactions: readonly { channel: string; ts: string; name: string }[];
  calls(method: string): number;
  /** The channel of the direct conversation with a person. */
  direct(user: string): string;
  /** Sockets that said hello and are open. */
  readonly sockets: number;
  /** A person writes. Resolves with the `ts` when the app has acknowledged it. With `within`: rejects when it did not by then, in ms. */
  write(message: SlackSays, options?: { within?: number; deliver?: "socket" | "http" }): Promise<string>;
  /** A person presses the button with this label on the newest post that has it, there or anywhere. */
  press(label: string, user: string, options?: { channel?: string; post?: SlackPost; actionTs?: string; deliver?: "socket" | "http" }): Promise<void>;
  command(command: string, user: string, channel: string): Promise<void>;
  /** Any envelope. Resolves when it was acknowledged. */
  envelope(type: string, payload: Record<string, unknown>, options?: { within?: number }): Promise<void>;
  /** Where posts go. */
  eventsUrl: string | undefined;
  /** Posts what Slack would post; the answer. `sign` false: with a wrong signature. */
  post(body: string, options?: { sign?: boolean; at?: number; form?: boolean; retry?: number }): Promise<{ status: number; body: string }>;
  failNext(method: string, fault: SlackFault, times?: number): void;
  /** A file that somebody sent; its address. */
  keep(bytes: Uint8Array): string;
  /** Slack ends the connections: saying so before, or not; or it neither hears nor says anything on them any more. */
  disconnect(how: "refresh" | "cut" | "mute"): void;
  close(): Promise<void>;
}

interface Waiting {
  frame: string;
  resolve(): void;
}

/** `redeliverMs`: what was not acknowledged by then comes again. */
export async function startSlack({ redeliverMs = 400 }: { redeliverMs?: number } = {}): Promise<SlackPlatform> {
  const [botToken, appToken, signingSecret] = ["xoxb-1-1-testtoken", "xapp-1-A1-1-testtoken", "0123456789abcdef0123456789abcdef"];
  const bot = { userId: "UBOT00001", botId: "B00000001", teamId: "T00000001" };
  const posts: SlackPost[] = [];
  const whispers: SlackPlatform["whispers"][number][] = [];
  const commandAnswers: string[] = [];
  const files: SlackPlatform["files"][number][] = [];
  const reactions: SlackPlatform["reactions"][number][] = [];
  const counts = new Map<string, number>();
  const faults = new Map<string, SlackFault[]>();
  const kept = new Map<string, Buffer>();
  const uploads = new Map<string, { name: string; length: number; bytes?: Buffer }>();
  const waiting = new Map<string, Waiting>();
  const live = new Set<WebSocket>();
  let serial = 0;
  let lastTs = 1_800_000_000;
  let eventsUrl: string | undefined;

  const nextTs = (): string => {
    lastTs += 1;
    return `${lastTs}.000100`;
  };
  const direct = (user: string): string => `D${user.slice(1)}`;
  const refuse = (error: string) => ({ ok: false, error });
  const known = (channel: unknown): boolean => typeof channel === "string" && /^[CDG][A-Z0-9]{4,}$/.test(channel);
  const find = ({ channel, ts }: Record<string, string>): SlackPost | undefined =>
    posts.find((post) => post.channel === channel && post.ts === ts && !post.deleted);
  const readable = (blocks: SlackPost["blocks"], raw: string): string =>
    visible(
      blocks.length === 0
        ? raw
        : blocks
            .filter(({ text }) => text)
            .map(({ text }) => text!.text)
            .join("\n"),
    );

  const methods: Record<string, (params: Record<string, string>) => Record<string, unknown>> = {
    "auth.test": () => ({ ok: true, user_id: bot.userId, bot_id: bot.botId, team_id: bot.teamId, team: "Agency" }),
    "apps.connections.open": () => ({ ok: true, url: `${base.replace("http", "ws")}/socket?ticket=${++serial}` }),
    "conversations.open": ({ users }) => (/^[UW][A-Z0-9]{4,}$/.test(users ?? "") ? { ok: true, channel: { id: direct(users!) } } : refuse("user_not_found")),
    "users.info": ({ user }) => ({ ok: true, user: { id: user, real_name: user === "UANA00001" ? "Ana Silva" : `Person ${user}` } }),
    "chat.postMessage": ({ channel, text, thread_ts, blocks, metadata }) => {
      if (!known(channel)) return refuse("channel_not_found");
      const parsed = blocks === undefined ? [] : (JSON.parse(blocks) as SlackPost["blocks"]);
      const meta = metadata === undefined ? undefined : (JSON.parse(metadata) as SlackPost["metadata"]);
      const problem = textProblem(text) ?? blocksProblem(parsed) ?? (meta && metadataProblem(meta)) ?? (text === "" ? "no_text" : undefined);
      if (problem) return refuse(problem);
      if (thread_ts !== undefined && !/^\d+\.\d+$/.test(thread_ts)) return refuse("invalid_thread_ts");
      const post: SlackPost = {
        channel: channel!,
        ts: nextTs(),
        raw: text!,
        text: readable(parsed, text!),
        blocks: parsed,
        edits: 0,
        deleted: false,
        ...(thread_ts === undefined ? {} : { threadTs: thread_ts }),
        ...(meta ? { metadata: meta } : {}),
      };
      posts.push(post);
      return { ok: true, channel, ts: post.ts, message: { text, ts: post.ts } };
    },
    "chat.update": ({ channel, ts, text, blocks }) => {
      const post = find({ channel: channel!, ts: ts! });
      if (!post) return refuse("message_not_found");
      const parsed = blocks === undefined ? post.blocks : (JSON.parse(blocks) as SlackPost["blocks"]);
      const problem = textProblem(text) ?? blocksProblem(parsed);
      if (problem) return refuse(problem);
      Object.assign(post, { raw: text, blocks: parsed, text: readable(parsed, text!), edits: post.edits + 1 });
      return { ok: true, channel, ts, text };
    },
    "chat.delete": ({ channel, ts }) => {
      const post = find({ channel: channel!, ts: ts! });
      if (!post) return refuse("message_not_found");
      post.deleted = true;
      return { ok: true, channel, ts };
    },
    "chat.postEphemeral": ({ channel, user, text, thread_ts }) => {
      if (!known(channel) || user === undefined || text === undefined) return refuse("invalid_arguments");
      whispers.push({ channel: channel!, user, text, ...(thread_ts === undefined ? {} : { threadTs: thread_ts }) });
      return { ok: true, message_ts: nextTs() };
    },
    "conversations.history": ({ channel, limit, include_all_metadata, cursor }) =>
      page(posts.filter((post) => post.channel === channel && post.threadTs === undefined && !post.deleted).reverse(), {
        limit,
        cursor,
        metadata: include_all_metadata,
      }),
    "conversations.replies": ({ channel, ts, limit, include_all_metadata, cursor }) =>
      ts === undefined
        ? refuse("invalid_arguments")
        : page(
            posts.filter((post) => post.channel === channel && (post.threadTs === ts || post.ts === ts) && !post.deleted),
            { limit, cursor, metadata: include_all_metadata },
          ),
    "reactions.add": ({ channel, timestamp, name }) => {
      if (!timestamp || !name || /[^a-z0-9_+-]/.test(name)) return refuse("invalid_name");
      reactions.push({ channel: channel!, ts: timestamp, name });
      return { ok: true };
    },
    "reactions.remove": ({ channel, timestamp, name }) => {
      const at = reactions.findIndex((one) => one.channel === channel && one.ts === timestamp && one.name === name);
      if (at < 0) return refuse("no_reaction");
      reactions.splice(at, 1);
      return { ok: true };
    },
    "files.getUploadURLExternal": ({ filename, length }) => {
      if (!filename || !(Number(length) > 0)) return refuse("invalid_arguments");
      const id = `F${++serial}`;
      uploads.set(id, { name: filename, length: Number(length) });
      return { ok: true, file_id: id, upload_url: `${base}/upload/${id}` };
    },
    "files.completeUploadExternal": ({ files: given, channel_id, thread_ts }) => {
      const listed = JSON.parse(given ?? "[]") as { id: string; title?: string }[];
      if (!known(channel_id)) return refuse("channel_not_found");
      for (const { id } of listed) if (uploads.get(id)?.bytes?.length !== uploads.get(id)?.length) return refuse("file_not_found");
      for (const { id } of listed) {
        const { name, bytes } = uploads.get(id)!;
        files.push({ channel: channel_id!, name, bytes: bytes!, ...(thread_ts === undefined ? {} : { threadTs: thread_ts }) });
      }
      return { ok: true, files: listed };
    },
  };

  function page(found: SlackPost[], { limit, cursor, metadata }: Record<string, string | undefined>): Record<string, unknown> {
    const from = Number(cursor ?? 0);
    const to = from + Number(limit ?? 100);
    return {
      ok: true,
      messages: found.slice(from, to).map((post) => ({
        type: "message",
        user: bot.userId,
        bot_id: bot.botId,
        text: post.raw,
        ts: post.ts,
        ...(post.threadTs === undefined ? {} : { thread_ts: post.threadTs }),
        ...(metadata === "true" && post.metadata ? { metadata: post.metadata } : {}),
      })),
      response_metadata: { next_cursor: to < found.length ? String(to) : "" },
    };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { pathname } = new URL(request.url ?? "/", base);
    const reply = (status: number, value: unknown, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
    const bearer = request.headers.authorization;
    const [, folder, name = ""] = /^\/(api|upload|files)\/(.+)$/.exec(pathname) ?? [];
    if (folder === "files") {
      const bytes = kept.get(name);
      // As Slack does with strangers.
      if (bearer !== `Bearer ${botToken}` || !bytes) return void response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in</html>");
      return void response.writeHead(200, { "content-type": "application/octet-stream" }).end(bytes);
    }
    if (folder === "upload") {
      const upload = uploads.get(name);
      if (!upload) return reply(404, refuse("no such upload"));
      upload.bytes = body;
      return void response.writeHead(200).end("OK");
    }
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const method = methods[name];
    if (request.method !== "POST" || folder !== "api" || !method) return reply(200, refuse("unknown_method"));
    if (bearer !== `Bearer ${name === "apps.connections.open" ? appToken : botToken}`) return reply(200, refuse(bearer ? "invalid_auth" : "not_authed"));
    if (!String(request.headers["content-type"]).startsWith("application/x-www-form-urlencoded")) return reply(200, refuse("invalid_post_type"));
    const fault = faults.get(name)?.shift();
    if (fault === "html") return void response.writeHead(502, { "content-type": "text/html" }).end("<html>Bad gateway</html>");
    if (typeof fault === "object" && "error" in fault) return reply(200, refuse(fault.error));
    if (typeof fault === "object") return reply(429, refuse("ratelimited"), { "retry-after": String(fault.retryAfter) });
    const result = method(Object.fromEntries(new URLSearchParams(body.toString())));
    if (fault === "lost") return void response.destroy();
    reply(200, result);
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  const wss = new WebSocketServer({ server, path: "/socket" });
  wss.on("connection", (socket) => {
    socket.on("message", (data) => {
      const { envelope_id: id, payload } = JSON.parse(String(data)) as { envelope_id: string; payload?: { text?: string } };
      if (payload?.text !== undefined) commandAnswers.push(payload.text);
      const one = waiting.get(id);
      waiting.delete(id);
      one?.resolve();
    });
    socket.on("close", () => live.delete(socket));
    live.add(socket);
    socket.send(JSON.stringify({ type: "hello", num_connections: live.size, connection_info: { app_id: "A1" } }));
    for (const { frame } of waiting.values()) socket.send(frame);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const hand = (frame: string): void => [...live].at(-1)?.send(frame);
  const again = setInterval(() => {
    for (const { frame } of waiting.values()) hand(frame);
  }, redeliverMs);
  again.unref();

  function envelope(type: string, payload: Record<string, unknown>, { within }: { within?: number } = {}): Promise<void> {
    const id = `e${++serial}`;
    const frame = JSON.stringify({ envelope_id: id, type, payload, accepts_response_payload: type === "slash_commands" });
    return new Promise((resolve, reject) => {
      waiting.set(id, { frame, resolve });
      if (within !== undefined)
        setTimeout(() => {
          if (!waiting.delete(id)) return;
          reject(new Error("the app did not acknowledge it"));
        }, within).unref();
      hand(frame);
    });
  }

  async function post(
    body: string,
    { sign = true, at = Date.now(), form = false, retry }: { sign?: boolean; at?: number; form?: boolean; retry?: number } = {},
  ) {
    if (eventsUrl === undefined) throw new Error("set eventsUrl first");
    const timestamp = String(Math.floor(at / 1000));
    const signature = `v0=${createHmac("sha256", sign ? signingSecret : "wrong")
      .update(`v0:${timestamp}:${body}`)
      .digest("hex")}`;
    const response = await fetch(eventsUrl, {
      method: "POST",
      headers: {
        "content-type": form ? "application/x-www-form-urlencoded" : "application/json",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature,
        ...(retry === undefined ? {} : { "x-slack-retry-num": String(retry), "x-slack-retry-reason": "http_timeout" }),
      },
      body,
    });
    return { status: response.status, body: await response.text() };
  }

  const deliver = async (type: string, payload: Record<string, unknown>, how: "socket" | "http", within?: number): Promise<void> => {
    if (how === "socket") return envelope(type, payload, within === undefined ? {} : { within });
    const body = type === "events_api" ? JSON.stringify(payload) : new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const { status } = await post(body, { form: type !== "events_api" });
    if (status !== 200) throw new Error(`the app answered ${status}`);
  };

  return {
    url: `${base}/api`,
    botToken,
    appToken,
    signingSecret,
    bot,
    posts,
    whispers,
    commandAnswers,
    files,
    reactions,
    calls: (method) => counts.get(method) ?? 0,
    direct,
    get sockets() {
      return live.size;
    },
    get eventsUrl() {
      return eventsUrl;
    },
    set eventsUrl(url) {
      eventsUrl = url;
    },
    async write({ channel, user, text, ts = nextTs(), threadTs, extra = {} }, { within, deliver: how = "socket" } = {}) {
      const event = {
        type: "message",
        channel,
        channel_type: channel.startsWith("D") ? "im" : "channel",
        user,
        text,
        ts,
        event_ts: ts,
        ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
        ...extra,
      };
      await deliver("events_api", { type: "event_callback", team_id: bot.teamId, api_app_id: "A1", event_id: `Ev${++serial}`, event }, how, within);
      return ts;
    },
    async press(label, user, { channel, post: given, actionTs = nextTs(), deliver: how = "socket" } = {}) {
      const has = (one: SlackPost) => one.blocks.flatMap(({ elements = [] }) => elements).find(({ text }) => text.text === label);
      const on = given ?? [...posts].reverse().find((one) => !one.deleted && (channel === undefined || one.channel === channel) && has(one));
      const element = on && has(on);
      if (!on || !element) throw new Error(`there is no button "${label}"`);
      await deliver(
        "interactive",
        {
          type: "block_actions",
          user: { id: user, name: user.toLowerCase() },
          team: { id: bot.teamId },
          channel: { id: on.channel },
          container: { type: "message", message_ts: on.ts, channel_id: on.channel, ...(on.threadTs === undefined ? {} : { thread_ts: on.threadTs }) },
          message: { ts: on.ts, text: on.raw, blocks: on.blocks, ...(on.threadTs === undefined ? {} : { thread_ts: on.threadTs }) },
          actions: [{ ...element, action_ts: actionTs, type: "button" }],
        },
        how,
      );
    },
    command: (command, user, channel) =>
      envelope("slash_commands", {
        command,
        text: "",
        user_id: user,
        user_name: user.toLowerCase(),
        channel_id: channel,
        team_id: bot.teamId,
        trigger_id: `t${++serial}`,
      }),
    envelope,
    post,
    failNext(method, fault, times = 1) {
      faults.set(method, [...(faults.get(method) ?? []), ...Array.from({ length: times }, () => fault)]);
    },
    keep(bytes) {
      const id = `F${++serial}`;
      kept.set(id, Buffer.from(bytes));
      return `${base}/files/${id}`;
    },
    disconnect(how) {
      for (const socket of live) {
        if (how === "refresh") socket.send(JSON.stringify({ type: "disconnect", reason: "refresh_requested" }));
        else if (how === "cut") socket.terminate();
        else {
          live.delete(socket);
          socket.pause();
        }
      }
    },
    async close() {
      clearInterval(again);
      for (const socket of wss.clients) socket.terminate();
      wss.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
