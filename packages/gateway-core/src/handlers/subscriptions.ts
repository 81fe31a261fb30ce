import type { Handler, Handlers } from "@travelagent/protocol";
import { messagesTopic, sessionsTopic } from "../connections/topics.ts";

/** Which events a connection hears. `list` answers the list that may come with `sessions.subscribe`; `keyOf` completes short keys. */
export function subscriptionHandlers({ list, keyOf }: { list: Handler<"sessions.list">; keyOf(key: string, agentId?: string): string }): Handlers {
  return {
    "sessions.subscribe": async (params, call) => {
      call.follow(sessionsTopic);
      const asked = params && Object.values(params).some((value) => value !== undefined);
      return { subscribed: true, ...(asked ? { list: await list(params, call) } : {}) };
    },
    "sessions.unsubscribe": (_, call) => {
      call.unfollow(sessionsTopic);
      return { subscribed: false };
    },
    "sessions.messages.subscribe": ({ key: wanted, agentId }, call) => {
      const key = keyOf(wanted, agentId);
      call.follow(key);
      call.follow(messagesTopic(key));
      return { subscribed: true, key };
    },
    "sessions.messages.unsubscribe": ({ key: wanted, agentId }, call) => {
      const key = keyOf(wanted, agentId);
      call.unfollow(messagesTopic(key));
      call.unfollow(key);
      return { subscribed: false, key };
    },
  };
}
