import type { InboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Database, Logger, Tx, Work } from "@travelagent/protocol/ports";
import {
  digitsAt,
  documentsNamed,
  type FoundDocument,
  findDocumentNumbers,
  findSplitCard,
  hasDigits,
  removeCodeAlone,
  removeParts,
  removeSpan,
  type TypedDocument,
} from "@travelagent/protocol/sensitive";
import { cardFree, hadCard } from "./card-free.ts";

/** Who keeps the numbers of papers that people type. */
export interface PaperKeeper {
  /** Durable when it resolves. The same number in the same conversation gets the same token. */
  hold(paper: { sessionKey: string; kind: TypedDocument; number: string }): Promise<{ token: string; masked: string }>;
}

/** Who takes parts of a card number out of everything that was kept of a conversation beside its inbox and outbox. */
export type PartRemover = (
  sessionKey: string,
  clean: (text: string) => string,
  at: { /** Nothing that ran before is left: now or never. */ final: boolean },
) => Promise<void>;

export interface PrivateWordsOptions {
  db: Database;
  work: Work;
  clock: Clock;
  log: Logger;
  /** Absent: numbers of papers are taken out and kept nowhere. */
  papers?: PaperKeeper | undefined;
  removeParts?: PartRemover | undefined;
}

/** A part of a card number in a message that came before: by place, so that no digit of it is written down once more. */
interface Part {
  inboxId: string;
  start: number;
  end: number;
}

export interface Cleaned {
  message: InboundMessage;
  /** Parts of a card number that this message completed. */
  parts: Part[];
}

/** What must not be kept in a conversation: card numbers in one piece or in several, codes that come alone, numbers of papers. */
export interface PrivateWords {
  define(): void;
  /** What may be kept of a message, which has no card number in one piece any more. */
  clean(message: InboundMessage, sessionKey: string): Promise<Cleaned>;
  /** The same of a text that stands by itself, such as what a program says was said before. */
  cleanText(text: string, sessionKey: string): Promise<string>;
  /** In the commit of the message: the parts go once what runs now is over, whatever becomes of this process. */
  takeOut(tx: Tx, runId: string, sessionKey: string, parts: readonly Part[]): Promise<void>;
  /** Takes the parts out of everything but the inbox, at once. */
  takeOutNow(sessionKey: string, parts: readonly Part[]): Promise<void>;
}

const partsWork = "card-parts";
/** How far back parts of one number are looked for. */
const window = { messages: 10, ms: 3_600_000 };
const markerOf = (kind: TypedDocument, kept: { token: string; masked: string } | undefined, { lines }: Pick<FoundDocument, "lines">): string => {
  const name = kind.replaceAll("-", " ");
  if (!kept) return `[${name} number removed]`;
  const said = lines
    ? [
        lines.surname && `${[lines.surname, lines.givenNames].filter(Boolean).join(", ")}`,
        lines.country && `issued by ${lines.country}`,
        lines.expiresOn && `valid until ${lines.expiresOn}`,
      ]
        .filter(Boolean)
        .join("; ")
    : "";
  return `[${name} ${kept.masked} kept safely as ${kept.token}${said === "" ? "" : `: ${said}`}]`;
};

export function createPrivateWords({ db, work, clock, log, papers, removeParts: removeElsewhere }: PrivateWordsOptions): PrivateWords {
  const before = async (sessionKey: string): Promise<{ id: string; text: string }[]> => {
    const rows = await db.all(
      "select id, message from inbox where session_key = ? and received_at > ? order by received_at desc, seq desc limit ?",
      sessionKey,
      clock.now() - window.ms,
      window.messages,
    );
    return rows.reverse().map((row) => ({ id: String(row.id), text: (JSON.parse(String(row.message)) as InboundMessage).text }));
  };

  /** What papers the agency asked for, or the customer spoke of, just before. */
  const askedFor = async (sessionKey: string, earlier: readonly { text: string }[]): Promise<TypedDocument | undefined> => {
    const last = await db.get("select message from outbox where session_key = ? order by created_at desc, id desc limit 1", sessionKey);
    const said = last ? (JSON.parse(String(last.message)) as { text?: string }).text : undefined;
    return [...(said === undefined ? [] : documentsNamed(said)), ...documentsNamed(earlier.at(-1)?.text ?? "")][0];
  };

  async function withoutPapers(text: string, sessionKey: string, asked?: TypedDocument): Promise<string> {
    let clean = "";
    let at = 0;
    for (const found of findDocumentNumbers(text, asked ? { asked } : {})) {
      // Whatever the vault says: the number does not stay.
      const kept = await papers?.hold({ sessionKey, kind: found.kind, number: found.number }).catch((error: unknown) => {
        log.error("the number of a paper could not be kept; the customer has to give it again", { error, kind: found.kind });
        return undefined;
      });
      clean += text.slice(at, found.start) + markerOf(found.kind, kept, found);
      at = found.end;
    }
    return clean + text.slice(at);
  }

  const read = async (from: Pick<Tx, "get">, { inboxId }: Part): Promise<InboundMessage | undefined> => {
    const row = await from.get("select message from inbox where id = ?", inboxId);
    return row ? (JSON.parse(String(row.message)) as InboundMessage) : undefined;
  };
  const cleaner = async (parts: readonly Part[]) => {
    const digits = (await Promise.all(parts.map(async (part) => [part, await read(db, part)] as const))).flatMap(([part, message]) =>
      message ? [digitsAt(message.text, part)] : [],
    );
    return (text: string) => removeParts(text, digits);
  };

  /** Strings of a JSON document, each for itself. */
  const cleanJson = (json: string, clean: (text: string) => string): string => {
    const map = (value: unknown): unknown =>
      typeof value === "string"
        ? clean(value)
        : Array.isArray(value)
          ? value.map(map)
          : typeof value === "object" && value !== null
            ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, map(entry)]))
            : value;
    return JSON.stringify(map(JSON.parse(json)));
  };

  async function takeOutNow(sessionKey: string, parts: readonly Part[]): Promise<void> {
    const clean = await cleaner(parts);
    await db.transaction(async (tx) => {
      for (const row of await tx.all("select id, message from outbox where session_key = ?", sessionKey)) {
        const after = cleanJson(String(row.message), clean);
        if (after !== row.message) await tx.run("update outbox set message = ? where id = ?", after, String(row.id));
      }
      const conversation = await tx.get("select preview from conversation where session_key = ?", sessionKey);
      if (conversation?.preview) await tx.run("update conversation set preview = ? where session_key = ?", clean(String(conversation.preview)), sessionKey);
      for (const row of await tx.all("select id, preview from dead_letter where session_key = ? and preview is not null", sessionKey))
        await tx.run("update dead_letter set preview = ? where id = ?", clean(String(row.preview)), String(row.id));
    });
    await removeElsewhere?.(sessionKey, clean, { final: false });
  }

  return {
    define: () =>
      work.define(partsWork, async (context, input) => {
        const { sessionKey, parts } = input as { sessionKey: string; parts: Part[] };
        // In the lane: what was under way when the last part came has ended, and has written what it knew.
        await takeOutNow(sessionKey, parts);
        await context.transaction("inbox", async (tx) => {
          for (const part of parts) {
            const message = await read(tx, part);
            if (message)
              await tx.run("update inbox set message = ? where id = ?", JSON.stringify({ ...message, text: removeSpan(message.text, part) }), part.inboxId);
          }
        });
        await removeElsewhere?.(sessionKey, (text) => text, { final: true });
        return undefined;
      }),

    async clean(message, sessionKey) {
      if (!hasDigits(message.text)) return { message, parts: [] };
      const earlier = await before(sessionKey);
      let text = message.text;
      let parts: Part[] = [];
      const split = findSplitCard([...earlier.map((one) => one.text), text]);
      if (split) {
        const last = split.at(-1)!;
        text = removeSpan(text, last);
        parts = split.slice(0, -1).map(({ message: at, start, end }) => ({ inboxId: earlier[at]!.id, start, end }));
      } else if (earlier.slice(-3).some((one) => hadCard(one.text))) text = removeCodeAlone(text).text;
      const asked = /\d{5}/.test(text.replace(/[ -]/g, "")) ? await askedFor(sessionKey, earlier) : undefined;
      text = await withoutPapers(text, sessionKey, asked);
      return { message: text === message.text ? message : { ...message, text }, parts };
    },
    cleanText: async (text, sessionKey) => withoutPapers(cardFree(text), sessionKey),
    async takeOut(tx, runId, sessionKey, parts) {
      await work.submit({ name: partsWork, id: `${runId}:${partsWork}`, lane: sessionKey, input: { sessionKey, parts } }, tx);
    },
    takeOutNow,
  };
}
