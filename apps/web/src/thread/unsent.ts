import type { Attachment } from "@travelagent/protocol/messages";

/** What was written and is not known to have arrived. */
export interface UnsentMessage {
  /** Idempotency key: sent again under it, the message arrives once. */
  key: string;
  text: string;
  /** Uploaded already. */
  attachments?: readonly Attachment[];
  /** When it was written, in milliseconds since the epoch. */
  at: number;
}

/** Messages that survive a reload of the page. A browser that keeps nothing makes them short-lived, never an error. */
export interface Unsent {
  all(): UnsentMessage[];
  add(message: UnsentMessage): void;
  remove(key: string): void;
}

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** The unsent messages of one session, also after the browser was closed. `store` is asked for each time, since reading `localStorage` itself may throw. */
export function unsentMessages(store: () => Store, sessionKey: string): Unsent {
  const name = `travelagent:unsent:${sessionKey}`;
  const write = (messages: UnsentMessage[]) => {
    try {
      if (messages.length === 0) store().removeItem(name);
      else store().setItem(name, JSON.stringify(messages));
    } catch {
      // Full or forbidden: the message is on its way all the same.
    }
  };
  const all = (): UnsentMessage[] => {
    try {
      const found: unknown = JSON.parse(store().getItem(name) ?? "[]");
      return Array.isArray(found) ? found.filter(isMessage) : [];
    } catch {
      return [];
    }
  };
  return {
    all,
    add: (message) => write([...all().filter(({ key }) => key !== message.key), message]),
    remove: (key) => write(all().filter((message) => message.key !== key)),
  };
}

function isMessage(value: unknown): value is UnsentMessage {
  const { key, text, at } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  return typeof key === "string" && typeof text === "string" && typeof at === "number";
}
