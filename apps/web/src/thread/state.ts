import type { ChatMessage, EventPayload } from "@travelagent/protocol";
import type { Attachment, Card, MessageAction } from "@travelagent/protocol/messages";
import { wordsBeside } from "./files.ts";

type Delivery = { status: "sending" } | { status: "sent" } | { status: "failed"; reason: string };

/** One bubble of a conversation. */
export interface Entry {
  /** Our idempotency key for what was written here, else made from what is unique about it. */
  key: string;
  /** The gateway's id. A message and its answer may have the same one. */
  id?: string;
  from: "customer" | "agent" | "colleague" | "notice";
  text: string;
  cards: readonly Card[];
  attachments?: readonly Attachment[];
  /** Milliseconds since the epoch. */
  at: number;
  action?: MessageAction;
  runId?: string;
  /** Only for what was written on this page. */
  delivery?: Delivery;
  /** More of the text is still to come. */
  streaming?: true;
  /** Came as an event, so a history read at the same moment may not hold it yet. */
  live?: true;
}

export interface ThreadState {
  loaded: boolean;
  entries: readonly Entry[];
  /** Runs that work on an answer. */
  running: readonly string[];
  /** Runs whose first words were missed: their preview would start in the middle, so only their final is shown. */
  torn: readonly string[];
}

export type ThreadEvent =
  | { type: "history"; messages: readonly ChatMessage[] }
  | { type: "sending"; key: string; from: "customer" | "colleague"; text: string; action?: MessageAction; attachments?: readonly Attachment[]; at: number }
  /** The gateway has it. `id` is the run or message it became. */
  | { type: "sent"; key: string; id?: string }
  | { type: "failed"; key: string; reason: string }
  | { type: "chat"; payload: EventPayload<"chat">; at: number }
  | { type: "agent"; payload: EventPayload<"agent"> }
  | { type: "disconnected" };

export const emptyThread: ThreadState = { loaded: false, entries: [], running: [], torn: [] };

/** Every change of a conversation on the screen. No clock, no I/O. */
export function threadReducer(state: ThreadState, event: ThreadEvent): ThreadState {
  switch (event.type) {
    case "history":
      return { ...state, loaded: true, entries: mergeHistory(state.entries, event.messages) };
    case "sending": {
      const { key, from, text, action, attachments, at } = event;
      const entry: Entry = {
        key,
        from,
        text,
        cards: [],
        at,
        delivery: { status: "sending" },
        ...(action ? { action } : {}),
        ...(attachments?.length ? { attachments } : {}),
      };
      const known = state.entries.some((other) => other.key === key);
      return { ...state, entries: known ? state.entries.map((other) => (other.key === key ? { ...entry, at: other.at } : other)) : [...state.entries, entry] };
    }
    case "sent":
      return { ...state, entries: markSent(state.entries, event.key, event.id) };
    case "failed":
      return { ...state, entries: patch(state.entries, event.key, { delivery: { status: "failed", reason: event.reason } }) };
    case "agent":
      return onAgent(state, event.payload);
    case "chat":
      return onChat(state, event.payload, event.at);
    case "disconnected":
      return { ...state, running: [], torn: union(state.torn, state.running), entries: state.entries.filter((entry) => !entry.streaming) };
  }
}

/** The agency is at work and there is nothing of its answer to see yet. */
export const isTyping = (state: ThreadState): boolean => state.running.length > 0 && !state.entries.some((entry) => entry.streaming);

function onAgent(state: ThreadState, { runId, stream, data }: EventPayload<"agent">): ThreadState {
  if (stream !== "lifecycle") return state;
  if (data.phase === "start") return { ...state, running: union(state.running, [runId]) };
  if (data.phase === "end" || data.phase === "error") return settleRun(state, runId);
  return state;
}

function onChat(state: ThreadState, payload: EventPayload<"chat">, at: number): ThreadState {
  const { runId, message } = payload;
  switch (payload.state) {
    case "delta":
      return onDelta(state, payload, at);
    case "user":
      return message ? { ...state, entries: addLive(state.entries, message, payload) } : state;
    case "final": {
      const settled = settleRun({ ...state, entries: state.entries.filter((entry) => entry.key !== previewKey(runId)) }, runId);
      return message ? { ...settled, entries: addLive(settled.entries, message, payload) } : settled;
    }
    case "aborted":
      return settleRun({ ...state, entries: endPreview(state.entries, runId) }, runId);
    case "error": {
      const text = payload.errorMessage ?? "Something went wrong on our side. Please write again, or say “person” to talk to a colleague.";
      const notice: Entry = { key: `error:${runId}:${payload.seq}`, from: "notice", text, cards: [], at, live: true };
      return settleRun({ ...state, entries: [...endPreview(state.entries, runId), notice] }, runId);
    }
  }
}

function onDelta(state: ThreadState, { runId, deltaText = "", replace }: EventPayload<"chat">, at: number): ThreadState {
  const key = previewKey(runId);
  // When the model began anew, this is a start, also of an answer whose first words were missed.
  const torn = replace === true ? state.torn.filter((id) => id !== runId) : state.torn;
  const before = replace === true ? state.entries.filter((entry) => entry.key !== key) : state.entries;
  if (torn.includes(runId) || deltaText === "") return { ...state, torn, entries: before };
  const preview = before.find((entry) => entry.key === key);
  const entries = preview
    ? patch(before, key, { text: preview.text + deltaText })
    : [...before, { key, from: "agent", text: deltaText, cards: [], at, runId, streaming: true } satisfies Entry];
  return { ...state, torn, entries, running: union(state.running, [runId]) };
}

function settleRun(state: ThreadState, runId: string): ThreadState {
  return { ...state, running: state.running.filter((id) => id !== runId), torn: state.torn.filter((id) => id !== runId) };
}

const previewKey = (runId: string) => `preview:${runId}`;

const endPreview = (entries: readonly Entry[], runId: string): readonly Entry[] =>
  entries.map((entry) => {
    if (entry.key !== previewKey(runId)) return entry;
    const { streaming: _over, ...rest } = entry;
    return { ...rest, key: `aborted:${runId}` };
  });

function addLive(entries: readonly Entry[], message: ChatMessage, { runId, seq }: { runId: string; seq: number }): readonly Entry[] {
  const entry = toEntry(message, `${runId}:${seq}`);
  if (!entry) return entries;
  const ofRun = (other: Entry) =>
    other.delivery !== undefined && other.from === "customer" && entry.from === "customer" && (other.key === runId || other.runId === runId);
  // One run may answer several messages, so the run tells which one this is only when there is no id.
  const known = entries.find((other) => isSame(other, entry)) ?? (message.messageId === undefined ? entries.find(ofRun) : undefined);
  // What was written here is already on the screen: the event says that it arrived.
  if (known)
    return entries.map((other) =>
      other === known ? { ...other, ...(other.delivery ? { delivery: { status: "sent" } } : {}), ...(entry.id === undefined ? {} : { id: entry.id }) } : other,
    );
  return [...entries, { ...entry, runId, live: true }];
}

/** Are both the same message? What was written here has our key, which the gateway may have extended to its own id. */
function isSame(entry: Entry, other: Entry): boolean {
  if (entry.from !== other.from) return false;
  if (other.id !== undefined && (entry.id === other.id || (entry.delivery && (entry.runId === other.id || other.id.endsWith(entry.key))))) return true;
  const stillSending = entry.from === "colleague" && entry.delivery?.status === "sending";
  return entry.text === other.text && (entry.at === other.at || stillSending);
}

const clockSkewMs = 2 * 60_000;

/** For a history that does not give our messages the ids they were sent with. */
const looksSame = (entry: Entry, other: Entry): boolean =>
  entry.from === other.from && entry.text === other.text && Math.abs(entry.at - other.at) < clockSkewMs;

function mergeHistory(current: readonly Entry[], messages: readonly ChatMessage[]): readonly Entry[] {
  const history: Entry[] = [];
  messages.forEach((message, index) => {
    const entry = toEntry(message, `${message.timestamp}:${index}`);
    if (entry) history.push(entry);
  });
  const newest = history.at(-1)?.at ?? 0;
  const taken = new Set<number>();
  const kept = current.filter((entry) => {
    let found = history.findIndex((other) => isSame(entry, other));
    if (found < 0 && entry.delivery?.status === "sent") found = history.findIndex((other, index) => !taken.has(index) && looksSame(entry, other));
    if (found >= 0) {
      taken.add(found);
      return false;
    }
    // What was sent may still wait in the queue and reach the history later.
    return entry.streaming || entry.from === "notice" || entry.delivery !== undefined || (entry.live === true && entry.at >= newest);
  });
  return [...history, ...kept];
}

function markSent(entries: readonly Entry[], key: string, id: string | undefined): readonly Entry[] {
  const mine = entries.find((entry) => entry.key === key);
  // Its echo may have come first, under an id we did not know yet.
  const others = id === undefined || !mine ? entries : entries.filter((entry) => entry === mine || entry.id !== id || entry.from !== mine.from);
  return patch(others, key, { delivery: { status: "sent" }, ...(id === undefined ? {} : { runId: id }) });
}

/** Null for what is no talk: tool calls, tool results, empty messages. */
function toEntry(message: ChatMessage, fallbackKey: string): Entry | null {
  if (message.role !== "user" && message.role !== "assistant") return null;
  const attachments = message.attachments ?? [];
  const text = wordsBeside(textOf(message.content), attachments);
  const cards = message.cards ?? [];
  if (text === "" && cards.length === 0 && attachments.length === 0) return null;
  const action = message.action as MessageAction | undefined;
  const from = message.role === "user" ? "customer" : message.author === "operator" ? "colleague" : "agent";
  const id = message.messageId;
  return {
    key: `${from}:${id ?? fallbackKey}`,
    from,
    text,
    cards,
    at: message.timestamp,
    ...(id === undefined ? {} : { id }),
    ...(action ? { action } : {}),
    ...(attachments.length > 0 ? { attachments } : {}),
  };
}

function textOf(content: ChatMessage["content"]): string {
  if (typeof content === "string") return content.trim();
  return content
    .flatMap((block) => (block.type === "text" && typeof block.text === "string" ? [block.text] : []))
    .join("\n")
    .trim();
}

const patch = (entries: readonly Entry[], key: string, change: Partial<Entry>): readonly Entry[] =>
  entries.map((entry) => (entry.key === key ? { ...entry, ...change } : entry));
const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])];
