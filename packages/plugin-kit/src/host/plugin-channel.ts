import type { ChannelAdapter } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { PluginManifest } from "../folder/manifest.ts";
import type { PluginUnit } from "./plugin-unit.ts";
import { channelKey } from "./registrations.ts";

/** A channel, and whose it is. */
export interface PluginChannel extends ChannelAdapter {
  readonly pluginId: string;
}

/**
 * A channel as the manifest declares it, there before the plugin's code is. It starts when the plugin is loaded, fails for good when
 * the plugin is not, and hands over nothing that names another channel.
 */
export function pluginChannel(unit: PluginUnit, { id, accountId, features }: PluginManifest["channels"][number]): PluginChannel {
  const key = channelKey({ id, accountId });
  const what = `channel ${key}`;
  let running: ChannelAdapter | undefined;
  const current = (): ChannelAdapter | undefined => unit.made.channels.get(key);
  return {
    pluginId: unit.id,
    contract: 1,
    id,
    accountId,
    features,
    async start(host) {
      await unit.loaded();
      const adapter = current();
      if (!adapter) throw new TravelAgentError("CONFIG_INVALID", `the plugin ${unit.id} is not running`);
      running = adapter;
      await unit.guard.run(what, () =>
        adapter.start({
          log: host.log,
          async receive(message) {
            if (current() !== adapter) throw new TravelAgentError("UNAVAILABLE", `the plugin ${unit.id} is not running`);
            const { address } = message;
            if (address.channel !== id || address.accountId !== accountId)
              throw new TravelAgentError("FORBIDDEN", `the channel ${key} may not hand over messages of ${address.channel} ${address.accountId}`);
            return host.receive(message);
          },
        }),
      );
    },
    async stop() {
      const adapter = running;
      running = undefined;
      await adapter?.stop();
    },
    async send(to, message, context) {
      const adapter = current();
      if (!adapter) return { status: "failed", reason: `the plugin ${unit.id} is not running`, retryable: unit.state() === "loading" };
      try {
        return await unit.guard.run(what, () => adapter.send(to, message, context), { signal: context.signal });
      } catch (error) {
        // It may have gone out before it failed.
        return { status: "unknown", reason: TravelAgentError.from(error).message };
      }
    },
    // Abilities by presence: there as far as the plugin's own adapter has them.
    get reconcile() {
      const adapter = current();
      return (
        adapter?.reconcile && ((...given: Parameters<NonNullable<ChannelAdapter["reconcile"]>>) => unit.guard.run(what, () => adapter.reconcile!(...given)))
      );
    },
    get recipient() {
      const adapter = current();
      return adapter?.recipient && ((...given: Parameters<NonNullable<ChannelAdapter["recipient"]>>) => adapter.recipient!(...given));
    },
    get showTyping() {
      const adapter = current();
      return adapter?.showTyping && ((...given: Parameters<NonNullable<ChannelAdapter["showTyping"]>>) => adapter.showTyping!(...given));
    },
  } as PluginChannel;
}
