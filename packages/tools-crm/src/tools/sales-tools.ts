import { defineTool, type Tool } from "@travelagent/agent-runtime";
import type { Crm, LeadFields } from "../crm.ts";
import { AddNoteArgs, CreateLeadArgs } from "./arguments.ts";
import { subjectOf } from "./turn-customer.ts";

/** `create_lead`, `add_note`: about the turn's customer, or the conversation while it has none. */
export const salesTools = ({ crm }: { crm: Crm }): Tool[] => [
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
      await crm.createLead(await subjectOf(crm, turn), lead, { idempotencyKey });
      return { content: { status: "recorded" } };
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
      await crm.addNote(await subjectOf(crm, turn), { text, author: `agent:${turn.agentId}` }, { idempotencyKey });
      return { content: { status: "noted" } };
    },
  }),
];
