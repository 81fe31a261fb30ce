import { type Action, defineTool, type Tool, type ToolContext } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import type { Bookings } from "../bookings.ts";
import type { Proposal } from "../desk.ts";
import { claimOffers } from "./claims.ts";
import { DirectBookingArgs } from "./direct-arguments.ts";
import { claimCustomer, directFactNames, isImpossible, type ReadConversation, tryOut } from "./direct-facts.ts";
import { impossible } from "./impossible.ts";

type Args = z.infer<typeof DirectBookingArgs>;

/** The offers of an action that was described. */
const Described = z.object({ offers: z.array(z.object({ id: z.string() })).min(1) });

export const callOf = ({ turn, toolCallId, signal }: ToolContext) => ({ requestId: `${turn.runId}:${toolCallId}`, signal });

/** `create_booking` that also takes exactly these flights, where a supplier sells to customers of its own. */
export function directBooking(inner: Tool, bookings: Bookings, conversation: ReadConversation): Tool {
  async function describe({ itinerary, customerId, ...args }: Args, context: ToolContext): Promise<Action> {
    const { turn, now } = context;
    if (!itinerary) return inner.describe!(args, context);
    const proposal: Proposal = { kind: "book", customerId: customerId ?? turn.customerId ?? "", itinerary, travellers: args.travellers };
    const desk = await bookings.desk.assess(proposal, callOf(context));
    const owner = { sessionKey: turn.sessionKey, ...(turn.customerId === undefined ? {} : { customerId: turn.customerId }) };
    const action = await tryOut(async () => {
      const offer = await bookings.desk.compose(proposal, owner, callOf(context));
      return inner.describe!({ ...args, offerIds: [offer.id] }, context);
    });
    const facts = { desk, conversation: await conversation(turn) };
    if (isImpossible(action)) return impossible("Book these flights", action, facts, now);
    return { ...action, facts: { ...action.facts, ...facts, possible: true } };
  }
  return defineTool<Args>({
    ...inner,
    description: `${inner.description} Where a supplier sells to its own customers, an itinerary names exactly the flights instead, with means of payment on file.`,
    args: DirectBookingArgs,
    facts: [...(inner.facts ?? []), ...directFactNames],
    claims: async ({ offerIds, customerId }) => [...claimCustomer(customerId), ...(offerIds ? await claimOffers(bookings, offerIds) : [])],
    describe,
    async execute({ itinerary, customerId: _, ...args }, context) {
      if (!itinerary) return inner.execute(args, context);
      const described = Described.safeParse(context.action?.subject);
      if (!described.success) throw new TravelAgentError("SUPPLIER_REJECTED", context.action?.lines[0] ?? "these flights cannot be booked");
      return inner.execute({ ...args, offerIds: described.data.offers.map(({ id }) => id) }, context);
    },
  });
}
