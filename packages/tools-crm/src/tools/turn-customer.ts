import { type Customer, TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { Crm, Subject } from "../crm.ts";

/** The brand that an account of a channel belongs to; undefined for the only or first one. */
export type AgencyOf = (account: { channel: string; accountId: string }) => string | undefined;

/** The records of customers as a tool may see them: from its turn. */
export interface TurnCustomers {
  crm: Crm;
  /** Absent: there is one agency. */
  agencyOf?: AgencyOf;
}

/**
 * The customer of a turn: the one it was given at intake, else whose channel identity its peer is at the agency that was written to.
 * Nothing a model says has a part in it. In a group nobody is: its peer is the group. Raises `CONFLICT` when the record was merged
 * into another one while the turn ran: it goes on with neither, and the next turn with the one they became.
 */
export async function turnCustomer({ crm, agencyOf }: TurnCustomers, turn: TurnScope): Promise<Customer | null> {
  if (turn.chatType === "group") return null;
  const customer = turn.customerId !== undefined ? await crm.get(turn.customerId) : await crm.byIdentity(turn.channel, turn.peerId, agencyOf?.(turn));
  if (customer?.mergedInto !== undefined)
    throw new TravelAgentError("CONFLICT", "this customer's record was just joined with another one; end this answer, the next message finds it");
  return customer;
}

/** Everybody in a group reads the answer. */
export function refuseInGroups(turn: TurnScope): void {
  if (turn.chatType === "group") throw new TravelAgentError("TOOL_NOT_ALLOWED", "personal data is not for a group; ask the person to write to us directly");
}

export async function subjectOf(customers: TurnCustomers, turn: TurnScope): Promise<Subject> {
  const customer = await turnCustomer(customers, turn);
  return { sessionKey: turn.sessionKey, ...(customer ? { customerId: customer.id } : {}) };
}

/** What the customer may see of their record: no ids, no notes and tags of the agency. */
export const ownView = ({ name, email, phone, language, country, timeZone, preferences }: Customer) => ({
  name,
  ...(email === undefined ? {} : { email }),
  ...(phone === undefined ? {} : { phone }),
  ...(language === undefined ? {} : { language }),
  ...(country === undefined ? {} : { country }),
  ...(timeZone === undefined ? {} : { timeZone }),
  ...(preferences === undefined ? {} : { preferences }),
});

/** The customer's own parties: who is in them, by name, role and birth date. Parties of others that name them are not told. */
export async function ownParties(crm: Crm, customer: Customer) {
  const parties = ((await crm.parties?.of(customer.id)) ?? []).filter((party) => party.customerId === customer.id);
  const nameOf = async (id: string | undefined) => (id === undefined ? undefined : id === customer.id ? customer.name : (await crm.get(id))?.name);
  return Promise.all(
    parties.map(async ({ name, members }) => ({
      name,
      members: await Promise.all(
        members.map(async (member) => {
          const known = member.name ?? (await nameOf(member.customerId));
          return {
            role: member.role,
            ...(known === undefined ? {} : { name: known }),
            ...(member.birthDate === undefined ? {} : { birthDate: member.birthDate }),
          };
        }),
      ),
    })),
  );
}
