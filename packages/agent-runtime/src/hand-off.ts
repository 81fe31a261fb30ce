import { TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import * as z from "zod";
import { defineTool, type Tool } from "./tool.ts";

export const handOffToolName = "hand_off_to_agent";

/** Whoever keeps which agent answers a conversation. */
export interface HandOffPort {
  /** Counts from the reply of this turn on. Raises when the other agent is none this one may hand to, or when it went around too often. */
  handOff(turn: TurnScope, request: { agent: string; reason: string; summary: string; tainted: boolean }): Promise<void>;
  /** An agent that this one may hand to and that has the tool in this conversation. */
  agentWith(tool: string, turn: TurnScope): string | undefined;
}

/** Gives the conversation to another agent of the agency: the customer goes on in the same chat and hears the other one from the next message on. */
export const handOffTool = ({ handOff, agentWith }: HandOffPort): Tool =>
  defineTool({
    name: handOffToolName,
    description:
      "Give the conversation to another agent of the agency when its work begins: see who does what in your instructions. The customer stays in this chat and the other agent answers from the next message on.",
    group: "conversation",
    args: z.strictObject({
      agent: z.string().min(1).max(64).optional().describe("id of the other agent, such as service"),
      needs: z.string().min(1).max(64).optional().describe("instead of agent: a tool you do not have and the work needs, such as cancel_booking"),
      reason: z.string().min(1).max(500).describe("one sentence: why it is the other one's work"),
      summary: z.string().min(1).max(2000).describe("what the customer wants and what has been done so far"),
    }),
    effect: "write",
    writes: "conversation",
    async execute({ agent, needs, reason, summary }, { turn, tainted = false }) {
      const to = agent ?? (needs === undefined ? undefined : agentWith(needs, turn));
      if (to === undefined)
        throw new TravelAgentError(
          "INVALID_REQUEST",
          needs === undefined ? "say which agent takes over" : `no other agent has ${needs}; ask for a person with hand_over_to_person`,
        );
      await handOff(turn, { agent: to, reason, summary, tainted });
      return {
        content: { status: "handed-off", agent: to, note: "Tell the customer in one sentence that a colleague goes on here; they need not repeat anything." },
      };
    },
  });
