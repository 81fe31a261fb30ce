import { randomBytes } from "node:crypto";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import type { DataSubject, LegalHold, PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Clock, Database, Logger, Row, Tx, Work, WorkContext } from "@travelagent/protocol/ports";
import { type Certificate, signed } from "../certificate/certificate.ts";
import { createFinder } from "../residue/finder.ts";
import { type Finding, scanForResidue } from "../residue/scan.ts";
import type { ErasureJournal } from "./journal.ts";
import { createSeal, hashOf, signingKey } from "./seal.ts";
import { discoverSubject, searchedFor, withoutOurs } from "./subject.ts";
import { erasureMigrations } from "./tables.ts";

/** Why a person cannot be forgotten yet. */
export interface Obstacle {
  /** Such as `booking TA-4F7K2: the travel is still to come`. No name in it. */
  what: string;
  /** Nobody may go over it: something is being done in this moment. */
  firm?: boolean;
}

export interface ErasureProgress {
  id: string;
  /** What is being done: the name of a store, `conversations`, `scrub` or `scan`. */
  doing: string;
  done: number;
  of: number;
}

export interface ErasureRow {
  id: string;
  state: "running" | "complete" | "incomplete";
  /** SHA-256 of the customer's id, hex. */
  subject: string;
  reason: string;
  by: string;
  requestedAt: string;
  endedAt?: string;
  certificate?: Certificate;
}

export interface ErasureRequest {
  customerId: string;
  /** Stands on the certificate: must not name the person. */
  reason: string;
  by: string;
  idempotencyKey: string;
  /** Also while a booking is not over. */
  force?: boolean;
  /** The places that the last run found were looked at by a person, and may stay. */
  acceptResidue?: boolean;
}

export interface Erasures {
  /** Makes the tables and the durable function. Before the engine starts. */
  prepare(): Promise<void>;
  /**
   * Forgets a person and resolves with the certificate; goes on after a crash. The same key gives the same certificate, and so does
   * another key for somebody who is forgotten already. Raises `NOT_FOUND`, `CONFLICT` with `details.obstacles` while a booking is not
   * over, `INVALID_REQUEST` for a reason that names the person, `IDEMPOTENCY_MISMATCH`.
   */
  erase(request: ErasureRequest): Promise<Certificate>;
  /** Who is being forgotten now or was. Newest first. */
  list(filter?: { limit?: number }): Promise<ErasureRow[]>;
  get(id: string): Promise<ErasureRow | null>;
  /** Forgets again everybody who was forgotten and is here all the same, as after a backup was restored. `customers` are the ids there are. */
  repeat(customers: () => AsyncIterable<string>): Promise<number>;
  /** Everything the stores know of a customer, to a fixed point. Raises `NOT_FOUND`. */
  subjectOf(customerId: string, signal: AbortSignal): Promise<DataSubject>;
}

export interface ErasuresOptions {
  db: Database;
  work: Work;
  clock: Clock;
  log: Logger;
  /** In the order in which they are asked. Known when everything is wired. */
  stores(): readonly PersonalDataStore[];
  exists(customerId: string): Promise<boolean>;
  /** Addresses and numbers of the agency itself. In a booking they stand for nobody, and are not looked for. Default: none. */
  ours?(): readonly string[];
  obstacles(subject: DataSubject): Promise<readonly Obstacle[]>;
  /**
   * Ends every turn of the person and keeps new ones waiting until the returned function is called, which leaves no trace of the
   * waiting: what comes in meanwhile is answered afterwards, as somebody new. Called again after a crash.
   */
  freeze(id: string, subject: DataSubject): Promise<() => Promise<void>>;
  /** Databases that are scrubbed and looked into row by row; `file` is relative to the directory. */
  databases: readonly { file: string; db: Database }[];
  /** State directory. */
  directory: string;
  journal: ErasureJournal;
  /** Signs certificates and seals what is still to be removed. */
  secret: string;
  onProgress?(progress: ErasureProgress): void;
}

const workName = "privacy.erase";
const restMs = 3_600_000;

const read = (row: Row): ErasureRow => ({
  id: row.id as string,
  state: row.state as ErasureRow["state"],
  subject: row.subject_hash as string,
  reason: row.reason as string,
  by: row.by_whom as string,
  requestedAt: new Date(Number(row.requested_at)).toISOString(),
  ...(row.ended_at === null ? {} : { endedAt: new Date(Number(row.ended_at)).toISOString() }),
  ...(row.certificate === null ? {} : { certificate: JSON.parse(row.certificate as string) as Certificate }),
});

export function createErasures(options: ErasuresOptions): Erasures {
  const { db, work, clock, log, stores, exists, ours = () => [], obstacles, freeze, databases, directory, journal, secret, onProgress = () => {} } = options;
  const seal = createSeal(secret);
  const key = signingKey(secret);
  const workId = (id: string, round: number) => `${workName}:${id}:${round}`;
  const rowOf = (id: string, from: Pick<Tx, "get"> = db) => from.get("select * from erasure where id = ?", id);

  async function subjectOf(customerId: string, signal: AbortSignal): Promise<DataSubject> {
    if (!(await exists(customerId))) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
    return withoutOurs(await discoverSubject(stores(), { customerIds: [customerId] }, signal), ours());
  }

  async function refuseWhileLive(subject: DataSubject, force: boolean): Promise<void> {
    const found = await obstacles(subject);
    const left = force ? found.filter(({ firm }) => firm) : found;
    if (left.length === 0) return;
    const told = left.map(({ what }) => what);
    throw new TravelAgentError(
      "CONFLICT",
      `this customer cannot be forgotten yet: ${told.join("; ")}. ${left.some(({ firm }) => firm) ? "Try again in a minute" : "Settle it first, or have an owner force it"}`,
      { details: { code: "ERASURE_NOT_YET", obstacles: told } },
    );
  }

  /** One round. Each step is remembered; what a crash cut off is done again from its begin, which changes nothing that was done. */
  async function run(context: WorkContext, input: unknown): Promise<void> {
    const { id } = input as { id: string };
    const row = (await rowOf(id))!;
    const subject = seal.open<DataSubject>(id, String(row.sealed));
    const all = stores();
    const of = all.length + 3;
    let done = 0;
    const tell = (doing: string) => onProgress({ id, doing, done: done++, of });

    tell("conversations");
    const thaw = await freeze(id, subject);
    const removed: { name: string; removed: number }[] = [];
    const holds: LegalHold[] = [];
    try {
      for (const store of all) {
        tell(store.name);
        const result = await context.step(`erase ${store.name}`, (signal) => store.erase(subject, { reason: String(row.reason), now: clock.now(), signal }));
        removed.push({ name: store.name, removed: result.removed });
        holds.push(...result.held);
      }
    } finally {
      await thaw();
    }
    tell("scrub");
    for (const { db: one } of databases) await one.scrub?.();
    tell("scan");
    const identifiers = searchedFor(subject);
    const finder = createFinder(identifiers);
    const { findings, ...scan } = await scanForResidue({ directory, finder, databases, signal: context.signal });
    const kept = new Set(holds.map(({ where }) => where));
    const residue: Finding[] = findings.filter(
      ({ place }) => !kept.has(place) && !databases.some(({ file }) => kept.has(place.slice(file.length + 1)) && place.startsWith(`${file} `)),
    );
    const accepted = Number(row.accept) === 1 && residue.length > 0;
    const state = residue.length === 0 || accepted ? "complete" : "incomplete";
    const certificate = signed(
      {
        kind: "erasure-certificate",
        version: 1,
        id,
        subject: String(row.subject_hash),
        state,
        reason: String(row.reason),
        by: String(row.by_whom),
        ...(Number(row.forced) === 1 ? { forced: true as const } : {}),
        requestedAt: new Date(Number(row.requested_at)).toISOString(),
        completedAt: new Date(clock.now()).toISOString(),
        stores: removed,
        holds,
        scan: {
          ...scan,
          identifiers: identifiers.length,
          held: findings.length - residue.length,
          residue,
          ...(accepted ? { residueAccepted: true as const } : {}),
        },
      },
      key,
    );
    await journal.add(id, clock.now(), subject);
    await context.transaction("end", async (tx) => {
      await tx.run(
        "update erasure set state = ?, certificate = ?, sealed = ?, ended_at = ? where id = ?",
        state,
        JSON.stringify(certificate),
        state === "complete" ? null : String(row.sealed),
        clock.now(),
        id,
      );
      return null;
    });
    log[state === "complete" ? "info" : "warn"](
      state === "complete" ? "a person was forgotten" : "a person was forgotten, and something that names them is left",
      {
        erasureId: id,
        residue: residue.length,
      },
    );
  }

  /** The erasure of a request: a new one, a further round of one that is incomplete, or the one that is there. */
  async function begin({
    customerId,
    reason,
    by,
    idempotencyKey,
    force = false,
    acceptResidue = false,
  }: ErasureRequest): Promise<{ id: string; round: number }> {
    const keyHash = hashOf(idempotencyKey);
    const argsHash = hashOf(canonicalJson({ customerId, reason, force, acceptResidue }));
    const known = await db.get<{ erasure_id: string; args_hash: string; round: number }>("select * from erasure_key where key_hash = ?", keyHash);
    if (known && known.args_hash !== argsHash)
      throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this idempotency key was used for another request; use a new key for a new request");
    if (known) return { id: known.erasure_id, round: Number(known.round) };

    const subjectHash = hashOf(customerId);
    const before = await db.get("select * from erasure where subject_hash = ?", subjectHash);
    const remember = (tx: Tx, id: string, round: number) =>
      tx.run("insert into erasure_key (key_hash, erasure_id, args_hash, round) values (?, ?, ?, ?) on conflict do nothing", keyHash, id, argsHash, round);
    if (before && before.state !== "incomplete") {
      const at = { id: String(before.id), round: Number(before.round) };
      await db.transaction((tx) => remember(tx, at.id, at.round));
      return at;
    }
    const signal = AbortSignal.timeout(restMs);
    const id = before ? String(before.id) : `era_${randomBytes(9).toString("base64url")}`;
    const subject = before
      ? withoutOurs(await discoverSubject(stores(), seal.open<DataSubject>(id, String(before.sealed)), signal), ours())
      : await subjectOf(customerId, signal);
    if (createFinder(searchedFor({ ...subject, shared: [] })).in(reason).size > 0)
      throw new TravelAgentError("INVALID_REQUEST", "the reason names the person and would stay on the certificate; say it without a name, address or number");
    await refuseWhileLive(subject, force);
    const round = before ? Number(before.round) + 1 : 1;
    return db.transaction(async (tx) => {
      const sealed = seal.close(id, subject);
      const { changes } = await tx.run(
        `insert into erasure (id, subject_hash, state, round, reason, by_whom, forced, accept, sealed, requested_at) values (?, ?, 'running', ?, ?, ?, ?, ?, ?, ?)
         on conflict (subject_hash) do update set state = 'running', round = excluded.round, reason = excluded.reason, by_whom = excluded.by_whom,
           forced = excluded.forced, accept = excluded.accept, sealed = excluded.sealed, ended_at = null where erasure.state = 'incomplete'`,
        id,
        subjectHash,
        round,
        reason,
        by,
        force ? 1 : 0,
        acceptResidue ? 1 : 0,
        sealed,
        clock.now(),
      );
      // Somebody else began it at the same moment.
      const now = (await tx.get("select id, round from erasure where subject_hash = ?", subjectHash))!;
      const at = { id: String(now.id), round: Number(now.round) };
      await remember(tx, at.id, at.round);
      if (changes > 0) await work.submit({ name: workName, id: workId(at.id, at.round), input: { id: at.id } }, tx);
      return at;
    });
  }

  return {
    subjectOf,

    async prepare() {
      await db.migrate("erasure", erasureMigrations);
      work.define(workName, run, { maxCrashes: 100 });
    },

    async erase(request) {
      const { id, round } = await begin(request);
      const certificate = async () => {
        const row = await rowOf(id);
        return row && row.state !== "running" && row.certificate !== null ? (JSON.parse(String(row.certificate)) as Certificate) : undefined;
      };
      const there = await certificate();
      if (there) return there;
      const { error } = await work.result(workId(id, round));
      if (error) {
        // A further request begins a round of its own.
        await db.transaction((tx) =>
          tx.run("update erasure set state = 'incomplete', ended_at = ? where id = ? and round = ? and state = 'running'", clock.now(), id, round),
        );
        throw TravelAgentError.fromShape(error);
      }
      return (await certificate())!;
    },

    async list({ limit = 50 } = {}) {
      return (await db.all("select * from erasure order by requested_at desc, id desc limit ?", limit)).map(read);
    },

    async get(id) {
      const row = await rowOf(id);
      return row ? read(row) : null;
    },

    async repeat(customers) {
      const forgotten = new Set((await journal.entries()).flatMap((entry) => entry.customers));
      if (forgotten.size === 0) return 0;
      let begun = 0;
      for await (const customerId of customers()) {
        const subjectHash = hashOf(customerId);
        if (!forgotten.has(subjectHash)) continue;
        // One that is under way, or waits for a person, knows of it.
        const row = await db.get("select state from erasure where subject_hash = ?", subjectHash);
        if (row && row.state !== "complete") continue;
        await db.transaction((tx) => tx.run("delete from erasure where subject_hash = ?", subjectHash));
        try {
          await begin({
            customerId,
            reason: "forgotten before, and brought back by a restored backup",
            by: "gateway",
            idempotencyKey: `restored:${randomBytes(12).toString("hex")}`,
            force: true,
          });
          begun += 1;
        } catch (error) {
          // The next start tries again.
          log.error("somebody who was forgotten is back, and cannot be forgotten yet", { code: TravelAgentError.from(error).code });
        }
      }
      if (begun > 0) log.warn("a restored backup brought back people who had been forgotten; they are forgotten again", { people: begun });
      return begun;
    },
  };
}
