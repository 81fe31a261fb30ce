import { randomUUID } from "node:crypto";
import type { BotApi } from "@travelagent/channel-telegram/testing";
import type { GatewayProcess } from "../gateway-process.ts";
import { visit } from "../visitor.ts";
import { openWire, type WireClient } from "../wire-client.ts";

/** How somebody reaches the agency. */
export interface Way {
  readonly sessionKey: string;
  /** The answer as it arrives there. */
  say(message: string): Promise<string>;
  /** Everything that ever arrived there. */
  seen(): Promise<string>;
  /** The socket of their own, where there is one. */
  readonly wire?: WireClient;
}

/** Who opens the ways: an operator's socket, and where the gateway is. */
export interface Desk {
  gateway: Pick<GatewayProcess, "url" | "token">;
  wire: WireClient;
}

/** Many visitors of one address are slowed down together. */
const addressOf = (number: number): string => `127.0.0.${2 + (number % 10)}`;

const said = async (wire: WireClient, sessionKey: string) =>
  ((await wire.ask("chat.history", { sessionKey, limit: 1000 })).payload?.messages ?? []) as { role: string; messageId?: string }[];

/** Sends from one socket; the desk knows when it was answered. */
async function send(desk: Desk, from: WireClient, sessionKey: string, message: string): Promise<string> {
  const { payload, error } = await from.ask("chat.send", { sessionKey, message, idempotencyKey: randomUUID() });
  if (error) throw new Error(`${sessionKey} may not write: ${error.code} ${error.message}`);
  const ended = await desk.wire.ask("agent.wait", { runId: payload!.runId, timeoutMs: 40_000 });
  if (ended.payload?.status !== "ok") throw new Error(`${sessionKey} was not answered: ${JSON.stringify(ended.payload ?? ended.error)}`);
  return JSON.stringify((await said(from, sessionKey)).findLast(({ role, messageId }) => role === "assistant" && messageId === payload!.runId) ?? "");
}

const overSocket = (desk: Desk, sessionKey: string, wire: WireClient): Way => ({
  sessionKey,
  wire,
  say: (message) => send(desk, wire, sessionKey, message),
  seen: async () => JSON.stringify([wire.frames, await said(wire, sessionKey)]),
});

/** A visitor of the web chat. */
export async function overWebChat(desk: Desk, number: number): Promise<Way> {
  const { sessionKey, wire } = await visit(desk.gateway.url, undefined, addressOf(number));
  return overSocket(desk, sessionKey, wire);
}

/** A conversation that people of the agency have for somebody. */
export function overDesk(desk: Desk, number: number): Way {
  const sessionKey = `agent:main:desk${number}`;
  return {
    sessionKey,
    say: (message) => send(desk, desk.wire, sessionKey, message),
    seen: async () => JSON.stringify(await said(desk.wire, sessionKey)),
  };
}

/** A program that speaks for a user of its own. */
export function overProgram({ gateway }: Desk, number: number): Way {
  const answers: string[] = [];
  return {
    sessionKey: `agent:main:openai-user:user-${number}`,
    async say(content) {
      const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${gateway.token}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "travelagent", user: `user-${number}`, messages: [{ role: "user", content }] }),
      });
      answers.push(await answer.text());
      if (answer.status !== 200) throw new Error(`user-${number} was not answered: ${answer.status} ${answers.at(-1)}`);
      return answers.at(-1)!;
    },
    seen: async () => answers.join("\n"),
  };
}

export const chatOf = (number: number): number => 50_000 + number;

/** A chat of Telegram. `forward`: the message is passed on, written by somebody else. */
export function overTelegram(api: BotApi, number: number): Way & { forward(message: string): Promise<string> } {
  const id = chatOf(number);
  const shown = () => api.shown.filter(({ chatId }) => chatId === String(id)).map(({ text }) => text);
  const say = async (text: string, more: Parameters<BotApi["write"]>[0] = {}): Promise<string> => {
    const before = shown().length;
    api.write({ text, ...more }, { id, first_name: `Chat ${number}` });
    for (const end = Date.now() + 40_000; shown().length === before; await new Promise((resolve) => setTimeout(resolve, 50)))
      if (Date.now() > end) throw new Error(`chat ${id} was not answered`);
    return shown().slice(before).join("\n");
  };
  return {
    sessionKey: `agent:main:telegram:dm:${id}`,
    say: (message) => say(message),
    forward: (message) => say(message, { forward_origin: { type: "hidden_user", sender_user_name: "Somebody", date: 1 } }),
    seen: async () => shown().join("\n"),
  };
}

/** Lets a browser in by a link; its cookie. */
export async function openPage(url: string, link: string): Promise<string> {
  const answer = await fetch(`${url}/portal/api/open`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-travelagent-csrf": "1", origin: url },
    body: JSON.stringify({ token: link.split("#")[1] }),
  });
  if (!answer.ok) throw new Error(`the link opens nothing: ${answer.status} ${await answer.text()}`);
  return answer.headers.get("set-cookie")!.split(";")[0]!;
}

/** The page of a customer, and the conversation on it. */
export async function overPortal(desk: Desk, number: number, customerId: string): Promise<Way> {
  const { url } = desk.gateway;
  const invited = await desk.wire.ask("portal.invite", { customerId, idempotencyKey: randomUUID() });
  const cookie = await openPage(url, invited.payload!.url as string);
  const wire = await openWire(url, { headers: { cookie }, origin: url, localAddress: addressOf(number) });
  const client = { id: "webchat-ui", version: "1", platform: "web", mode: "portal" };
  const hello = await wire.ask("connect", { minProtocol: 3, maxProtocol: 4, role: "visitor", client });
  if (!hello.ok) throw new Error(`a page was refused: ${JSON.stringify(hello.error)}`);
  const { mainSessionKey } = (hello.payload!.snapshot as { sessionDefaults: { mainSessionKey: string } }).sessionDefaults;
  const way = overSocket(desk, mainSessionKey, wire);
  const home = async () => (await fetch(`${url}/portal/api/home`, { headers: { cookie } })).text();
  return { ...way, seen: async () => `${await way.seen()}\n${await home()}` };
}
