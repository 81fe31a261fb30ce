import type { ChannelAdapter } from "@travelagent/channel-kit";
import type { Handlers } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { ChannelStatus } from "../channels.ts";

const names: Readonly<Record<string, string>> = { webchat: "Web chat", whatsapp: "WhatsApp", email: "E-mail", sms: "SMS", api: "API" };
const labelOf = (id: string): string => names[id] ?? id.charAt(0).toUpperCase() + id.slice(1);

export interface ChannelHandlersOptions {
  adapters: readonly ChannelAdapter[];
  status(): ChannelStatus[];
  clock: Clock;
}

/** How the channels are, channel by channel and account by account. */
export function channelHandlers({ adapters, status, clock }: ChannelHandlersOptions): Handlers {
  return {
    "channels.status": (params) => {
      const order = [...new Set(adapters.map((adapter) => adapter.id))].filter((id) => params?.channel === undefined || params.channel === id);
      const states = status();
      const accounts = Object.fromEntries(
        order.map((channel) => [
          channel,
          states
            .filter(({ id }) => id === channel)
            .map(({ id: _, state, attempts, lastError, ...account }) => ({
              ...account,
              state,
              enabled: true,
              configured: true,
              running: state === "running",
              connected: state === "running",
              reconnectAttempts: attempts,
              ...(lastError === undefined ? {} : { lastError }),
            })),
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
