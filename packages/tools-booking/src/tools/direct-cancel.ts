import { type Action, defineTool, type Tool, type ToolContext } from "@travelagent/agent-runtime";
import type { z } from "zod";
import type { Bookings } from "../bookings.ts";
import { isGone } from "../order.ts";
import { bookingOutput } from "./booking-result.ts";
import { DirectCancelArgs } from "./direct-arguments.ts";
import { callOf } from "./direct-booking.ts";
import { claimCustomer, directFactNames, isImpossible, type ReadConversation, tryOut } from "./direct-facts.ts";
import { actionLifeMs } from "./facts.ts";
import { impossible } from "./impossible.ts";

type Args = z.infer<typeof DirectCancelArgs>;

/** `cancel_booking` with what the supplier's record says; cancelling again what is cancelled changes nothing. */
export function directCancel(inner: Tool, bookings: Bookings, conversation: ReadConversation): Tool {
  const innerArgs = ({ bookingReference, reason }: Args) => ({ bookingReference, ...(reason === undefined ? {} : { reason }) });
  const cancelled = async (reference: string) => {
    const stored = await bookings.byReference(reference);
    return stored && !stored.work && stored.order.items.every(isGone) ? stored : null;
  };

  async function describe(args: Args, context: ToolContext): Promise<Action> {
    const { bookingReference: reference, reason, refundTo, refundAmount, flights } = args;
    const known = await conversation(context.turn);
    const desk = await bookings.desk.assess({ kind: "cancel", reference, refundTo, refundAmount, flights }, callOf(context));
    const said = known.reason ?? reason;
    const facts = { ...(desk ? { desk } : {}), conversation: known, ...(said === undefined ? {} : { reason: said }) };
    const title = `Cancel booking ${reference}`;
    const before = desk && (await cancelled(reference));
    if (before)
      return {
        title,
        lines: ["This booking is cancelled already; nothing is done again"],
        expiresAt: context.now + actionLifeMs,
        subject: { booking: before.order.id, already: true },
        facts: { ...facts, status: before.order.status, already: true },
      };
    if (!desk) return inner.describe!(innerArgs(args), context);
    const action = await tryOut(() => inner.describe!(innerArgs(args), context));
    if (isImpossible(action)) return impossible(title, action, facts, context.now);
    return { ...action, facts: { ...action.facts, ...facts, already: false, possible: true } };
  }

  return defineTool<Args>({
    ...inner,
    args: DirectCancelArgs,
    facts: [...(inner.facts ?? []), ...directFactNames],
    claims: async (args, turn) => [...claimCustomer(args.customerId), ...((await inner.claims?.(innerArgs(args), turn)) ?? [])],
    describe,
    async execute(args, context) {
      const before = context.action?.subject.already === true ? await cancelled(args.bookingReference) : null;
      if (before) {
        const output = bookingOutput(before, "cancelled");
        return { ...output, content: { ...(output.content as object), already: true } };
      }
      return inner.execute(innerArgs(args), context);
    },
  });
}
