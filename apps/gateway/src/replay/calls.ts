import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";

/** One action in our words. */
export interface Call {
  op: string;
  params: Record<string, unknown>;
}

const Params = z.record(z.string(), z.unknown());
const Upstream = z.looseObject({ name: z.string(), arguments: Params.default({}) });
const Ours = z.looseObject({ op: z.string(), params: Params.default({}) });

const ops: Readonly<Record<string, string>> = {
  get_user_details: "get_customer",
  book_reservation: "create_booking",
  update_reservation_flights: "modify_booking.flights",
  update_reservation_baggages: "modify_booking.baggage",
  update_reservation_passengers: "modify_booking.passengers",
  cancel_reservation: "cancel_booking",
  send_certificate: "issue_compensation",
  transfer_to_human_agents: "hand_over",
  transfer_to_human: "hand_over",
  hand_over_to_person: "hand_over",
};

/** Looks at things and changes nothing. */
const reads = /^(search_|list_|get_(?!customer)|calculate|think|bookings\.get|check_availability)/;
export const isLook = ({ op }: Call): boolean => reads.test(op);

/** A call in the form of the benchmark or in ours. */
export function readCall(value: unknown): Call {
  const call = formOf(value);
  const key = typeof value === "object" && value !== null && "idempotency_key" in value ? value.idempotency_key : undefined;
  return key === undefined ? call : { op: call.op, params: { idempotency_key: key, ...call.params } };
}

function formOf(value: unknown): Call {
  const ours = Ours.safeParse(value);
  if (ours.success) return { op: ops[ours.data.op] ?? ours.data.op, params: ours.data.params };
  const upstream = Upstream.safeParse(value);
  if (upstream.success) return { op: ops[upstream.data.name] ?? upstream.data.name, params: upstream.data.arguments };
  throw new TravelAgentError("INVALID_REQUEST", "a call has op and params, or name and arguments");
}

const Patch = z.looseObject({ path: z.string(), value: z.unknown().optional() });

export const ReplayCases = z.looseObject({
  cases: z.array(
    z.looseObject({
      id: z.union([z.string(), z.number()]).transform(String),
      initial_state: z.looseObject({ patches: z.array(Patch).default([]) }).optional(),
      context: Params.default({}),
      precalls: z.array(z.unknown()).nullish(),
      attempt: z.unknown(),
    }),
  ),
});
export type ReplayCase = z.infer<typeof ReplayCases>["cases"][number];

export const ReplayTasks = z.looseObject({
  tasks: z.array(
    z.looseObject({
      task_id: z.union([z.string(), z.number()]).transform(String),
      writes: z.array(z.looseObject({ name: z.string(), arguments: Params.default({}), context: Params.default({}) })),
    }),
  ),
});
export type ReplayTask = z.infer<typeof ReplayTasks>["tasks"][number];
