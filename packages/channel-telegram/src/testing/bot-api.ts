import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { InlineKeyboardMarkup, Message, Update } from "grammy/types";

/** How the next call of a method goes wrong. */
export type BotApiFault =
  /** Telegram refuses it. */
  | { status: number; description?: string; retryAfter?: number }
  /** It takes place, and the answer is lost on the way. */
  | "lost"
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

export async function startBotApi({ token = `700100:${"A".repeat(35)}` }: { token?: string } = {}): Promise<BotApi> {
  const bot = { id: Number(token.split(":")[0]), username: "agency_bot" };
  const shown: Shown[] = [];
  const typing: string[] = [];
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

  function sendMessage(params: Record<string, unknown>, response: ServerResponse, lost: boolean): unknown {
    const text = String(params.text ?? "");
    const html = params.parse_mode === "HTML";
    const problem = html ? markupProblem(text) : undefined;
    if (problem) return refuse(response, 400, `Bad Request: can't parse entities: ${problem}`);
    const plain = html ? visible(text) : text;
    if (plain.trim() === "") return refuse(response, 400, "Bad Request: message text is empty");
    if (plain.length > 4096) return refuse(response, 400, "Bad Request: message is too long");
    lastMessage += 1;
    const reply = params.reply_parameters as { message_id: number } | undefined;
    const keyboard = (params.reply_markup as InlineKeyboardMarkup | undefined)?.inline_keyboard;
    const one: Shown = {
      chatId: String(params.chat_id),
      messageId: lastMessage,
      text: plain,
      at: Date.now(),
      ...(params.message_thread_id === undefined ? {} : { threadId: Number(params.message_thread_id) }),
      ...(html ? { parseMode: "HTML" } : {}),
      ...(reply ? { replyTo: reply.message_id } : {}),
      ...(keyboard ? { keyboard } : {}),
    };
    shown.push(one);
    if (lost) return response.destroy();
    return ok(response, { message_id: one.messageId, date: Math.floor(one.at / 1000), chat: { id: Number(one.chatId), type: "private" }, text: plain });
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

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [, given, method = ""] = /^\/bot([^/]+)\/(\w+)/.exec(request.url ?? "") ?? [];
    counts.set(method, (counts.get(method) ?? 0) + 1);
    if (given !== token) return refuse(response, 401, "Unauthorized");
    const params = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
    const fault = faults.get(method)?.shift();
    if (fault === "hang") {
      held.add(response);
      return response.once("close", () => held.delete(response));
    }
    if (fault === "html") return response.writeHead(502, { "content-type": "text/html" }).end("<html>502 Bad Gateway</html>");
    if (typeof fault === "object")
      return refuse(response, fault.status, fault.description ?? "Bad Request", fault.retryAfter === undefined ? undefined : { retry_after: fault.retryAfter });
    switch (method) {
      case "getMe":
        return ok(response, { id: bot.id, is_bot: true, first_name: "Agency", username: bot.username });
      case "getUpdates":
        return getUpdates(params, response);
      case "sendMessage":
        return sendMessage(params, response, fault === "lost");
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
