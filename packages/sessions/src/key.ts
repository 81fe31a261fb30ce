import { TravelAgentError } from "@travelagent/protocol";

/** What a session belongs to. `sessionKey` writes it as one string, `parseSessionKey` reads it back. */
export type SessionRoute =
  | { kind: "main"; agentId: string; mainKey?: string }
  /** A direct chat: by peer, by channel and peer, or by channel, account and peer. */
  | { kind: "direct"; agentId: string; channel?: string; accountId?: string; peerId: string; threadId?: string }
  | { kind: "group" | "channel"; agentId: string; channel: string; peerId: string; threadId?: string }
  | { kind: "customer"; agentId: string; customerId: string }
  | { kind: "booking"; agentId: string; reference: string }
  | { kind: "subagent"; agentId: string; id: string }
  | { kind: "cron"; agentId?: string; jobId: string }
  | { kind: "hook"; agentId?: string; id: string }
  | { kind: "openai"; agentId: string; id: string }
  | { kind: "openai-user"; agentId: string; user: string }
  | { kind: "slash"; agentId?: string; channel: string; userId: string }
  | { kind: "node"; nodeId: string }
  | { kind: "global" }
  /** A key of no known form. It names a session all the same. */
  | { kind: "other"; agentId?: string; name: string };

export const DEFAULT_AGENT = "main";
const DEFAULT_ACCOUNT = "default";
const DEFAULT_MAIN_KEY = "main";

/** Second words of keys: a channel of such a name would make two routes one key. */
const reserved = new Set(["dm", "customer", "booking", "subagent", "cron", "hook", "openai", "openai-user"]);

/**
 * An agent, account or channel id as it stands in keys and paths: `[a-z0-9][a-z0-9_-]{0,63}`.
 * Other characters become `-`; nothing left becomes `fallback`.
 */
export function normalizeId(id: string, fallback: string): string {
  const clean = id
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^[-_]+/, "")
    .slice(0, 64)
    .replace(/-+$/, "");
  return clean === "" ? fallback : clean;
}

export const normalizeAgentId = (id: string) => normalizeId(id, DEFAULT_AGENT);

/**
 * The key of a route, all in lower case. Two routes that differ in more than case never share a key: what strangers
 * choose (a peer id, a thread id) cannot write a separator.
 * Raises `INVALID_REQUEST` for an empty id and for a channel with a reserved name.
 */
export function sessionKey(route: SessionRoute): string {
  const agent = "agentId" in route && route.agentId !== undefined ? `agent:${normalizeAgentId(route.agentId)}` : undefined;
  switch (route.kind) {
    case "main":
      return `${agent}:${normalizeId(route.mainKey ?? "", DEFAULT_MAIN_KEY)}`;
    case "direct": {
      const channel = route.channel === undefined ? "" : `:${channelName(route.channel)}`;
      const account = route.accountId === undefined || channel === "" ? "" : `:${normalizeId(route.accountId, DEFAULT_ACCOUNT)}`;
      return `${agent}${channel}${account}:dm:${part(route.peerId)}${thread(route.threadId)}`;
    }
    case "group":
    case "channel":
      return `${agent}:${channelName(route.channel)}:${route.kind}:${part(route.peerId)}${thread(route.threadId, route.kind === "group" ? route.channel : undefined)}`;
    case "customer":
      return `${agent}:customer:${part(route.customerId)}`;
    case "booking":
      return `${agent}:booking:${part(route.reference)}`;
    case "subagent":
      return `${agent}:subagent:${part(route.id)}`;
    case "cron":
      return [agent, "cron", rest(route.jobId)].filter(Boolean).join(":");
    case "hook":
      return [agent, "hook", rest(route.id)].filter(Boolean).join(":");
    case "openai":
      return `${agent}:openai:${part(route.id)}`;
    case "openai-user":
      return `${agent}:openai-user:${part(route.user)}`;
    case "slash":
      return [agent, channelName(route.channel), "slash", part(route.userId)].filter(Boolean).join(":");
    case "node":
      return `node-${rest(route.nodeId)}`;
    case "global":
      return "global";
    case "other":
      return [agent, rest(route.name)].filter(Boolean).join(":");
  }
}

/** Total: every string is some route; what has no known form is `other`. Ids come back in lower case. */
export function parseSessionKey(key: string): SessionRoute {
  const words = key.trim().toLowerCase().split(":");
  if (words[0] === "agent" && words.length >= 3 && words[1]) return parseAgentKey(normalizeAgentId(words[1]), words.slice(2));
  const text = words.join(":");
  if (text === "global") return { kind: "global" };
  if (words[0] === "cron" && text.length > 5) return { kind: "cron", jobId: decode(text.slice(5)) };
  if (words[0] === "hook" && text.length > 5) return { kind: "hook", id: decode(text.slice(5)) };
  if (words[1] === "slash" && words[0] && words.length > 2) return { kind: "slash", channel: words[0], userId: tail(words, 2) };
  if (text.startsWith("node-") && text.length > 5) return { kind: "node", nodeId: decode(text.slice(5)) };
  return { kind: "other", name: decode(text) };
}

function parseAgentKey(agentId: string, words: string[]): SessionRoute {
  const [first = "", second = ""] = words;
  const other: SessionRoute = { kind: "other", agentId, name: decode(words.join(":")) };
  if (words.length === 1) return first === normalizeId(first, "") && first !== "" ? { kind: "main", agentId, mainKey: first } : other;
  const id = tail(words, 1);
  if (id === "") return other;
  switch (first) {
    case "dm":
      return { kind: "direct", agentId, ...peer(words, 1) };
    case "customer":
      return { kind: "customer", agentId, customerId: id };
    case "booking":
      return { kind: "booking", agentId, reference: id };
    case "subagent":
      return { kind: "subagent", agentId, id };
    case "cron":
      return { kind: "cron", agentId, jobId: id };
    case "hook":
      return { kind: "hook", agentId, id };
    case "openai":
      return { kind: "openai", agentId, id };
    case "openai-user":
      return { kind: "openai-user", agentId, user: id };
  }
  if (first === "" || first !== normalizeId(first, "")) return other;
  if (words.length >= 3 && tail(words, 2) !== "") {
    if (second === "dm") return { kind: "direct", agentId, channel: first, ...peer(words, 2) };
    if (second === "group" || second === "channel") return { kind: second, agentId, channel: first, ...peer(words, 2) };
    if (second === "slash") return { kind: "slash", agentId, channel: first, userId: tail(words, 2) };
    if (words[2] === "dm" && tail(words, 3) !== "" && second === normalizeId(second, "")) {
      return { kind: "direct", agentId, channel: first, accountId: second, ...peer(words, 3) };
    }
  }
  return other;
}

/** The key without its thread or topic; undefined when it has none. */
export function parentSessionKey(key: string): string | undefined {
  const at = Math.max(key.lastIndexOf(":thread:"), key.lastIndexOf(":topic:"));
  return at > 0 ? key.slice(0, at) : undefined;
}

/** The agent whose directory and rules apply to a key. */
export function agentOfKey(key: string): string {
  const route = parseSessionKey(key);
  return ("agentId" in route ? route.agentId : undefined) ?? DEFAULT_AGENT;
}

function peer(words: string[], from: number): { peerId: string; threadId?: string } {
  const marker = words.at(-2);
  if (words.length - 2 > from && (marker === "thread" || marker === "topic") && words.at(-1) !== "") {
    return { peerId: tail(words.slice(0, -2), from), threadId: tail(words, words.length - 1) };
  }
  return { peerId: tail(words, from) };
}

const tail = (words: string[], from: number) => decode(words.slice(from).join(":"));

function channelName(channel: string): string {
  const name = normalizeId(channel, "");
  if (name === "" || reserved.has(name)) throw new TravelAgentError("INVALID_REQUEST", `a channel cannot be called "${channel}"; choose another name`);
  return name;
}

const thread = (threadId: string | undefined, channel?: string) =>
  threadId === undefined ? "" : `:${channel?.toLowerCase() === "telegram" ? "topic" : "thread"}:${part(threadId)}`;

/** An id as one word of a key. */
const part = (id: string) => encode(id, /[%:\s\p{Cc}]/gu);
/** An id that stands last and may hold separators of its own. */
const rest = (id: string) => encode(id, /[%\s\p{Cc}]/gu);

function encode(id: string, unsafe: RegExp): string {
  const text = id.trim().toLowerCase();
  if (text === "") throw new TravelAgentError("INVALID_REQUEST", "an empty id cannot be part of a session key");
  return text.replace(unsafe, (character) => encodeURIComponent(character).toLowerCase());
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
