import { type Action, defineTool, type Tool, type ToolContext } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { CustomerFields } from "../crm.ts";
import { CreateCustomerArgs, NoArgs, UpdateCustomerArgs } from "./arguments.ts";
import { ownParties, ownView, refuseInGroups, type TurnCustomers, turnCustomer } from "./turn-customer.ts";

export interface CustomerToolsOptions extends TurnCustomers {
  /** A conversation got its customer. Called again after a restart, so it must bear repeats. */
  onCustomerKnown?(sessionKey: string, customerId: string): Promise<void>;
}

type Given = { [K in "name" | "email" | "phone" | "language"]?: string | undefined };

const labels = [
  ["name", "Name"],
  ["email", "E-mail"],
  ["phone", "Phone"],
  ["language", "Language"],
] as const;
const fieldsOf = (given: Given) =>
  Object.fromEntries(labels.flatMap(([key]) => (given[key] === undefined ? [] : [[key, given[key]]]))) as Partial<CustomerFields>;

const saving = (given: Given, { turn, now }: ToolContext, record: { id: string; version: number } | null): Action => ({
  title: "Save your contact details",
  lines: labels.flatMap(([key, label]) => (given[key] === undefined ? [] : [`${label}: ${given[key]}`])),
  expiresAt: now + 10 * 60_000,
  subject: record ? { customerId: record.id, version: record.version } : { sessionKey: turn.sessionKey },
  facts: { known: record !== null, email: given.email !== undefined, phone: given.phone !== undefined },
});

/** `get_customer`, `create_customer`, `update_customer`. None takes an id: they are about the turn's own customer. */
export function customerTools({ onCustomerKnown, ...customers }: CustomerToolsOptions): Tool[] {
  const { crm, agencyOf } = customers;

  async function create(given: Given & { name: string }, { turn, idempotencyKey }: ToolContext) {
    const agency = agencyOf?.(turn);
    const { customer } = await crm.create(
      { ...fieldsOf(given), name: given.name },
      {
        idempotencyKey,
        identity: { channel: turn.channel, peerId: turn.peerId, verified: true },
        sessionKey: turn.sessionKey,
        ...(agency === undefined ? {} : { agency }),
      },
    );
    await onCustomerKnown?.(turn.sessionKey, customer.id);
    // What looks like a duplicate stays unsaid: it would tell strangers who is a customer here.
    return { content: { status: "created", customer: ownView(customer) } };
  }

  return [
    defineTool({
      name: "get_customer",
      description:
        "What is on record for the customer of this conversation: contact details, how they like to travel, who travels with them. `known` is false for somebody without a record.",
      group: "crm",
      args: NoArgs,
      effect: "read",
      async execute(_args, { turn }) {
        refuseInGroups(turn);
        const customer = await turnCustomer(customers, turn);
        if (!customer) return { content: { known: false } };
        const parties = await ownParties(crm, customer);
        return { content: { known: true, customer: { ...ownView(customer), ...(parties.length > 0 ? { parties } : {}) } } };
      },
    }),

    defineTool({
      name: "create_customer",
      description: "Makes the record of somebody who has none yet, from what they said about themselves in this conversation.",
      group: "crm",
      args: CreateCustomerArgs,
      effect: "write",
      writes: "personal-data",
      async describe(args, context) {
        refuseInGroups(context.turn);
        return saving(args, context, null);
      },
      async execute(args, context) {
        refuseInGroups(context.turn);
        if (context.turn.customerId !== undefined)
          throw new TravelAgentError("CONFLICT", "this conversation has its customer already; use update_customer to change the record");
        return create(args, context);
      },
    }),

    defineTool({
      name: "update_customer",
      description: "Changes contact details of the customer of this conversation, only as they asked. Give what changes and nothing else.",
      group: "crm",
      args: UpdateCustomerArgs,
      effect: "write",
      writes: "personal-data",
      async describe(args, context) {
        refuseInGroups(context.turn);
        return saving(args, context, await turnCustomer(customers, context.turn));
      },
      async execute(args, context) {
        refuseInGroups(context.turn);
        const customer = await turnCustomer(customers, context.turn);
        if (customer) {
          const updated = await crm.update(customer.id, fieldsOf(args), { idempotencyKey: context.idempotencyKey });
          return { content: { status: "updated", customer: ownView(updated) } };
        }
        if (args.name === undefined)
          throw new TravelAgentError("INVALID_REQUEST", "there is no record yet; ask for the name, then save name and contact details together");
        return create({ ...args, name: args.name }, context);
      },
    }),
  ];
}
