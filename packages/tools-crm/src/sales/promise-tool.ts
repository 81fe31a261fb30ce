import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import { Temporal } from "temporal-polyfill";
import * as z from "zod";
import { subjectOf, type TurnCustomers } from "../tools/turn-customer.ts";
import { nextBusinessDay } from "./deadline.ts";
import type { Obligations } from "./obligation.ts";

export interface PromiseToolOptions extends TurnCustomers {
  obligations: Pick<Obligations, "add" | "openFor">;
}

const dayMs = 86_400_000;

const Args = z.strictObject({
  what: z.string().trim().min(1).max(500).describe("what the agency will do, in one sentence"),
  by: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2})?$/, "a date or a time such as 2027-01-20 or 2027-01-20T17:00, as the customer's clock shows it")
    .optional()
    .describe("by when, on the customer's clock: 2027-01-20T17:00, or 2027-01-20 for the end of that working day. Left out: one working day from now."),
});

/** `promise`: what is said to a customer becomes an obligation of the agency. About the turn's own customer or conversation, whoever is named. */
export const promiseTool = ({ obligations, ...customers }: PromiseToolOptions): Tool =>
  defineTool({
    name: "promise",
    description:
      "Writes down what you are about to promise this customer (an answer, a quote, a call) and by when, so that colleagues keep it. Call it before you promise anything that is not done in this conversation. Returns what this customer is promised and still waits for.",
    group: "crm",
    args: Args,
    effect: "write",
    writes: "conversation",
    async execute({ what, by }, { turn, now, idempotencyKey }) {
      const dueAt = by === undefined ? nextBusinessDay(now, turn.timeZone) : timeAt(by, turn.timeZone);
      if (dueAt <= now) throw new TravelAgentError("INVALID_REQUEST", `${by} is over on the customer's clock; promise a later time`);
      if (dueAt > now + 366 * dayMs) throw new TravelAgentError("INVALID_REQUEST", `${by} is more than a year away; promise something sooner`);
      const subject = await subjectOf(customers, turn);
      const made = await obligations.add(
        { ...subject, text: what, promisedBy: "agent", actor: `agent:${turn.agentId}`, dueAt, assumed: by === undefined, runId: turn.runId },
        { idempotencyKey },
      );
      // Everybody in a group reads the answer.
      const open = turn.chatType === "group" ? [made] : await obligations.openFor(subject);
      return { content: { status: "recorded", dueAt: made.dueAt, open: open.map(({ text, dueAt: due, overdue }) => ({ text, dueAt: due, overdue })) } };
    },
  });

function timeAt(local: string, timeZone: string): number {
  try {
    return Temporal.PlainDateTime.from(local.includes("T") ? local : `${local}T18:00`, { overflow: "reject" }).toZonedDateTime(timeZone).epochMilliseconds;
  } catch {
    throw new TravelAgentError("INVALID_REQUEST", `${local} is no date that exists; write it as 2027-01-20 or 2027-01-20T17:00`);
  }
}
