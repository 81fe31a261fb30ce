import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import { gatewayHost } from "@travelagent/protocol/exec";
import type { Clock, Database } from "@travelagent/protocol/ports";
import { hashSecret, randomSecret, sameSecret } from "../auth/secret.ts";

/** What a node says about itself when it asks to be paired. */
export interface PairInfo {
  readonly nodeId: string;
  readonly [fact: string]: unknown;
}

export interface PendingPair extends PairInfo {
  readonly requestId: string;
  /** This node was paired before; to approve it gives it a new token. */
  readonly isRepair: boolean;
  readonly ts: number;
}

export interface PairedNode extends PairInfo {
  readonly createdAtMs: number;
  readonly approvedAtMs: number;
}

/**
 * Nodes paired by token, for clients and bridges that know no device identity. It says who a node is to whoever asks;
 * a connection of role node has its device pairing instead.
 */
export interface NodePairing {
  /** One request at a time for each node: while it is pending, asking again gives the same one. */
  request(info: PairInfo): Promise<{ request: PendingPair; created: boolean }>;
  list(): Promise<{ pending: PendingPair[]; paired: PairedNode[] }>;
  /** Always with a new token; the old one ends. Raises `NOT_FOUND` for a request that is not there or too old. */
  approve(requestId: string): Promise<{ requestId: string; node: PairedNode & { token: string } }>;
  /** Raises as `approve`. */
  reject(requestId: string): Promise<{ requestId: string; nodeId: string }>;
  verify(nodeId: string, token: string): Promise<PairedNode | undefined>;
  /** Tells a carrier how a request ended, with the token for the node. Returns the function that ends the subscription. */
  onDecided(requestId: string, listener: (token: string | undefined) => void): () => void;
}

export interface NodePairingOptions {
  db: Database;
  clock: Clock;
  onRequested?: (request: PendingPair) => void;
  onResolved?: (resolved: { requestId: string; nodeId: string; decision: "approved" | "rejected"; ts: number }) => void;
  /** How long a request waits. Default 5 minutes. */
  pendingMs?: number;
  /** Requests that wait at once. Default 50. */
  maxPending?: number;
}

export function createNodePairing({ db, clock, onRequested, onResolved, pendingMs = 300_000, maxPending = 50 }: NodePairingOptions): NodePairing {
  const waiting = new Map<string, (token: string | undefined) => void>();
  const tell = (requestId: string, token: string | undefined) => {
    waiting.get(requestId)?.(token);
    waiting.delete(requestId);
  };
  const take = (requestId: string, andThen: (row: PendingRow, tx: Parameters<Parameters<Database["transaction"]>[0]>[0]) => Promise<void>) =>
    db.transaction(async (tx) => {
      const row = await tx.get<PendingRow>("delete from node_pair_pending where request_id = ? returning request_id, node_id, info, created_at", requestId);
      if (!row || Number(row.created_at) + pendingMs <= clock.now())
        throw new TravelAgentError("NOT_FOUND", "there is no such request to pair a node, or it is older than five minutes: let the node ask again");
      await andThen(row, tx);
      return row;
    });

  return {
    async request(info) {
      if (info.nodeId === gatewayHost) throw new TravelAgentError("INVALID_REQUEST", `no node may be called ${gatewayHost}: that is the gateway's own machine`);
      const now = clock.now();
      const requestId = randomUUID();
      const outcome = await db.transaction(async (tx) => {
        await tx.run("delete from node_pair_pending where created_at <= ?", now - pendingMs);
        const isRepair = (await tx.get("select node_id from node_pair where node_id = ?", info.nodeId)) !== undefined;
        const known = await tx.get<PendingRow>("select request_id, node_id, info, created_at from node_pair_pending where node_id = ?", info.nodeId);
        if (known) return { request: pendingOf(known, isRepair), created: false };
        const { count } = (await tx.get<{ count: number | bigint }>("select count(*) as count from node_pair_pending")) ?? { count: 0 };
        if (Number(count) >= maxPending)
          throw new TravelAgentError("RATE_LIMITED", "too many nodes wait to be paired: approve or reject some first", { retryAfterMs: 60_000 });
        await tx.run(
          "insert into node_pair_pending (request_id, node_id, info, created_at) values (?, ?, ?, ?)",
          requestId,
          info.nodeId,
          JSON.stringify(info),
          now,
        );
        return { request: { ...info, requestId, isRepair, ts: now }, created: true };
      });
      if (outcome.created) onRequested?.(outcome.request);
      return outcome;
    },
    async list() {
      const since = clock.now() - pendingMs;
      const paired = await db.all<PairedRow>(
        "select node_id, info, token_hash, created_at, approved_at from node_pair order by approved_at desc, node_id limit 1000",
      );
      const pending = await db.all<PendingRow>(
        "select request_id, node_id, info, created_at from node_pair_pending where created_at > ? order by created_at desc, request_id",
        since,
      );
      const known = new Set(paired.map(({ node_id }) => node_id));
      return { pending: pending.map((row) => pendingOf(row, known.has(row.node_id))), paired: paired.map(pairedOf) };
    },
    async approve(requestId) {
      const token = randomSecret();
      const now = clock.now();
      let createdAtMs = now;
      const row = await take(requestId, async ({ node_id, info }, tx) => {
        const before = await tx.get<{ created_at: number | bigint }>("select created_at from node_pair where node_id = ?", node_id);
        createdAtMs = Number(before?.created_at ?? now);
        await tx.run(
          `insert into node_pair (node_id, info, token_hash, created_at, approved_at) values (?, ?, ?, ?, ?)
           on conflict (node_id) do update set info = excluded.info, token_hash = excluded.token_hash, approved_at = excluded.approved_at`,
          node_id,
          info,
          hashSecret(token),
          createdAtMs,
          now,
        );
      });
      onResolved?.({ requestId, nodeId: row.node_id, decision: "approved", ts: now });
      tell(requestId, token);
      return { requestId, node: { ...infoOf(row), createdAtMs, approvedAtMs: now, token } };
    },
    async reject(requestId) {
      const { node_id: nodeId } = await take(requestId, async () => {});
      onResolved?.({ requestId, nodeId, decision: "rejected", ts: clock.now() });
      tell(requestId, undefined);
      return { requestId, nodeId };
    },
    onDecided(requestId, listener) {
      waiting.set(requestId, listener);
      return () => void waiting.delete(requestId);
    },
    async verify(nodeId, token) {
      const row = await db.get<PairedRow>("select node_id, info, token_hash, created_at, approved_at from node_pair where node_id = ?", nodeId);
      const same = sameSecret(hashSecret(token), row?.token_hash ?? "");
      return row && same ? pairedOf(row) : undefined;
    },
  };
}

type PendingRow = { request_id: string; node_id: string; info: string; created_at: number | bigint };
type PairedRow = { node_id: string; info: string; token_hash: string; created_at: number | bigint; approved_at: number | bigint };

const infoOf = (row: { info: string }): PairInfo => JSON.parse(row.info) as PairInfo;

const pendingOf = (row: PendingRow, isRepair: boolean): PendingPair => ({
  ...infoOf(row),
  requestId: row.request_id,
  isRepair,
  ts: Number(row.created_at),
});

const pairedOf = (row: PairedRow): PairedNode => ({ ...infoOf(row), createdAtMs: Number(row.created_at), approvedAtMs: Number(row.approved_at) });
