import { type Customer, TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { Crm, Subject } from "../crm.ts";

/**
 * The customer of a turn: the one it was given at intake, else whose channel identity its peer is. Nothing a model says has
 * a part in it. In a group nobody is: its peer is the group.
 */
export async function turnCustomer(crm: Crm, turn: TurnScope): Promise<Customer | null> {
  if (turn.chatType === "group") return null;
  return turn.customerId !== undefined ? crm.get(turn.customerId) : crm.byIdentity(turn.channel, turn.peerId);
}

/** Everybody in a group reads the answer. */
export function refuseInGroups(turn: TurnScope): void {
  if (turn.chatType === "group") throw new TravelAgentError("TOOL_NOT_ALLOWED", "personal data is not for a group; ask the person to write to us directly");
}

export async function subjectOf(crm: Crm, turn: TurnScope): Promise<Subject> {
  const customer = await turnCustomer(crm, turn);
  return { sessionKey: turn.sessionKey, ...(customer ? { customerId: customer.id } : {}) };
}

/** What the customer may see of their record: no ids, no notes and tags of the agency. */
export const ownView = ({ name, email, phone, language }: Customer) => ({
  name,
  ...(email === undefined ? {} : { email }),
  ...(phone === undefined ? {} : { phone }),
  ...(language === undefined ? {} : { language }),
});
