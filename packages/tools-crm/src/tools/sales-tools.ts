import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { Lead, LeadFields } from "../sales/lead.ts";
import { AddNoteArgs, CreateLeadArgs, UpdateLeadArgs } from "./arguments.ts";
import { subjectOf, type TurnCustomers } from "./turn-customer.ts";

export interface SalesToolsOptions extends TurnCustomers {
  /** A person of the agency speaks in this turn and nobody else: they may change any lead. Default nobody. */
  ofAgency?: ((turn: TurnScope) => boolean) | undefined;
}

/** What an agent may see of a lead. */
const view = ({ id, stage, owner, nextStep, lostReason }: Lead, full: boolean) =>
  full
    ? { id, stage, ...(owner ? { owner } : {}), ...(lostReason ? { lostReason } : {}), ...(nextStep ? { nextStep } : {}) }
    : { ...(nextStep ? { nextStep } : {}) };

/** `create_lead`, `update_lead`, `add_note`: about the turn's customer, or the conversation while it has none. */
export const salesTools = ({ ofAgency = () => false, ...customers }: SalesToolsOptions): Tool[] => [
  defineTool({
    name: "create_lead",
    description: "Records that somebody is interested in a trip, so that a colleague can follow up.",
    group: "crm",
    args: CreateLeadArgs,
    effect: "write",
    writes: "personal-data",
    async execute({ summary, destination, dates, budget }, { turn, idempotencyKey }) {
      const lead: LeadFields & { source: string } = {
        summary,
        source: turn.channel,
        ...(destination === undefined ? {} : { destination }),
        ...(dates === undefined ? {} : { dates }),
        ...(budget === undefined ? {} : { budget }),
      };
      await customers.crm.createLead(await subjectOf(customers, turn), lead, { idempotencyKey, by: `agent:${turn.agentId}` });
      return { content: { status: "recorded" } };
    },
  }),
  defineTool({
    name: "update_lead",
    description: "Sets the next step of this conversation's lead: what a colleague does, and by when. Everything else about leads is for colleagues.",
    group: "crm",
    args: UpdateLeadArgs,
    effect: "write",
    writes: "personal-data",
    async execute({ leadId, nextStep, stage, lostReason, owner }, { turn }) {
      const full = ofAgency(turn);
      const own = await customers.crm.openLead(turn.sessionKey);
      if (!full && (stage !== undefined || lostReason !== undefined || owner !== undefined || (leadId !== undefined && leadId !== own?.id)))
        throw new TravelAgentError("SCOPE_VIOLATION", "with a customer only the next step of their own lead can be set; the rest is for colleagues");
      const id = leadId ?? own?.id;
      if (id === undefined) throw new TravelAgentError("NOT_FOUND", "this conversation has no open lead; call create_lead first");
      const lead = await customers.crm.updateLead(
        id,
        {
          stage,
          lostReason,
          owner,
          ...(nextStep ? { nextStep: { what: nextStep.what, ...(nextStep.dueAt === undefined ? {} : { dueAt: nextStep.dueAt }) } } : {}),
        },
        { by: `agent:${turn.agentId}` },
      );
      return { content: { status: "updated", lead: view(lead, full) } };
    },
  }),
  defineTool({
    name: "add_note",
    description: "Writes a note for colleagues about this customer. The customer does not see it.",
    group: "crm",
    args: AddNoteArgs,
    effect: "write",
    writes: "personal-data",
    async execute({ text }, { turn, idempotencyKey }) {
      await customers.crm.addNote(await subjectOf(customers, turn), { text, author: `agent:${turn.agentId}` }, { idempotencyKey });
      return { content: { status: "noted" } };
    },
  }),
];
