import type { Address, InboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Logger, Tx } from "@travelagent/protocol/ports";
import { isThere, type Route, route, type SessionKeyOf, sessionKeyFor } from "../route.ts";
import type { Assignments } from "./assignments.ts";
import { bindingFor, looksAtCustomer, type MatchedBy, type Place, type Who } from "./binding.ts";
import { quoted } from "./quoted.ts";
import type { Routing } from "./routing.ts";

/** What routing asks others, for bindings that look at the customer. */
export interface RoutingFacts {
  /** The customer of a direct conversation: the one it was bound to, else whose verified identity its address is. Never by what a message claims. */
  customerOf(conversation: { sessionKey: string; address: Address }): Promise<{ id: string; tags: readonly string[] } | undefined>;
  /** The references of a customer's bookings, ours and the suppliers'. */
  referencesOf(customerId: string): Promise<readonly string[]>;
}

export type Routed = Route & { matchedBy: MatchedBy };

export interface Routes {
  /**
   * Where a message goes by bindings. The session is the address's; bindings that look at the customer change who answers in
   * it and nothing else. `agentId`: that one of a broadcast group, in a session of its own.
   */
  of(message: InboundMessage, agentId?: string): Promise<Routed>;
  /** In the commit that takes the message in: who was given the conversation goes before bindings. */
  settle(tx: Tx, routed: Routed): Promise<Routed>;
  /** What would become of a message with this text, without any. */
  explain(place: Place, text?: string): Promise<Routed>;
}

export interface RoutesOptions {
  routing(): Routing;
  sessionKeyOf: SessionKeyOf;
  assignments: Assignments;
  /** Absent: nobody knows customers, and bindings that look at them never hold. */
  facts?: RoutingFacts;
  clock: Clock;
  log: Logger;
}

/** How long a conversation stays with the agent of a booking after the customer quoted it. */
const bookingHoldsMs = 24 * 3_600_000;

export function createRoutes({ routing, sessionKeyOf, assignments, facts, clock, log }: RoutesOptions): Routes {
  /** Undefined in groups, for strangers, and when it cannot be found out: then the bindings for everybody count. */
  async function whoIs(sessionKey: string, address: Address, text: string): Promise<Who | undefined> {
    const { bindings } = routing();
    if (!facts || address.chatType === "group" || !bindings.some(looksAtCustomer)) return undefined;
    try {
      const customer = await facts.customerOf({ sessionKey, address });
      if (!customer) return undefined;
      const references = bindings.some(({ match }) => match.booking !== undefined) ? await facts.referencesOf(customer.id) : [];
      return { customerId: customer.id, tags: customer.tags, quoted: quoted(text, references) };
    } catch (error) {
      log.error("who a customer is could not be looked up for routing", { error });
      return undefined;
    }
  }

  async function byBindings(place: Place, text: string): Promise<Routed> {
    const options = { ...routing(), sessionKeyOf };
    const base = route(place.address, options, place);
    const who = await whoIs(base.sessionKey, place.address, text);
    const found = who && bindingFor(options.bindings.filter(looksAtCustomer), place, who);
    return found && isThere(found.agentId, options) ? { ...found, sessionKey: base.sessionKey } : base;
  }

  const settled = (routed: Routed, held: Awaited<ReturnType<Assignments["of"]>>): Routed => {
    if (!held || routed.matchedBy === "broadcast" || !isThere(held.agentId, routing())) return routed;
    if (held.cause === "booking") return routed.matchedBy === "binding.booking" ? routed : { ...routed, agentId: held.agentId, matchedBy: "binding.booking" };
    return { ...routed, agentId: held.agentId, matchedBy: held.cause };
  };

  return {
    async of(message, agentId) {
      if (agentId === undefined) return byBindings(message, message.text);
      return { agentId, sessionKey: sessionKeyFor(agentId, message.address, { ...routing(), sessionKeyOf }), matchedBy: "broadcast" };
    },
    async settle(tx, routed) {
      const held = await assignments.of(routed.sessionKey, tx);
      const result = settled(routed, held);
      // Quoted again: it holds from now on anew. What a colleague or a person decided is left alone.
      if (routed.matchedBy === "binding.booking" && result === routed)
        await assignments.set(tx, routed.sessionKey, {
          agentId: routed.agentId,
          cause: "booking",
          from: held?.from ?? routed.agentId,
          until: clock.now() + bookingHoldsMs,
        });
      return result;
    },
    async explain(place, text = "") {
      const routed = await byBindings(place, text);
      return settled(routed, await assignments.of(routed.sessionKey));
    },
  };
}
