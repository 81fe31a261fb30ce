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
  adapter(channel: string, accountId: string): ChannelAdapter | undefined;
  status(): ChannelStatus[];
}

export function createChannels({
  adapters,
  host,
  onState,
  clock,
  log,
  stopTimeoutMs = 5_000,
}: {
  adapters: readonly ChannelAdapter[];
  host(adapter: ChannelAdapter): Omit<ChannelHost, "report">;
  /** An account is otherwise than before. */
  onState?(status: ChannelStatus): void;
  clock: Clock;
  log: Logger;
  stopTimeoutMs?: number;
}): ChannelManager {
  const key = (channel: string, accountId: string) => `${channel}\n${accountId}`;
  const byKey = new Map<string, ChannelAdapter>();
  for (const adapter of adapters) {
    if (byKey.has(key(adapter.id, adapter.accountId)))
      throw new TravelAgentError("CONFIG_INVALID", `the channel ${adapter.id} has two accounts named ${adapter.accountId}`);
    byKey.set(key(adapter.id, adapter.accountId), adapter);
  }
  const states = new Map<ChannelAdapter, ChannelStatus>(
    adapters.map((adapter) => [adapter, { id: adapter.id, accountId: adapter.accountId, state: "stopped", attempts: 0 }]),
  );
  const retries = new Set<() => void>();
  let stopped = false;

  const run = async (adapter: ChannelAdapter): Promise<void> => {
    const status = states.get(adapter)!;
    status.state = "starting";
    status.attempts += 1;
    try {
      await adapter.start({
        ...host(adapter),
        report(state, reason) {
          if (stopped || status.state === state) return;
          status.state = state;
          if (state === "running" || reason === undefined) delete status.lastError;
          else status.lastError = reason;
          onState?.({ ...status });
        },
      });
      status.state = "running";
      status.attempts = 0;
      delete status.lastError;
    } catch (error) {
      status.lastError = error instanceof Error ? error.message : String(error);
      const permanent = TravelAgentError.is(error) && !error.retryable;
      status.state = permanent ? "failed" : "backing-off";
      log.error("a channel did not start", { channel: adapter.id, account: adapter.accountId, error: status.lastError, permanent });
      if (permanent || stopped) return;
      const cancel = clock.after(Math.min(300_000, 1_000 * 2 ** Math.min(status.attempts, 9)), () => {
        retries.delete(cancel);
        if (!stopped) void run(adapter);
      });
      retries.add(cancel);
    }
  };

  return {
    start() {
      stopped = false;
      for (const adapter of adapters) void run(adapter);
    },
    async stop() {
      stopped = true;
      for (const cancel of retries) cancel();
      await Promise.all(
        adapters.map(async (adapter) => {
          const deadline = new Promise<void>((resolve) => clock.after(stopTimeoutMs, resolve));
          await Promise.race([
            adapter.stop().catch((error: unknown) => log.warn("a channel did not stop cleanly", { channel: adapter.id, error: String(error) })),
            deadline,
          ]);
          states.get(adapter)!.state = "stopped";
        }),
      );
    },
    adapter: (channel, accountId) => byKey.get(key(channel, accountId)),
    status: () => [...states.values()].map((status) => ({ ...status })),
  };
}
