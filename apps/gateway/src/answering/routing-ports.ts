import type { Gate } from "@travelagent/agent-runtime/gate";
import type { Routing, RoutingPorts } from "@travelagent/gateway-core";
import type { Booking } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { Sessions } from "@travelagent/sessions";
import type { Bookings } from "@travelagent/tools-booking";
import type { AgencyOf, Crm } from "@travelagent/tools-crm";

/** What routing asks of customers, bookings and the audit. */
export function routingPorts(
  { crm, bookings, agencyOf }: { bookings: Bookings; crm: Crm; agencyOf: AgencyOf },
  sessions: Pick<Sessions, "get">,
  audit: Pick<Gate["audit"], "write">,
): RoutingPorts {
  const bookingsOf = async (customerId: string) => (await bookings.list({ customerId, limit: 50 })).bookings;
  return {
    facts: {
      async customerOf({ sessionKey, address }) {
        const bound = (await sessions.get(sessionKey))?.customerId;
        const customer = bound === undefined ? await crm.byIdentity(address.channel, address.peerId, agencyOf(address)) : await crm.get(bound);
        return customer ? { id: customer.id, tags: customer.tags } : undefined;
      },
      referencesOf: async (customerId) =>
        (await bookingsOf(customerId)).flatMap(({ reference, items }) => [
          reference,
          ...items.flatMap(({ locators, supplierReference }) => [...locators, ...(supplierReference ? [supplierReference] : [])]),
        ]),
    },
    async onRecord({ sessionKey, customerId: ofTurn }) {
      const customerId = ofTurn ?? (await sessions.get(sessionKey))?.customerId;
      const customer = customerId === undefined ? null : await crm.get(customerId);
      if (!customer) return [];
      const now = bookings.clock.now();
      const open = (await bookingsOf(customer.id)).filter(({ items, status }) => !gone.has(status) && items.some(({ end }) => Date.parse(end.utc) > now));
      // No word of a supplier's: what they write may want something of a model.
      const inShort = ({ kind, start }: Booking["items"][number]): string => `${kind} ${start.local.slice(0, 10)}`;
      return [
        `name: ${customer.name.replace(/\s+/g, " ")}${customer.language ? `, writes in ${customer.language}` : ""}`,
        ...(open.length === 0
          ? ["no open bookings"]
          : open.slice(0, 10).map(({ reference, status, items }) => `booking ${reference}, ${status}: ${items.map(inShort).join(", ")}`)),
      ];
    },
    record: (tx, { runId, sessionKey, customerId, actor, from, to }) =>
      audit.write(tx, {
        runId,
        sessionKey,
        ...(customerId === undefined ? {} : { customerId }),
        actor,
        tool: "hand_off_to_agent",
        decision: "allow",
        ruleId: "routing.handoff",
        reason: `the conversation went from ${from} to ${to}`,
        actionHash: "",
        evidence: { from, to },
      }),
  };
}

const gone: ReadonlySet<string> = new Set(["cancelled", "voided", "refunded", "failed"]);

/** Which of the agents that one may hand to has a tool, in the same conversation. */
export const agentWith =
  (gate: () => Pick<Gate, "specs">, routing: () => Routing) =>
  (tool: string, turn: TurnScope): string | undefined =>
    (routing().handoff?.[turn.agentId] ?? []).find((agentId) =>
      gate()
        .specs({ ...turn, agentId })
        .some(({ name }) => name === tool),
    );
