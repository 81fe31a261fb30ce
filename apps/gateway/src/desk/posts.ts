import { createHash, randomUUID } from "node:crypto";
import type { Clock, Database, Migration, Row } from "@travelagent/protocol/ports";

/**
 * What was posted where. It holds no word of anybody: what a post says is read anew from what it is about.
 * `pending` → `attempting` → `posted` → `done`, which changes no more; `removing`: the platform is to forget it, then the row goes.
 */
export const deskMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table desk_case (
        id text primary key, room text not null, session_key text not null, seen_at bigint not null, opened_at bigint not null, closed_at bigint
      );
      create unique index desk_case_open on desk_case (room, session_key) where closed_at is null;
      create index desk_case_session on desk_case (session_key);
      create table desk_post (
        id text primary key, room text not null, kind text not null, subject text not null, session_key text, parent text, state text not null,
        external_id text, shown text, attempts bigint not null, next_at bigint not null, created_at bigint not null, seq bigint not null
      );
      create index desk_post_open on desk_post (room, seq) where state <> 'done';
      create index desk_post_session on desk_post (session_key);
      create index desk_post_external on desk_post (room, external_id);
    `,
  },
];

export type PostKind = "approval" | "case" | "words";
export type PostState = "pending" | "attempting" | "posted" | "done" | "removing";

export interface DeskPost {
  id: string;
  room: string;
  kind: PostKind;
  /** Id of the approval, of the case, or of the message. */
  subject: string;
  sessionKey?: string;
  /** The post it stands below. */
  parent?: string;
  state: PostState;
  externalId?: string;
  /** Fingerprint of the card that is shown. */
  shown?: string;
  attempts: number;
  nextAt: number;
}

/** A conversation that needed a person, from then until the agent answers again. */
export interface DeskCase {
  id: string;
  room: string;
  sessionKey: string;
  /** What was said before is in the thread. */
  seenAt: number;
  closed: boolean;
}

export interface DeskPosts {
  /** A repeat changes nothing. */
  ensure(post: Pick<DeskPost, "room" | "kind" | "subject" | "sessionKey" | "parent"> & { done?: true }): Promise<void>;
  /** Everything of a room that is not done, oldest first. */
  open(room: string): Promise<DeskPost[]>;
  get(id: string): Promise<DeskPost | null>;
  /** The post behind a message on the platform. */
  at(room: string, externalId: string): Promise<DeskPost | null>;
  update(id: string, change: Partial<Pick<DeskPost, "state" | "externalId" | "shown" | "attempts" | "nextAt">>): Promise<void>;
  drop(id: string): Promise<void>;
  openCase(room: string, sessionKey: string, seenAt: number): Promise<DeskCase>;
  openCases(room: string): Promise<DeskCase[]>;
  case(id: string): Promise<DeskCase | null>;
  seen(id: string, at: number): Promise<void>;
  closeCase(id: string): Promise<void>;
  /** What is over for so long is forgotten. */
  prune(before: number): Promise<void>;
}

const digest = (...parts: string[]): string => createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32);
export const postId = (room: string, kind: PostKind, subject: string): string => `${kind[0]}-${digest(room, kind, subject)}`;

const read = (row: Row): DeskPost => ({
  id: row.id as string,
  room: row.room as string,
  kind: row.kind as PostKind,
  subject: row.subject as string,
  ...(row.session_key === null ? {} : { sessionKey: row.session_key as string }),
  ...(row.parent === null ? {} : { parent: row.parent as string }),
  state: row.state as PostState,
  ...(row.external_id === null ? {} : { externalId: row.external_id as string }),
  ...(row.shown === null ? {} : { shown: row.shown as string }),
  attempts: Number(row.attempts),
  nextAt: Number(row.next_at),
});
const readCase = (row: Row): DeskCase => ({
  id: row.id as string,
  room: row.room as string,
  sessionKey: row.session_key as string,
  seenAt: Number(row.seen_at),
  closed: row.closed_at !== null,
});

const columns = { state: "state", externalId: "external_id", shown: "shown", attempts: "attempts", nextAt: "next_at" } as const;

export function createDeskPosts({ db, clock }: { db: Database; clock: Clock }): DeskPosts {
  return {
    async ensure({ room, kind, subject, sessionKey, parent, done }) {
      const id = postId(room, kind, subject);
      if (await db.get("select 1 as found from desk_post where id = ?", id)) return;
      await db.transaction((tx) =>
        tx.run(
          `insert into desk_post (id, room, kind, subject, session_key, parent, state, attempts, next_at, created_at, seq)
           values (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, (select coalesce(max(seq), 0) + 1 from desk_post)) on conflict (id) do nothing`,
          id,
          room,
          kind,
          subject,
          sessionKey ?? null,
          parent ?? null,
          done ? "done" : "pending",
          clock.now(),
        ),
      );
    },
    async open(room) {
      return (await db.all("select * from desk_post where room = ? and state <> 'done' order by seq", room)).map(read);
    },
    async get(id) {
      const row = await db.get("select * from desk_post where id = ?", id);
      return row ? read(row) : null;
    },
    async at(room, externalId) {
      const row = await db.get("select * from desk_post where room = ? and external_id = ? and state <> 'removing'", room, externalId);
      return row ? read(row) : null;
    },
    async update(id, change) {
      const given = Object.entries(change) as [keyof typeof columns, string | number][];
      await db.transaction((tx) =>
        tx.run(
          // What is to be forgotten meanwhile stays so.
          `update desk_post set ${given.map(([key]) => (key === "state" ? "state = case when state = 'removing' then state else ? end" : `${columns[key]} = ?`)).join(", ")} where id = ?`,
          ...given.map(([, value]) => value),
          id,
        ),
      );
    },
    async drop(id) {
      await db.transaction((tx) => tx.run("delete from desk_post where id = ?", id));
    },
    openCase: (room, sessionKey, seenAt) =>
      db.transaction(async (tx) => {
        const before = await tx.get("select * from desk_case where room = ? and session_key = ? and closed_at is null", room, sessionKey);
        if (before) return readCase(before);
        const row = await tx.get(
          "insert into desk_case (id, room, session_key, seen_at, opened_at) values (?, ?, ?, ?, ?) returning *",
          randomUUID(),
          room,
          sessionKey,
          seenAt,
          clock.now(),
        );
        return readCase(row!);
      }),
    async openCases(room) {
      return (await db.all("select * from desk_case where room = ? and closed_at is null order by opened_at", room)).map(readCase);
    },
    async case(id) {
      const row = await db.get("select * from desk_case where id = ?", id);
      return row ? readCase(row) : null;
    },
    async seen(id, at) {
      await db.transaction((tx) => tx.run("update desk_case set seen_at = ? where id = ? and seen_at < ?", at, id, at));
    },
    async closeCase(id) {
      await db.transaction((tx) => tx.run("update desk_case set closed_at = ? where id = ? and closed_at is null", clock.now(), id));
    },
    async prune(before) {
      await db.transaction(async (tx) => {
        await tx.run("delete from desk_post where state = 'done' and created_at < ?", before);
        await tx.run("delete from desk_case where closed_at < ?", before);
      });
    },
  };
}
