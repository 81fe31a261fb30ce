import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { InlineKeyboardMarkup, Message, Update } from "grammy/types";

/** How the next call of a method goes wrong. */
export type BotApiFault =
  /** Telegram refuses it. */
  | { status: number; description?: string; retryAfter?: number }
  /** It takes place, and the answer is lost on the way. */
  | "lost"
  /** It takes place, and no answer comes for as long as the caller waits. */
  | "held"
  /** No answer comes for as long as the caller waits. */
  | "hang"
  /** An answer that is no JSON, as proxies give one. */
  | "html";

/** A message somebody got from the bot, as Telegram keeps it. */
export interface Shown {
  chatId: string;
  threadId?: number;
  messageId: number;
  text: string;
  parseMode?: string;
  replyTo?: number;
  keyboard?: InlineKeyboardMarkup["inline_keyboard"];
  /** Of a message that is a file: the method it came by. */
  file?: { method: string; name: string; bytes: Buffer };
  place?: { latitude: number; longitude: number };
  at: number;
}

/** The Bot API on this machine, for one bot: what people write, what they get to see, and what goes wrong. */
export interface BotApi {
  /** For `apiRoot`. */
  readonly url: string;
  readonly token: string;
  readonly bot: { id: number; username: string };
  /** Its own ledger: what people got to see, in order. */
  readonly shown: readonly Shown[];
  /** Calls so far, by method. */
  calls(method: string): number;
  /** Signs the bot put under messages, as `chat:message` and what stands there now. */
  readonly reactions: ReadonlyMap<string, string>;
  /** What was shown while it was written: each version, in order. */
  readonly drafts: readonly { chatId: string; draftId: number; text: string }[];
  /** Stores a file that a message can bring; its `file_id`. */
  addFile(bytes: Uint8Array, path: string): string;
  /** The chats in which the bot shows that it writes. */
  readonly typing: readonly string[];
  /** A person writes. Resolves with the update's id. */
  write(message: Partial<Message> & { text?: string }, from?: { id: number; first_name: string; is_bot?: boolean; last_name?: string }): number;
  /** A person presses the button with this label on the newest message that has one. */
  press(label: string, from?: { id: number; first_name: string }): number;
  /** Any update. */
  update(update: Omit<Update, "update_id">): number;
  /** Updates that the bot has not acknowledged yet. */
  waiting(): number;
  /** `times` calls of the method go wrong, once `after` have gone well. */
  failNext(method: string, fault: BotApiFault, times?: number, after?: number): void;
  /** What was set, if any. */
  readonly webhook: { url: string; secret?: string } | undefined;
  /** Posts to the webhook; the answer's status. */
  post(updateId: number): Promise<number>;
  close(): Promise<void>;
}

const ana = { id: 4001, first_name: "Ana", last_name: "Silva", is_bot: false };

/** As Telegram reads it: only what it knows may stand between angle brackets, and what is opened is closed. */
function markupProblem(text: string): string | undefined {
  const open: string[] = [];
  for (const [, closing, name = ""] of text.matchAll(/<(\/?)([a-z]*)[^>]*>/g)) {
    if (!["b", "i", "s", "u", "a", "code", "pre", "blockquote", "tg-spoiler"].includes(name)) return `Unsupported start tag "${name}"`;
    if (closing === "") open.push(name);
    else if (open.pop() !== name) return `Unexpected end tag "${name}"`;
  }
  return open.length > 0 || /<(?![/a-z])/.test(text) ? "Can't find end tag" : undefined;
}

const visible = (html: string): string =>
  html
    .replace(/<[^>]*>/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&");

/** JSON, or a form with files in it, whose other fields are JSON where they are more than text. */
async function paramsOf(request: IncomingMessage, body: Buffer): Promise<Record<string, unknown>> {
  const type = request.headers["content-type"] ?? "";
  if (body.length === 0) return {};
  if (!type.startsWith("multipart/form-data")) return JSON.parse(body.toString()) as Record<string, unknown>;
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  const params: Record<string, unknown> = {};
  const attached = new Map<string, { name: string; bytes: Buffer }>();
  for (const [name, value] of form) {
    if (typeof value !== "string") attached.set(name, { name: value.name, bytes: Buffer.from(await value.arrayBuffer()) });
    else params[name] = /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value;
  }
  for (const [name, value] of Object.entries(params))
    if (typeof value === "string" && value.startsWith("attach://")) params[name] = attached.get(value.slice("attach://".length));
  return params;
}

export async function startBotApi({ token = `700100:${"A".repeat(35)}` }: { token?: string } = {}): Promise<BotApi> {
  const bot = { id: Number(token.split(":")[0]), username: "agency_bot" };
  const shown: Shown[] = [];
  const typing: string[] = [];
  const reactions = new Map<string, string>();
  const drafts: { chatId: string; draftId: number; text: string }[] = [];
  const files = new Map<string, { path: string; bytes: Uint8Array }>();
  const counts = new Map<string, number>();
  const faults = new Map<string, (BotApiFault | undefined)[]>();
  const held = new Set<ServerResponse>();
  let updates: Update[] = [];
  let lastUpdate = 0;
  let lastMessage = 100;
  let polling: { offset: number; answer: () => void } | undefined;
  let webhook: { url: string; secret?: string } | undefined;

  const ok = (response: ServerResponse, result: unknown): ServerResponse =>
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ok: true, result }));
  const refuse = (response: ServerResponse, status: number, description: string, parameters?: object): ServerResponse =>
    response
      .writeHead(status, { "content-type": "application/json" })
      .end(JSON.stringify({ ok: false, error_code: status, description, ...(parameters ? { parameters } : {}) }));

  const update = (given: Omit<Update, "update_id">): number => {
    lastUpdate += 1;
    updates.push({ update_id: lastUpdate, ...given });
    polling?.answer();
    return lastUpdate;
  };

  function sendMessage(params: Record<string, unknown>, response: ServerResponse, fault: BotApiFault | undefined): unknown {
    const text = String(params.text ?? "");
    const html = params.parse_mode === "HTML";
    const problem = html ? markupProblem(text) : undefined;
    if (problem) return refuse(response, 400, `Bad Request: can't parse entities: ${problem}`);
    const plain = html ? visible(text) : text;
    if (plain.trim() === "") return refuse(response, 400, "Bad Request: message text is empty");
    if (plain.length > 4096) return refuse(response, 400, "Bad Request: message is too long");
    return keep(params, { text: plain, ...(html ? { parseMode: "HTML" } : {}) }, response, fault);
  }

  function sendFile(method: string, params: Record<string, unknown>, response: ServerResponse, fault: BotApiFault | undefined): unknown {
    const field = method.slice("send".length).toLowerCase();
    const given = params[field] as { name: string; bytes: Buffer } | undefined;
    if (!given?.bytes) return refuse(response, 400, `Bad Request: there is no ${field} in the request`);
    if (given.bytes.length === 0) return refuse(response, 400, "Bad Request: file must be non-empty");
    return keep(params, { text: "", file: { method, ...given } }, response, fault);
  }

  /** What everybody gets to see, with its place, quote and buttons. */
  function keep(
    params: Record<string, unknown>,
    what: Pick<Shown, "text"> & Partial<Shown>,
    response: ServerResponse,
    fault: BotApiFault | undefined,
  ): unknown {
    lastMessage += 1;
    const keyboard = (params.reply_markup as InlineKeyboardMarkup | undefined)?.inline_keyboard;
    const reply = params.reply_parameters as { message_id: number } | undefined;
    const one: Shown = {
      chatId: String(params.chat_id),
      messageId: lastMessage,
      at: Date.now(),
      ...(params.message_thread_id === undefined ? {} : { threadId: Number(params.message_thread_id) }),
      ...(reply ? { replyTo: reply.message_id } : {}),
      ...(keyboard ? { keyboard } : {}),
      ...what,
    };
    shown.push(one);
    if (fault === "lost") return response.destroy();
    if (fault === "held") {
      held.add(response);
      return response.once("close", () => held.delete(response));
    }
    return ok(response, { message_id: one.messageId, date: Math.floor(one.at / 1000), chat: { id: Number(one.chatId), type: "private" }, text: what.text });
  }

  function getUpdates(params: Record<string, unknown>, response: ServerResponse): unknown {
    const offset = Number(params.offset ?? 0);
    if (webhook) return refuse(response, 409, "Conflict: can't use getUpdates method while webhook is active");
    if (polling) {
      return refuse(response, 409, "Conflict: terminated by other getUpdates request");
    }
    // A higher number acknowledges what came before it.
    updates = updates.filter(({ update_id }) => update_id >= offset);
    const give = (): void => {
      clearTimeout(timer);
      polling = undefined;
      ok(response, updates.slice(0, Number(params.limit ?? 100)));
    };
    const timer = setTimeout(give, Number(params.timeout ?? 0) * 1000);
    polling = { offset, answer: give };
    response.once("close", () => {
      clearTimeout(timer);
      if (polling?.answer === give) polling = undefined;
    });
    if (updates.length > 0) give();
    return undefined;
  }

  function download(url: string, response: ServerResponse): ServerResponse {
    const [, given, path = ""] = /^\/file\/bot([^/]+)\/(.+)$/.exec(url) ?? [];
    const file = [...files.values()].find((one) => one.path === decodeURIComponent(path));
    if (given !== token || !file) return response.writeHead(404).end();
    return response.writeHead(200, { "content-type": "application/octet-stream" }).end(file.bytes);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url?.startsWith("/file/")) return download(request.url, response);
    const [, given, method = ""] = /^\/bot([^/]+)\/(\w+)/.exec(request.url ?? "") ?? [];
    counts.set(method, (counts.get(method) ?? 0) + 1);
    if (given !== token) return refuse(response, 401, "Unauthorized");
    const params = await paramsOf(request, Buffer.concat(chunks));
    const fault = faults.get(method)?.shift();
    if (fault === "hang") {
      held.add(response);
      return response.once("close", () => held.delete(response));
    }
    if (fault === "html") return response.writeHead(502, { "content-type": "text/html" }).end("<html>502 Bad Gateway</html>");
    if (typeof fault === "object")
      return refuse(response, fault.status, fault.description ?? "Bad Request", fault.retryAfter === undefined ? undefined : { retry_after: fault.retryAfter });
    return carryOut(method, params, response, fault);
  }

  function carryOut(method: string, params: Record<string, unknown>, response: ServerResponse, fault: BotApiFault | undefined): unknown {
    switch (method) {
      case "getMe":
        return ok(response, { id: bot.id, is_bot: true, first_name: "Agency", username: bot.username });
      case "getUpdates":
        return getUpdates(params, response);
      case "sendMessage":
        return sendMessage(params, response, fault);
      case "sendPhoto":
      case "sendVideo":
      case "sendVoice":
      case "sendAudio":
      case "sendDocument":
        return sendFile(method, params, response, fault);
      case "sendLocation":
        return keep(params, { text: "", place: { latitude: Number(params.latitude), longitude: Number(params.longitude) } }, response, fault);
      case "sendMessageDraft":
        drafts.push({ chatId: String(params.chat_id), draftId: Number(params.draft_id), text: String(params.text) });
        return ok(response, true);
      case "setMessageReaction": {
        const key = `${String(params.chat_id)}:${String(params.message_id)}`;
        const [first] = (params.reaction ?? []) as { emoji: string }[];
        if (first) reactions.set(key, first.emoji);
        else reactions.delete(key);
        return ok(response, true);
      }
      case "editMessageText": {
        const one = shown.find(({ messageId, chatId }) => messageId === Number(params.message_id) && chatId === String(params.chat_id));
        if (!one) return refuse(response, 400, "Bad Request: message to edit not found");
        const text = params.parse_mode === "HTML" ? visible(String(params.text)) : String(params.text);
        if (text === one.text) return refuse(response, 400, "Bad Request: message is not modified");
        one.text = text;
        return ok(response, { message_id: one.messageId, date: 0, chat: { id: Number(one.chatId), type: "private" }, text });
      }
      case "getFile": {
        const file = files.get(String(params.file_id));
        if (!file) return refuse(response, 400, "Bad Request: wrong file_id or the file is temporarily unavailable");
        return ok(response, { file_id: params.file_id, file_unique_id: "u", file_size: file.bytes.length, file_path: file.path });
      }
      case "sendChatAction":
        typing.push(String(params.chat_id));
        return ok(response, true);
      case "setWebhook":
        webhook = { url: String(params.url), ...(params.secret_token === undefined ? {} : { secret: String(params.secret_token) }) };
        return ok(response, true);
      case "deleteWebhook":
        webhook = undefined;
        return ok(response, true);
      case "answerCallbackQuery":
        return ok(response, true);
      case "editMessageReplyMarkup": {
        const one = shown.find(({ messageId }) => messageId === Number(params.message_id));
        if (one) delete one.keyboard;
        return ok(response, true);
      }
      default:
        return refuse(response, 404, `Not Found: method ${method} not found`);
    }
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const seconds = () => Math.floor(Date.now() / 1000);

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    bot,
    shown,
    typing,
    reactions,
    drafts,
    addFile(bytes, path) {
      const id = `file-${files.size + 1}`;
      files.set(id, { path, bytes });
      return id;
    },
    calls: (method) => counts.get(method) ?? 0,
    write(message, from = ana) {
      lastMessage += 1;
      const chat = message.chat ?? { id: from.id, type: "private" as const, first_name: from.first_name };
      return update({
        message: { message_id: lastMessage, date: seconds(), chat, from: { is_bot: false, ...from }, ...message } as Message & Update.NonChannel,
      });
    },
    press(label, from = ana) {
      const found = shown.findLast(({ keyboard }) => keyboard?.flat().some((button) => button.text === label));
      const button = found?.keyboard?.flat().find(({ text }) => text === label);
      if (!found || !button || !("callback_data" in button)) throw new Error(`there is no button "${label}"`);
      const message = {
        message_id: found.messageId,
        date: Math.floor(found.at / 1000),
        chat: { id: Number(found.chatId), type: "private", first_name: from.first_name },
        text: found.text,
        reply_markup: { inline_keyboard: found.keyboard },
      };
      return update({
        callback_query: { id: `q${lastUpdate + 1}`, from: { is_bot: false, ...from }, chat_instance: "1", data: button.callback_data, message },
      } as unknown as Omit<Update, "update_id">);
    },
    update,
    waiting: () => updates.length,
    failNext(method, fault, times = 1, after = 0) {
      const queue = faults.get(method) ?? [];
      for (let count = 0; count < after; count += 1) queue.push(undefined);
      for (let count = 0; count < times; count += 1) queue.push(fault);
      faults.set(method, queue);
    },
    get webhook() {
      return webhook;
    },
    async post(updateId) {
      const one = updates.find(({ update_id }) => update_id === updateId);
      if (!webhook || !one) throw new Error("there is no webhook, or no such update");
      const answered = await fetch(webhook.url, {
        method: "POST",
        headers: { "content-type": "application/json", ...(webhook.secret === undefined ? {} : { "x-telegram-bot-api-secret-token": webhook.secret }) },
        body: JSON.stringify(one),
      });
      if (answered.ok) updates = updates.filter(({ update_id }) => update_id !== updateId);
      return answered.status;
    },
    async close() {
      for (const response of held) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
