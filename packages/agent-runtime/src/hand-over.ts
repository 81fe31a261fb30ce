import * as z from "zod";
import { defineTool, type Tool } from "./tool.ts";

export const handOverToolName = "hand_over_to_person";

/** Ends the agent's part: after the reply of this turn the conversation waits for a person. */
export const handOverTool = (): Tool =>
  defineTool({
    name: handOverToolName,
    description: "Hand the conversation to a colleague of the agency: when the customer asks for a person, is upset, or needs what you cannot do.",
    group: "conversation",
    args: z.strictObject({ reason: z.string().min(1).max(500).describe("one sentence for the colleague") }),
    effect: "write",
    writes: "conversation",
    execute: async () => ({ content: { status: "handed-over", note: "A colleague has been told and will answer here. Say so to the customer." } }),
  });
