import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TranscriptEntry } from "@travelagent/protocol/messages";
import { type AgencyOfAccount, type DataSubject, type ExportedFile, isSameAgency, ofAgency, type PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";
import { normalizeAgentId, parseSessionKey } from "./key.ts";
import { readableTranscript } from "./readable-transcript.ts";
import type { Sessions } from "./sessions.ts";

export interface TranscriptPersonalDataOptions {
  db: Database;
  sessions: Pick<Sessions, "remove" | "rewrite">;
  /** State directory. */
  directory: string;
  /** What the person wrote into conversations of many. Default: nobody does. */
  saidInGroups?(subject: DataSubject): Promise<readonly SaidInGroup[]>;
  /** Asked for accounts as they are called and as they stand in keys of conversations. Default: there is one agency. */
  agencyOf?: AgencyOfAccount;
}

/** One message of a person in a conversation of many. */
export interface SaidInGroup {
  sessionKey: string;
  /** Ids under which it may stand in a transcript: its own, and that of the run that answered it with others. */
  messageIds: readonly string[];
  text: string;
  /** How the person is called there. */
  name?: string;
}

const removedText = "[removed]";

/** The message without what the person wrote in it, and without their name. What others wrote in the same one stays. */
function without(entry: TranscriptEntry, said: readonly SaidInGroup[]): TranscriptEntry {
  const { message } = entry;
  if (message.role !== "user" || message.messageId === undefined) return entry;
  const theirs = said.filter(({ messageIds }) => messageIds.includes(message.messageId!));
  if (theirs.length === 0) return entry;
  const clean = (text: string): string =>
    theirs
      .flatMap(({ text: words, name }) => [words.trim(), name ?? ""])
      .filter((words) => words.length > 2)
      .sort((a, b) => b.length - a.length)
      .reduce((rest, words) => rest.replaceAll(words, removedText), text);
  const content = typeof message.content === "string" ? clean(message.content) : message.content.map((block) => ({ ...block, text: clean(block.text) }));
  return JSON.stringify(content) === JSON.stringify(message.content) ? entry : { ...entry, message: { ...message, content } };
}

type TranscriptRow = { session_id: string; key: string; agent_id: string; created_at: number | string };

/** As it stands in a key. */
const inKey = (id: string): string => id.trim().replace(/[%:\s\p{Cc}]/gu, (sign) => encodeURIComponent(sign));
const like = (text: string): string => `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;

const defaultAccount = "default";

/** Whether a conversation is one of this person alone, by its key. */
function isOwn(
  key: string,
  { customerIds, bookingIds, identities }: Pick<DataSubject, "customerIds" | "bookingIds" | "identities">,
  agencyOf: AgencyOfAccount,
): boolean {
  const route = parseSessionKey(key);
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
  if (route.kind === "customer") return customerIds.some((id) => same(id, route.customerId));
  if (route.kind === "booking") return bookingIds.some((id) => same(id, route.reference));
  if (route.kind !== "direct") return false;
  const { channel: at, accountId = defaultAccount } = route;
  return identities.some(({ channel, peerId, agency }) => {
    // Linked addresses have no account in their key: persons of another agency than the first are named with it.
    if (at === undefined) return same([...Object.values(ofAgency(agency)), peerId].join("/"), route.peerId);
    return same(peerId, route.peerId) && same(channel, at) && isSameAgency(agencyOf({ channel, accountId }), agency);
  });
}

/** Conversations with everything they ever were: transcripts of before a reset, those set aside, long texts kept beside them. */
export function transcriptPersonalData({
  db,
  sessions,
  directory,
  saidInGroups = async () => [],
  agencyOf = () => undefined,
}: TranscriptPersonalDataOptions): PersonalDataStore {
  const in_ = async <R extends Record<string, unknown>>(sql: string, values: readonly string[]): Promise<R[]> => {
    const rows: R[] = [];
    for (const value of values) rows.push(...(await db.all<R>(sql, value)));
    return rows;
  };
  const transcriptsOf = (keys: readonly string[]) => in_<TranscriptRow>("select * from session_transcript where key = ? order by created_at, session_id", keys);

  /** The transcript, what was set aside of it, and the texts kept beside it. Read as it stands: to open it could mend it. */
  async function* filesOf({ session_id, agent_id }: TranscriptRow): AsyncGenerator<{ kind: "transcript" | "set-aside" | "text"; name: string; text: string }> {
    const folder = join(directory, "agents", normalizeAgentId(agent_id), "sessions");
    const transcript = `${session_id}.jsonl`;
    const names = (await readdir(folder).catch(() => [])).filter((name) => name === transcript || name.startsWith(`${transcript}.`)).sort();
    for (const name of names)
      yield {
        kind: name === transcript ? "transcript" : "set-aside",
        name: name.slice(transcript.length + 1).replaceAll(/[^\w.-]/g, "-"),
        text: await readFile(join(folder, name), "utf8"),
      };
    const texts = join(folder, `${session_id}.spill`);
    for (const name of (await readdir(texts).catch(() => [])).sort()) yield { kind: "text", name, text: await readFile(join(texts, name), "utf8") };
  }

  return {
    name: "transcripts",
    covers: { tables: ["session", "session_transcript", "session_damage"], files: ["agents/*/sessions/*"] },

    async discover(subject) {
      const { customerIds, identities, bookingIds } = subject;
      const rows = await in_<{ key: string; channel: string | null; account_id: string | null; peer_id: string | null; display_name: string | null }>(
        "select key, channel, account_id, peer_id, display_name from session where customer_id = ? and (chat_type is null or chat_type <> 'group')",
        customerIds,
      );
      const named: string[] = [];
      for (const text of [...customerIds, ...bookingIds, ...identities.map(({ peerId }) => inKey(peerId))])
        for (const { key } of await db.all<{ key: string }>(
          "select distinct key from session_transcript where key like ? escape '\\'",
          like(text.toLowerCase()),
        ))
          if (isOwn(key, subject, agencyOf)) named.push(key);
      return {
        sessionKeys: [...rows.map(({ key }) => key), ...named],
        identities: rows.flatMap(({ channel, account_id, peer_id }) =>
          channel === null || peer_id === null || peer_id.startsWith("operator:")
            ? []
            : [{ channel, peerId: peer_id, ...ofAgency(agencyOf({ channel, accountId: account_id ?? defaultAccount })) }],
        ),
        identifiers: rows.flatMap(({ display_name }) => (display_name !== null && display_name.trim().length >= 5 ? [display_name] : [])),
      };
    },

    async *export({ sessionKeys }, signal): AsyncIterable<ExportedFile> {
      const all = await transcriptsOf(sessionKeys);
      for (const [index, row] of all.entries()) {
        signal.throwIfAborted();
        const folder = `conversation-${String(index + 1).padStart(3, "0")}`;
        for await (const { kind, name, text } of filesOf(row)) {
          signal.throwIfAborted();
          if (kind === "text") yield { path: `${folder}/texts/${name}`, title: "A long text of a conversation", content: text };
          else yield* both(kind === "transcript" ? `${folder}/messages` : `${folder}/${name}`, messagesIn(text));
        }
      }
    },

    async erase(subject, { signal }) {
      const { sessionKeys } = subject;
      let removed = 0;
      const said = (await saidInGroups(subject)).filter(({ sessionKey }) => !sessionKeys.includes(sessionKey));
      for (const key of new Set(said.map(({ sessionKey }) => sessionKey))) {
        signal.throwIfAborted();
        const here = said.filter(({ sessionKey }) => sessionKey === key);
        removed += await sessions.rewrite(key, (entry) => without(entry, here));
      }
      for (const key of sessionKeys) {
        signal.throwIfAborted();
        const before = await transcriptsOf([key]);
        const there = await sessions.remove(key);
        removed += Math.max(before.length, there ? 1 : 0);
      }
      return { removed, held: [] };
    },

    async reassign({ from, to, only }, tx) {
      const rows = await tx.all<{ key: string }>("select key from session where customer_id = ?", from);
      const moved = rows.map(({ key }) => key).filter((key) => !only || only.includes(key));
      for (const key of moved) await tx.run("update session set customer_id = ? where key = ?", to, key);
      return moved;
    },
  };
}

function* both(path: string, entries: readonly TranscriptEntry[]): Generator<ExportedFile> {
  if (entries.length === 0) return;
  yield { path: `${path}.txt`, title: "A conversation", content: readableTranscript(entries) };
  yield { path: `${path}.json`, title: "The same conversation for programs", content: entries };
}

function messagesIn(text: string): TranscriptEntry[] {
  return text.split("\n").flatMap((line) => {
    try {
      const entry = JSON.parse(line) as TranscriptEntry;
      return entry.type === "message" ? [entry] : [];
    } catch {
      return [];
    }
  });
}
