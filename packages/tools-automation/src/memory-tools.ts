import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import * as z from "zod";

interface Rememberer {
  readonly customerId?: string | undefined;
}

/** What was written down, within the border of one customer. `createRecall` of `@travelagent/sessions/recall` is one. */
export interface MemoryPort {
  search(
    question: string,
    who: Rememberer,
    options?: { maxResults?: number },
  ): Promise<readonly { path: string; startLine: number; endLine: number; score: number; snippet: string }[]>;
  get(path: string, who: Rememberer, options?: { from?: number; lines?: number }): Promise<{ path: string; text: string; from: number; to: number }>;
}

/** In a group nobody knows who reads along, so a customer's own notes stay closed there. */
const whoOf = ({ chatType, customerId }: TurnScope): Rememberer => (chatType === "direct" && customerId !== undefined ? { customerId } : {});

const Search = z.strictObject({
  query: z.string().min(1).max(500).describe("What to look for, in plain words."),
  maxResults: z.int().min(1).max(20).optional(),
});
const Get = z.strictObject({
  path: z.string().min(1).max(200).describe("A path that memory_search returned."),
  from: z.int().min(1).optional().describe("First line, from 1."),
  lines: z.int().min(1).max(500).optional(),
});

/**
 * `memory_search` and `memory_get`: what the agency wrote down for its agents, and what was noted about the customer of this
 * very conversation. Neither takes a customer's id. People wrote these notes, but often from what customers said, so what they
 * say is tainted: it informs an answer and orders nothing.
 */
export function memoryTools(memory: MemoryPort): Tool[] {
  return [
    defineTool({
      name: "memory_search",
      description:
        "Searches the agency's notes and the notes about the customer of this conversation. Use it before you say that something is not known. Returns snippets with path and lines.",
      group: "memory",
      args: Search,
      effect: "read",
      async execute({ query, maxResults }, { turn }) {
        const results = await memory.search(query, whoOf(turn), maxResults === undefined ? {} : { maxResults });
        return {
          content: { results: results.map(({ score, ...result }) => ({ ...result, score: Math.round(score * 100) / 100 })) },
          tainted: results.length > 0,
        };
      },
    }),
    defineTool({
      name: "memory_get",
      description: "Reads lines of a note that memory_search found.",
      group: "memory",
      args: Get,
      effect: "read",
      async execute({ path, from = 1, lines = 100 }, { turn }) {
        const read = await memory.get(path, whoOf(turn), { from, lines });
        if (read.text.length > 20_000) throw new TravelAgentError("INVALID_REQUEST", "these lines are too long to read at once: ask for fewer");
        return { content: read, tainted: true };
      },
    }),
  ];
}
