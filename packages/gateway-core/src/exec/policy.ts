import { createHash } from "node:crypto";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import { type ExecAction, ExecApprovalsFile, isPathPattern, withAllowed } from "@travelagent/protocol/exec";
import type { Database, Tx } from "@travelagent/protocol/ports";

/** The rules with what tells one version of them from another. */
export interface ExecPolicySnapshot {
  readonly path: string;
  /** False: nobody set any, and the defaults count. */
  readonly exists: boolean;
  readonly hash: string;
  readonly file: ExecApprovalsFile;
}

export interface ExecPolicy {
  get(): Promise<ExecPolicySnapshot>;
  /**
   * Replaces the rules; a `socket` in them is left out, as there is none here. Raises `CONFLICT` unless `baseHash` is the
   * hash of those that are there, and `INVALID_REQUEST` for a pattern that is no path.
   */
  set(file: ExecApprovalsFile, baseHash: string | undefined, now: number): Promise<ExecPolicySnapshot>;
  /** Puts the executable of `action` on its agent's allowlist. */
  allow(action: ExecAction, entry: { id: string; lastUsedAt: number; lastUsedCommand: string }): Promise<void>;
}

const rowId = "exec-approvals";
/** Nothing runs without a person until somebody allows it. */
const initial: ExecApprovalsFile = { version: 1, defaults: { security: "allowlist", ask: "on-miss", askFallback: "deny" }, agents: {} };

/** Keeps the rules in the database. `path` is the place that snapshots name. */
export function createExecPolicy({ db, path = rowId }: { db: Database; path?: string }): ExecPolicy {
  const read = async (from: Pick<Tx, "get">): Promise<ExecPolicySnapshot> => {
    const row = await from.get<{ file: string }>("select file from exec_policy where id = ?", rowId);
    const file = row ? ExecApprovalsFile.parse(JSON.parse(row.file)) : initial;
    return { path, exists: row !== undefined, hash: hashOf(file), file };
  };
  const write = (tx: Tx, file: ExecApprovalsFile, now: number) =>
    tx.run(
      "insert into exec_policy (id, file, updated_at) values (?, ?, ?) on conflict (id) do update set file = excluded.file, updated_at = excluded.updated_at",
      rowId,
      JSON.stringify(file),
      now,
    );

  return {
    get: () => read(db),
    set({ socket: _, ...file }, baseHash, now) {
      for (const { pattern } of Object.values(file.agents ?? {}).flatMap(({ allowlist }) => allowlist ?? []))
        if (!isPathPattern(pattern))
          throw new TravelAgentError("INVALID_REQUEST", `"${pattern}" is no path of an executable: write it whole, such as /usr/bin/git`);
      return db.transaction(async (tx) => {
        const before = await read(tx);
        if (before.exists ? baseHash !== before.hash : baseHash !== undefined && baseHash !== before.hash)
          throw new TravelAgentError("CONFLICT", "the rules changed meanwhile: read them with exec.approvals.get, and send its hash as baseHash", {
            details: { hash: before.hash },
          });
        await write(tx, file, now);
        return { path, exists: true, hash: hashOf(file), file };
      });
    },
    async allow(action, entry) {
      await db.transaction(async (tx) => {
        const { file } = await read(tx);
        const next = withAllowed(file, action, { ...entry, lastResolvedPath: action.argv[0] ?? "" });
        if (next !== file) await write(tx, next, entry.lastUsedAt);
      });
    },
  };
}

const hashOf = (file: ExecApprovalsFile): string => createHash("sha256").update(canonicalJson(file)).digest("hex");
