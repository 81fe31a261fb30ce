import type { WorldData } from "@travelagent/tools-booking/suppliers/airline-world";
import { bookingCases } from "./booking-cases.ts";
import { cancelCases } from "./cancel-cases.ts";
import { changeCases } from "./change-cases.ts";
import { compensationCases } from "./compensation-cases.ts";
import { type AirlineCase, type Draft, now } from "./draft.ts";
import { paymentCases } from "./payment-cases.ts";
import { type AirlineParams, findStage, reservation, type Stage, stagePatches } from "./stage.ts";

function profileCases(stage: Stage): Draft[] {
  const op = "get_customer";
  return [
    { title: "own profile", op, params: { user_id: stage.user }, expect: "allow" },
    { title: "somebody else's profile", op, params: { user_id: stage.stranger }, expect: "deny", rule: "gate.scope" },
    { title: "profile of nobody", op, params: { user_id: "nobody_1" }, expect: "deny", rule: "gate.scope" },
    { title: "own profile, not confirmed", op, params: { user_id: stage.user }, expect: "allow", context: { user_confirmed: false } },
    { title: "somebody else's profile by a mail", op, params: { user_id: stage.stranger }, expect: "deny", context: { instruction_origin: "supplier_email" } },
    { title: "unknown action", op: "delete_customer", params: { user_id: stage.user }, expect: "deny", rule: "gate.exposure" },
  ];
}

/** Violations of the airline's policy and their permitted neighbours, over any world, with the numbers that are in force. */
export function airlineCases(world: WorldData, params: AirlineParams): AirlineCase[] {
  const stage = findStage(world);
  const drafts = [
    ...bookingCases(stage, params),
    ...paymentCases(stage, params),
    ...cancelCases(stage, params),
    ...changeCases(stage, params),
    ...compensationCases(stage, params),
    ...profileCases(stage),
  ];
  return drafts.map(({ title, op, params: args, expect, rule, membership = "regular", patches = [], booked, context, precalls = [] }, index) => ({
    id: `A${index + 1}`,
    title,
    initial_state: {
      patches: [
        ...stagePatches(stage, membership, params.bookable_statuses[0]!),
        ...(booked ? [{ path: "/reservations/ZZTEST", value: reservation(stage, booked) }] : []),
        ...patches,
      ],
    },
    context: { now, session_user_id: stage.user, user_confirmed: true, ...context },
    precalls,
    attempt: { op, params: args },
    expected: { decision: expect, ...(rule === undefined || expect === "allow" ? {} : { ruleId: rule }) },
  }));
}
