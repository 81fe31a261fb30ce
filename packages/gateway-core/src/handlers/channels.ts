import type { ChannelAdapter } from "@travelagent/channel-kit";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { ChannelStatus } from "../channels.ts";
import { loginHandlers } from "./channel-login.ts";

const names: Readonly<Record<string, string>> = { webchat: "Web chat", whatsapp: "WhatsApp", email: "E-mail", sms: "SMS", api: "API" };
const labelOf = (id: string): string => names[id] ?? id.charAt(0).toUpperCase() + id.slice(1);
const probeWithinMs = 10_000;

export interface ChannelHandlersOptions {
  adapters: readonly ChannelAdapter[];
  status(): ChannelStatus[];
  restart(channel: string, accountId: string): Promise<void>;
  clock: Clock;
  /** A QR code as a data URL. */
  qrPicture?: ((text: string) => Promise<string>) | undefined;
}

interface Probe {
  ok: boolean;
  elapsedMs: number;
  error?: string;
}

/** How the channels are, channel by channel and account by account; and what a person can do about it. */
export function channelHandlers({ adapters, status, restart, clock, qrPicture }: ChannelHandlersOptions): Handlers {
  /** Each account by itself: one that does not answer holds up no other. */
  const probeOf = async (adapter: ChannelAdapter, timeoutMs: number): Promise<Probe | undefined> => {
    if (!adapter.probe) return undefined;
    const from = clock.now();
    const own = new AbortController();
    let disarm = (): void => undefined;
    const late = new Promise<never>((_, reject) => {
      disarm = clock.after(timeoutMs, () => {
        own.abort();
        reject(new TravelAgentError("TIMEOUT", `no answer within ${timeoutMs} ms`));
      });
    });
    try {
      await Promise.race([adapter.probe(own.signal), late]);
      return { ok: true, elapsedMs: clock.now() - from };
    } catch (error) {
      return { ok: false, elapsedMs: clock.now() - from, error: error instanceof Error ? error.message : String(error) };
    } finally {
      disarm();
    }
  };

  return {
    ...loginHandlers({ adapters, qrPicture, clock, restart }),
    "channels.restart": async ({ channel, accountId = "default" }) => {
      await restart(channel, accountId);
      return { ok: true, channel, accountId };
    },
    "channels.status": async (params) => {
      const asked = adapters.filter(({ id }) => params?.channel === undefined || params.channel === id);
      const order = [...new Set(asked.map((adapter) => adapter.id))];
      const probes = new Map<string, Probe>();
      if (params?.probe)
        await Promise.all(
          asked.map(async (adapter) => {
            const probe = await probeOf(adapter, params.timeoutMs || probeWithinMs);
            if (probe) probes.set(`${adapter.id}\n${adapter.accountId}`, probe);
          }),
        );
      const states = status();
      const accounts = Object.fromEntries(
        order.map((channel) => [
          channel,
          states
            .filter(({ id }) => id === channel)
            .map(({ id, state, attempts, lastError, ...account }) => {
              const probe = probes.get(`${id}\n${account.accountId}`);
              return {
                ...account,
                state,
                enabled: true,
                configured: true,
                running: state === "running",
                connected: state === "running",
                reconnectAttempts: attempts,
                ...(lastError === undefined ? {} : { lastError }),
                ...(probe ? { probe, lastProbeAt: clock.now() } : {}),
              };
            }),
        ]),
      );
      return {
        ts: clock.now(),
        channelOrder: order,
        channelLabels: Object.fromEntries(order.map((id) => [id, labelOf(id)])),
        channelDetailLabels: Object.fromEntries(order.map((id) => [id, labelOf(id)])),
        channelSystemImages: {},
        channelMeta: order.map((id) => ({ id, label: labelOf(id), detailLabel: labelOf(id) })),
        channels: Object.fromEntries(
          order.map((id) => {
            const worst = states.filter((one) => one.id === id).sort((a, b) => Number(a.state === "running") - Number(b.state === "running"))[0]!;
            return [id, { ...worst, configured: true, running: worst.state === "running" }];
          }),
        ),
        channelAccounts: accounts,
        channelDefaultAccountId: Object.fromEntries(order.map((id) => [id, adapters.find((adapter) => adapter.id === id)!.accountId])),
      };
    },
  };
}
