import { type ErrorShape, TravelAgentError } from "@travelagent/protocol";
import type { Journey } from "../offer.ts";
import { isBooked, type OrderEvent } from "../order.ts";
import { portOf, type Saga } from "../saga/saga.ts";
import { alsoAttend, noLongerAttend } from "./attention.ts";
import type { ScheduleChange } from "./journey-changes.ts";
import { sayMoved } from "./say-change.ts";

export interface AnswerInput {
  orderId: string;
  item: number;
  answer: "accept" | "refuse";
  /** `timesOf` the flights that were shown. */
  times: string;
}

/** `supplier`: the airline knows it. `person`: somebody of the agency tells the airline. */
export type AnswerResult = { error: ErrorShape } | { toldBy: "supplier" | "person" };

/** All times of the flights: an answer is to these and to no later change. */
export const timesOf = (journeys: readonly Journey[]): string =>
  journeys.map(({ segments }) => segments.map(({ departure, arrival }) => `${departure.time.utc}/${arrival.time.utc}`).join("+")).join(" ");

/** Why a person looks at a booking whose flights were moved. */
export const scheduleAttention = (no: number, change: ScheduleChange): string =>
  `the supplier moved the flights of item ${no} (${sayMoved(change)}); look at the message to the customer and release it`;

/** Whether a write whose reply was lost went through: nothing waits for an answer any more. */
async function isAnswered(saga: Saga, no: number, change: string): Promise<boolean> {
  const { offer, supplierReference } = saga.item(no);
  const seen = await saga.look("accept:read", (signal) => portOf(saga.suppliers, offer).read(supplierReference!, { signal, requestId: saga.ctx.id }));
  return "value" in seen && seen.value.status !== "cancelled" && seen.value.changeToAnswer !== change;
}

/** The customer's answer to a schedule change. Refusing, and accepting where the supplier takes no answer by machine, is a person's work. */
export async function answerSaga(saga: Saga, { item: no, answer, times }: AnswerInput): Promise<AnswerResult> {
  const open = await saga.ctx.step("asked", async () => {
    const item = saga.item(no);
    const { scheduleChange, journeys, doing } = item;
    // What is cancelled meanwhile needs no answer any more.
    return (
      isBooked(item) && scheduleChange !== undefined && scheduleChange.answer === undefined && !doing && journeys !== undefined && timesOf(journeys) === times
    );
  });
  if (!open) {
    const message = "the flights changed once more, or the answer is known already; look at the booking and ask the customer again";
    return { error: new TravelAgentError("CONFLICT", message).toShape() };
  }
  const { offer, supplierReference, scheduleChange } = saga.item(no);
  const change = scheduleChange!;
  // What a person was asked to do about the words to the customer is over with the answer.
  const attend = (reason: string): OrderEvent[] => {
    const events = noLongerAttend(saga.order(), scheduleAttention(no, change), { note: "the customer answered" });
    const left = events[0]?.type === "needs-human" ? events[0].reason : events.length > 0 ? undefined : saga.order().attention;
    return alsoAttend(left === undefined ? {} : { attention: left }, reason);
  };
  const accepted: OrderEvent = { type: "schedule-answered", item: no, answer: "accepted" };
  if (answer === "refuse") {
    const reason = `the customer does not want the new times of item ${no} (${sayMoved(change)}); see that the airline gives other flights or the money back`;
    await saga.record("answered", [{ type: "schedule-answered", item: no, answer: "refused" }, ...attend(reason)]);
    return { toldBy: "person" };
  }
  const port = portOf(saga.suppliers, offer);
  if (!port.acceptChange || change.reference === undefined) {
    await saga.record("answered", [accepted, ...attend(`the customer accepts the new times of item ${no}; tell ${offer.supplier}, then attend to it`)]);
    return { toldBy: "person" };
  }
  const { reference } = change;
  const outcome = await saga.write("accept", (signal) => port.acceptChange!(supplierReference!, reference, { signal, requestId: saga.ctx.id }));
  if ("refused" in outcome) return { error: outcome.refused };
  if (!("done" in outcome) && !(await isAnswered(saga, no, reference))) {
    await saga.record("answered", [
      accepted,
      ...attend(`the customer accepts the new times of item ${no} and ${offer.supplier} did not say whether it knows; ask there`),
    ]);
    return { toldBy: "person" };
  }
  const settled = noLongerAttend(saga.order(), scheduleAttention(no, change), { note: "the customer accepted the new times" });
  await saga.record("answered", [accepted, ...settled]);
  return { toldBy: "supplier" };
}
