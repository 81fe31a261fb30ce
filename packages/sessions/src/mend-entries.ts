import type { AssistantMessage, ToolResultMessage, TranscriptEntry } from "@travelagent/protocol/messages";
import type { StoredEntry } from "./open-transcript.ts";
import { interruptedResult } from "./repair.ts";

/** Puts entries right as they pass, one after the other. */
export interface EntryMender {
  /** What is to stand in the place of this entry; nothing where it has to go. */
  push(entry: StoredEntry): StoredEntry[];
  /** What the end lacks: results of calls that nobody will answer. */
  end(): TranscriptEntry[];
  /** Whether `push` gave anything else than what it got. */
  readonly changed: boolean;
}

interface OpenGroup {
  assistant: TranscriptEntry;
  /** Ids of calls without a result, to the name of the tool. */
  waiting: Map<string, string>;
  /** The new id of a call whose stored one is empty or taken, by the stored one. */
  renamed: Map<string, string[]>;
}

/**
 * What a crash, a full disk or a hand can leave, made into what every model provider accepts: each entry has an id of its own,
 * each call an id of its own and, right behind it, one result; no result is without its call; a message that stopped for a tool
 * has a call. Pushing what it gave back changes nothing. Memory grows with the number of entries, not with their size.
 */
export function createMender(now: () => number): EntryMender {
  const ids = new Set<string>();
  const callIds = new Set<string>();
  let parentId: string | null = null;
  let open: OpenGroup | undefined;
  let changed = false;
  /** The parent to name instead: of entries that went, that got another id, or that something was put behind. */
  const relinked = new Map<string, string | null>();

  const freeId = (wanted: string, taken: ReadonlySet<string>): string => {
    if (wanted !== "" && !taken.has(wanted)) return wanted;
    for (let count = 2; ; count++) {
      const id = `${wanted === "" ? `${parentId ?? "entry"}.` : `${wanted}.`}${count}`;
      if (!taken.has(id)) return id;
    }
  };

  const emit = <T extends StoredEntry>(entry: T): T => {
    const id = freeId(entry.id, ids);
    const given = entry.parentId;
    const parent = given !== null && relinked.has(given) ? relinked.get(given)! : given;
    const same = id === entry.id && parent === given;
    if (id !== entry.id) relinked.set(entry.id, id);
    ids.add(id);
    parentId = id;
    if (same) return entry;
    changed = true;
    return { ...entry, id, parentId: parent };
  };

  const close = (): TranscriptEntry[] => {
    if (!open) return [];
    const { assistant, waiting } = open;
    open = undefined;
    const before = parentId;
    const added = [...waiting].map(([callId, name]): TranscriptEntry => {
      const message = interruptedResult(callId, name, assistant.message.timestamp);
      const id = freeId(`${assistant.id}:interrupted:${callId}`, ids);
      const entry: TranscriptEntry = { type: "message", id, parentId, timestamp: new Date(now()).toISOString(), message };
      ids.add(id);
      parentId = id;
      return entry;
    });
    if (before !== null) relinked.set(before, parentId);
    return added;
  };

  const mendedAssistant = (message: AssistantMessage): { message: AssistantMessage; waiting: Map<string, string>; renamed: Map<string, string[]> } => {
    const waiting = new Map<string, string>();
    const renamed = new Map<string, string[]>();
    let same = true;
    const content = message.content.map((block) => {
      if (block.type !== "toolCall") return block;
      const id = freeId(block.id === "" ? "call" : block.id, callIds);
      callIds.add(id);
      waiting.set(id, block.name);
      if (id === block.id) return block;
      renamed.set(block.id, [...(renamed.get(block.id) ?? []), id]);
      same = false;
      return { ...block, id };
    });
    const stopped = message.stopReason === "toolUse" ? "stop" : message.stopReason;
    const stopReason = waiting.size > 0 ? "toolUse" : stopped;
    if (same && stopReason === message.stopReason) return { message, waiting, renamed };
    changed = true;
    return { message: { ...message, content, stopReason }, waiting, renamed };
  };

  /** The call a result belongs to; undefined when none waits for it. */
  const callOf = ({ toolCallId }: ToolResultMessage): string | undefined => {
    if (!open) return undefined;
    const fresh = open.renamed.get(toolCallId)?.find((id) => open!.waiting.has(id));
    if (open.waiting.has(toolCallId)) return toolCallId;
    return fresh;
  };

  return {
    get changed() {
      return changed;
    },
    push(entry) {
      // The same id is the same entry: an append that was repeated.
      if (entry.id !== "" && ids.has(entry.id)) {
        changed = true;
        return [];
      }
      if (entry.type === "compaction") return [emit(entry)];
      const { message } = entry;
      if (message.role === "toolResult") {
        const call = callOf(message);
        if (call === undefined) {
          changed = true;
          relinked.set(entry.id, parentId);
          return [];
        }
        open!.waiting.delete(call);
        if (open!.waiting.size === 0) open = undefined;
        if (call === message.toolCallId) return [emit(entry)];
        changed = true;
        return [emit({ ...entry, message: { ...message, toolCallId: call } })];
      }
      const before = close();
      if (before.length > 0) changed = true;
      if (message.role === "user") return [...before, emit(entry)];
      const mended = mendedAssistant(message);
      const assistant = emit(mended.message === message ? entry : { ...entry, message: mended.message });
      if (mended.waiting.size > 0) open = { assistant, waiting: mended.waiting, renamed: mended.renamed };
      return [...before, assistant];
    },
    end: close,
  };
}
