import { type Action, defineTool, type Tool, type ToolContext } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import type { Bookings } from "../bookings.ts";
import type { OrderChange, Traveller } from "../supplier.ts";
import { claimBooking, claimOffers } from "./claims.ts";
import { DirectChangeArgs } from "./direct-arguments.ts";
import { callOf } from "./direct-booking.ts";
import { claimCustomer, directFactNames, isImpossible, type ReadConversation, tryOut } from "./direct-facts.ts";
import { impossible } from "./impossible.ts";
import { describeModification, executeModification } from "./modification.ts";

type Args = z.infer<typeof DirectChangeArgs>;

const Exchange = z.object({ to: z.string() });

/** Of the itinerary, what keeps the flights. */
const changeOf = ({ itinerary, travellers }: Args, before: readonly Traveller[]): OrderChange => ({
  ...(travellers
    ? { travellers: travellers.map((traveller, index): Traveller => ({ ...onFile(traveller), id: before[index]?.id ?? String(index + 1), ptc: "ADT" })) }
    : {}),
  ...(itinerary?.checkedBags ? { checkedBags: itinerary.checkedBags } : {}),
  ...(itinerary?.payments?.[0] ? { method: itinerary.payments[0].method } : {}),
});

const onFile = ({ givenName, familyName, bornOn }: NonNullable<Args["travellers"]>[number]) => ({
  givenName,
  familyName,
  ...(bornOn === undefined ? {} : { bornOn }),
});

const exchanges = ({ itinerary }: Args): boolean => itinerary?.flights !== undefined || itinerary?.cabin !== undefined;

/** `modify_booking` that also takes exactly these flights, a cabin, bags or travellers, where a supplier sells to customers of its own. */
export function directChange(inner: Tool, bookings: Bookings, conversation: ReadConversation): Tool {
  const innerArgs = ({ itinerary: _, customerId: __, ...rest }: Args) => rest;
  const isDirect = (args: Args): boolean => args.itinerary !== undefined || args.travellers !== undefined;

  async function describeWanted(args: Args, context: ToolContext): Promise<Action> {
    const { bookingReference: reference, itinerary = {} } = args;
    if (!exchanges(args)) {
      const stored = await bookings.byReference(reference);
      return describeModification(bookings, reference, changeOf(args, stored?.order.travellers ?? []), context);
    }
    if (args.travellers || itinerary.insurance !== undefined)
      throw new TravelAgentError("INVALID_REQUEST", "flights and cabin are changed by themselves; change travellers before or afterwards");
    const { turn } = context;
    const owner = { sessionKey: turn.sessionKey, ...(turn.customerId === undefined ? {} : { customerId: turn.customerId }) };
    const offer = await bookings.desk.compose({ kind: "change", reference, itinerary }, owner, callOf(context));
    return inner.describe!({ bookingReference: reference, newOfferId: offer.id }, context);
  }

  return defineTool<Args>({
    ...inner,
    args: DirectChangeArgs,
    facts: [...(inner.facts ?? []), ...directFactNames],
    claims: async ({ bookingReference, newOfferId, customerId }) => [
      ...claimCustomer(customerId),
      await claimBooking(bookings, bookingReference),
      ...(newOfferId === undefined ? [] : await claimOffers(bookings, [newOfferId])),
    ],
    async describe(args, context) {
      if (!isDirect(args)) return inner.describe!(innerArgs(args), context);
      const { bookingReference: reference, itinerary = {}, travellers } = args;
      const desk = await bookings.desk.assess({ kind: "change", reference, itinerary, travellers }, callOf(context));
      const action = await tryOut(() => describeWanted(args, context));
      const facts = { desk, conversation: await conversation(context.turn) };
      if (isImpossible(action)) return impossible(`Change booking ${reference}`, action, facts, context.now);
      return { ...action, facts: { ...action.facts, ...facts, possible: true } };
    },
    async execute(args, context) {
      if (!isDirect(args)) return inner.execute(innerArgs(args), context);
      const { action } = context;
      if (action?.subject.problem !== undefined) throw new TravelAgentError("SUPPLIER_REJECTED", action.lines[0] ?? "this cannot be changed");
      if (exchanges(args)) {
        const exchange = Exchange.parse(action?.subject);
        return inner.execute({ bookingReference: args.bookingReference, newOfferId: exchange.to }, context);
      }
      const stored = await bookings.byReference(args.bookingReference);
      return executeModification(bookings, args.bookingReference, changeOf(args, stored?.order.travellers ?? []), context);
    },
  });
}
