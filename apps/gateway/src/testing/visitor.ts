import { openWire, type WireClient } from "./wire-client.ts";

/** A customer on the web chat, known by their cookie. */
export interface Visitor {
  readonly cookie: string;
  readonly sessionKey: string;
  readonly wire: WireClient;
  /** Sends a message; resolves when it is accepted. */
  say(message: string, idempotencyKey: string): Promise<void>;
  /** What was said to the customer, oldest first. */
  heard(): Promise<string[]>;
}

/** `cookie` is that of one who was here before; many visitors of one address are slowed down together, so they may come from others. */
export async function visit(url: string, cookie?: string, localAddress?: string): Promise<Visitor> {
  const own = cookie ?? (await fetch(`${url}/chat`)).headers.get("set-cookie")!.split(";")[0]!;
  const wire = await openWire(url, { headers: { cookie: own }, ...(localAddress === undefined ? {} : { localAddress }) });
  const client = { id: "webchat", version: "1", platform: "web", mode: "webchat" };
  const hello = await wire.ask("connect", { minProtocol: 3, maxProtocol: 4, role: "visitor", client });
  if (!hello.ok) throw new Error(`a visitor was refused: ${JSON.stringify(hello.error)}`);
  const { sessionDefaults } = hello.payload!.snapshot as { sessionDefaults: { mainSessionKey: string } };
  const sessionKey = sessionDefaults.mainSessionKey;
  return {
    cookie: own,
    sessionKey,
    wire,
    async say(message, idempotencyKey) {
      const sent = await wire.ask("chat.send", { sessionKey, message, idempotencyKey });
      if (!sent.ok) throw new Error(`"${message}" was refused: ${JSON.stringify(sent.error)}`);
    },
    async heard() {
      const { payload } = await wire.ask("chat.history", { sessionKey });
      const messages = (payload?.messages ?? []) as { role: string; content: string | { text?: string }[] }[];
      return messages
        .filter(({ role }) => role === "assistant")
        .map(({ content }) => (typeof content === "string" ? content : content.map(({ text = "" }) => text).join("")));
    },
  };
}
