import type { Bus, Logger } from "@travelagent/protocol/ports";

/** Everybody hears a message before `publish` returns. A listener that throws is logged and keeps nobody else from hearing it. */
export function localBus(log: Logger): Bus {
  const listeners = new Set<(topic: string, message: unknown) => void>();
  return {
    publish(topic, message) {
      for (const listener of listeners) {
        try {
          listener(topic, message);
        } catch (error) {
          log.error("a listener on the bus threw", { topic, error });
        }
      }
    },
    subscribe(listener) {
      // Wrapped, so that the same function subscribed twice is two subscriptions.
      const own = (topic: string, message: unknown) => listener(topic, message);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}
