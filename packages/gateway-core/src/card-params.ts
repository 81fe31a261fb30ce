import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import { cardFree } from "./card-free.ts";

/** What people say: the number is taken out of it and the rest goes on. */
const cleanThemselves = new Set(["chat.send", "chat.inject", "agent", "send", "wake", "conversations.reply"]);

const hasCard = (params: unknown): boolean => params !== undefined && cardFree(params) !== params;

/**
 * The same methods, refusing parameters with a card number in them: names, notes, labels, settings, files. Raises `INVALID_REQUEST`
 * before anything is kept. What is said in a conversation is cleaned instead, where it comes in.
 */
export function withoutCardParams<H extends Handlers>(handlers: H): H {
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => {
      if (cleanThemselves.has(name) || typeof handler !== "function") return [name, handler];
      const guarded = (params: unknown, call: unknown) => {
        if (hasCard(params))
          throw new TravelAgentError(
            "INVALID_REQUEST",
            "the request holds a card number, which is kept nowhere here: take it out; customers pay on the secure payment page",
          );
        return (handler as (params: unknown, call: unknown) => unknown)(params, call);
      };
      return [name, guarded];
    }),
  ) as H;
}
