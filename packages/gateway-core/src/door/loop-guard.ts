import type { InboundMessage } from "@travelagent/protocol/messages";
import type { Tx } from "@travelagent/protocol/ports";

/** When a machine is taken to be writing to the machine. */
export interface LoopLimits {
  /** Answers to messages that say the same over and over. */
  repeats: number;
  /** Answers to messages that repeat themselves or come faster than people write. */
  rapid: number;
  /** How far back is looked, in milliseconds. */
  windowMs: number;
}

export const defaultLoopLimits: LoopLimits = { repeats: 6, rapid: 12, windowMs: 3_600_000 };

/** A message that came. Times in milliseconds by our own clock. */
export interface Said {
  text: string;
  at: number;
  senderId: string;
  /** A button was pressed: machines that answer machines press none. */
  pressed: boolean;
}

/** Faster than this nobody types, in characters a second; shorter texts may have been ready before our answer came. */
const fastestTyping = 20;
const shortestTyped = 20;
/** Longer ones may have been pasted. */
const longestTyped = 120;
/** A word or two that somebody says again is a repeat when it comes so soon after our answer. */
const shortWords = 8;
const soonMs = 3_000;
/** A text is looked for among so many before it: machines say one thing, or two in turn; people who book come by the same words later. */
const lookBack = 2;

const plain = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/\d+/g, "0")
    .replace(/[^\p{L}0]+/gu, " ")
    .trim();

const wordsOf = (text: string): Set<string> => new Set(text.split(" "));

/** The same but for numbers, case, signs and a word here or there. */
function nearlySame(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [wordsOf(one), wordsOf(other)];
  if (Math.min(a.size, b.size) < 5) return false;
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / (a.size + b.size - shared) >= 0.8;
}

/**
 * Whether the newest message closes a loop between machines. `said` newest first, the coming message at its head; `answers` the times
 * of what was sent to the conversation without a person, newest first. Counts back from the newest message for as long as no message
 * has anything new that a human could have written; a button pressed ends the count.
 */
export function loopIn(said: readonly Said[], answers: readonly number[], { repeats, rapid }: LoopLimits): "repeats" | "rapid" | undefined {
  const texts = said.map(({ text }) => plain(text));
  const answerBetween = (index: number): number | undefined => {
    const before = said[index + 1];
    return answers.find((at) => at <= said[index]!.at && (before === undefined || at >= before.at));
  };
  const repeatsItself = (index: number): boolean => {
    const text = texts[index]!;
    const earlier = texts.slice(index + 1, index + 1 + lookBack).some((other, at) => {
      const of = said[index + 1 + at]!;
      return of.senderId === said[index]!.senderId && nearlySame(text, other) && (/\p{L}/u.test(text) || of.text === said[index]!.text);
    });
    if (!earlier || text.replace(/[^\p{L}]/gu, "").length >= shortWords) return earlier;
    const answered = answerBetween(index);
    return answered !== undefined && said[index]!.at - answered <= soonMs;
  };
  const tooFast = (index: number): boolean => {
    const { text, at } = said[index]!;
    const answered = answerBetween(index);
    return text.length >= shortestTyped && answered !== undefined && Math.min(text.length, longestTyped) * 1_000 > fastestTyping * (at - answered);
  };
  const runOf = (isMachines: (index: number) => boolean): number => {
    const end = said.findIndex(({ pressed }, index) => pressed || !isMachines(index));
    return end < 0 ? said.length : end;
  };
  /** Answers since the last message that was not one of these. */
  const answersIn = (run: number): number => {
    const since = (said[run] ?? said.at(-1)!).at;
    return run === 0 ? 0 : answers.filter((at) => at >= since && at <= said[0]!.at).length;
  };
  if (answersIn(runOf(repeatsItself)) >= repeats) return "repeats";
  if (answersIn(runOf((index) => repeatsItself(index) || tooFast(index))) >= rapid) return "rapid";
  return undefined;
}

/** The same for a message that comes into this conversation. What was before its last change of owner does not count. */
export async function loopOf(
  tx: Pick<Tx, "all" | "get">,
  { sessionKey, message, now }: { sessionKey: string; message: InboundMessage; now: number },
  limits: LoopLimits,
): Promise<"repeats" | "rapid" | undefined> {
  const most = 4 * Math.max(limits.repeats, limits.rapid);
  const owner = await tx.get("select state, epoch from conversation where session_key = ?", sessionKey);
  if (owner?.state !== "agent") return undefined;
  const answers = await tx.all(
    "select created_at from outbox where session_key = ? and created_at > ? and author <> 'operator' and epoch = ? order by created_at desc limit ?",
    sessionKey,
    now - limits.windowMs,
    Number(owner.epoch),
    most,
  );
  // Nothing to look for in most conversations.
  if (answers.length < Math.min(limits.repeats, limits.rapid)) return undefined;
  const rows = await tx.all(
    `select message, received_at from inbox where session_key = ? and received_at > ? and epoch = ? and kind = 'customer' and status <> 'ignored'
     order by received_at desc, seq desc limit ?`,
    sessionKey,
    now - limits.windowMs,
    Number(owner.epoch),
    most,
  );
  const asSaid = ({ text, senderId, action }: InboundMessage, at: number): Said => ({ text, at, senderId, pressed: action !== undefined });
  const said = [asSaid(message, now), ...rows.map((row) => asSaid(JSON.parse(String(row.message)) as InboundMessage, Number(row.received_at)))];
  return loopIn(
    said,
    answers.map((row) => Number(row.created_at)),
    limits,
  );
}
