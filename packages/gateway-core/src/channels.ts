import type { ChannelAdapter, ChannelHost } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";

export interface ChannelStatus {
  id: string;
  accountId: string;
  /** `degraded`: it mends itself meanwhile. `logged-out` and `needs-pairing`: a person has to do something. */
  state: "starting" | "running" | "backing-off" | "failed" | "stopped" | "degraded" | "logged-out" | "needs-pairing";
  attempts: number;
  lastError?: string;
}

/** Runs the adapters: one that fails or hangs is on its own, the others and the gateway go on. */
export interface ChannelManager {
  start(): void;
  stop(): Promise<void>;
  /** Stops it and starts it anew, whatever state it is in. Resolves when it was asked to start. Raises `NOT_FOUND`. */
  restart(channel: string, accountId: string): Promise<void>;
  adapter(channel: string, accountId: string): ChannelAdapter | undefined;
  /** Whether messages can flow now. */
  ready(channel: string, accountId: string): boolean;
  status(): ChannelStatus[];
}

export interface ChannelsOptions {
  adapters: readonly ChannelAdapter[];
  host(adapter: ChannelAdapter): Omit<ChannelHost, "report">;
  /** An account is otherwise than before. */
  onState?(status: ChannelStatus): void;
  clock: Clock;
  log: Logger;
  stopTimeoutMs?: number;
  /** A start that takes longer counts as degraded until it is through. Default 30 s. */
  startTimeoutMs?: number;
  /** Between 0 and 1, so that accounts that failed together do not come back together. */
  random?(): number;
}

interface Account {
  readonly adapter: ChannelAdapter;
  readonly status: ChannelStatus;
  /** What an earlier start says later counts no more. */
  run: number;
  cancelRetry?: (() => void) | undefined;
}

const firstRetryMs = 1_000;
const longestRetryMs = 300_000;
/** States in which a restart by itself would only annoy the platform: a person has to act. */
const awaitsPerson: ReadonlySet<ChannelStatus["state"]> = new Set(["logged-out", "needs-pairing", "failed"]);

export function createChannels({
  adapters,
  host,
  onState,
  clock,
  log,
  stopTimeoutMs = 5_000,
  startTimeoutMs = 30_000,
  random = Math.random,
}: ChannelsOptions): ChannelManager {
  const key = (channel: string, accountId: string) => `${channel}\n${accountId}`;
  const accounts = new Map<string, Account>();
  for (const adapter of adapters) {
    const { id, accountId } = adapter;
    if (accounts.has(key(id, accountId))) throw new TravelAgentError("CONFIG_INVALID", `the channel ${id} has two accounts named ${accountId}`);
    accounts.set(key(id, accountId), { adapter, status: { id, accountId, state: "stopped", attempts: 0 }, run: 0 });
  }
  let stopped = false;

  const become = ({ status, adapter }: Account, state: ChannelStatus["state"], reason?: string): void => {
    const same = status.state === state && (reason === undefined || status.lastError === reason);
    status.state = state;
    if (state === "running") delete status.lastError;
    else if (reason !== undefined) status.lastError = reason;
    if (same) return;
    if (awaitsPerson.has(state))
      log.error("a channel waits for a person", { channel: adapter.id, account: adapter.accountId, state, reason: status.lastError });
    onState?.({ ...status });
  };

  const retryLater = (account: Account): void => {
    const pauseMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(account.status.attempts, 9)) * (0.8 + random() * 0.4);
    account.cancelRetry = clock.after(Math.min(longestRetryMs, Math.round(pauseMs)), () => {
      account.cancelRetry = undefined;
      if (!stopped) void begin(account);
    });
  };

  const begin = async (account: Account): Promise<void> => {
    const { adapter, status } = account;
    account.run += 1;
    const { run } = account;
    const current = (): boolean => account.run === run && !stopped;
    let reported: ChannelStatus["state"] | undefined;
    status.attempts += 1;
    become(account, "starting");
    const slow = clock.after(startTimeoutMs, () => {
      if (current() && status.state === "starting") become(account, "degraded", `it has not started within ${Math.round(startTimeoutMs / 1000)} s`);
    });
    try {
      await adapter.start({
        ...host(adapter),
        report(state, reason) {
          if (!current()) return;
          reported = state;
          become(account, state, reason);
        },
      });
      if (!current()) return;
      status.attempts = 0;
      // What it said of itself while it started counts for more.
      if (reported === undefined || reported === "running") become(account, "running");
    } catch (error) {
      if (!current()) return;
      const reason = error instanceof Error ? error.message : String(error);
      const permanent = TravelAgentError.is(error) && !error.retryable;
      log.error("a channel did not start", { channel: adapter.id, account: adapter.accountId, error: reason, permanent });
      if (reported === "logged-out" || reported === "needs-pairing") return;
      become(account, permanent ? "failed" : "backing-off", reason);
      if (!permanent) retryLater(account);
    } finally {
      slow();
    }
  };

  const end = async (account: Account): Promise<void> => {
    const { adapter } = account;
    account.run += 1;
    account.cancelRetry?.();
    account.cancelRetry = undefined;
    let disarm = (): void => undefined;
    const deadline = new Promise<void>((resolve) => {
      disarm = clock.after(stopTimeoutMs, resolve);
    });
    await Promise.race([
      adapter.stop().catch((error: unknown) => log.warn("a channel did not stop cleanly", { channel: adapter.id, error: String(error) })),
      deadline,
    ]);
    disarm();
  };

  return {
    start() {
      stopped = false;
      for (const account of accounts.values()) void begin(account);
    },
    async stop() {
      stopped = true;
      await Promise.all(
        [...accounts.values()].map(async (account) => {
          await end(account);
          account.status.state = "stopped";
        }),
      );
    },
    async restart(channel, accountId) {
      const account = accounts.get(key(channel, accountId));
      if (!account) throw new TravelAgentError("NOT_FOUND", `the channel ${channel} has no account ${accountId}`);
      if (stopped) throw new TravelAgentError("UNAVAILABLE", "the gateway is stopping");
      await end(account);
      account.status.attempts = 0;
      delete account.status.lastError;
      if (!stopped) void begin(account);
    },
    adapter: (channel, accountId) => accounts.get(key(channel, accountId))?.adapter,
    ready(channel, accountId) {
      const state = accounts.get(key(channel, accountId))?.status.state;
      // What has no adapter fails when it is sent, and says so.
      return state === undefined || state === "running" || state === "degraded";
    },
    status: () => [...accounts.values()].map(({ status }) => ({ ...status })),
  };
}
