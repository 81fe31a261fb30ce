import * as z from "zod";
import { defineTool, type Tool } from "../tool.ts";
import type { KeptTranscript } from "../transcript.ts";

export const readResultToolName = "read_result";

const mostChars = 20_000;

/**
 * Reads on in a text of this very conversation that was too long to be shown as a whole. What third parties wrote stays tainted:
 * its id says so, and an id that was changed names nothing.
 */
export const readResultTool = (transcript: Pick<KeptTranscript, "readSpilled">): Tool =>
  defineTool({
    name: readResultToolName,
    description: "Reads a part of a result or message of this conversation that was too long to be shown as a whole, by the id that stands in it.",
    group: "conversation",
    args: z.strictObject({
      id: z
        .string()
        .regex(/^(?:own|ext)-[0-9a-f]{24}$/)
        .describe("as it stands where characters were left out"),
      offset: z.int().min(0).max(100_000_000).optional().describe("first character, from 0"),
      limit: z.int().min(1).max(mostChars).optional().describe("characters, 10000 when absent"),
    }),
    effect: "read",
    async execute({ id, offset = 0, limit = 10_000 }, { turn }) {
      const { text, total } = await transcript.readSpilled(turn.sessionKey, id, { offset, limit });
      const next = offset + text.length;
      return { content: { id, offset, total, text, ...(next < total ? { nextOffset: next } : {}) }, ...(id.startsWith("ext-") ? { tainted: true } : {}) };
    },
  });
