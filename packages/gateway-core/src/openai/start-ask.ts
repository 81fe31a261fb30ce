import { createHash, randomUUID } from "node:crypto";
import type { ToolCallBlock, TranscriptMessage } from "@travelagent/protocol/messages";
import type { TurnEvent } from "@travelagent/protocol/turn";
import type { Runs } from "../runs.ts";
import type { AgentModels } from "./agent-model.ts";
import type { Ask } from "./ask.ts";
import { invalid } from "./errors.ts";
import { noPrevious } from "./responses-request.ts";

/** A user of a caller has one conversation; a request without one gets a conversation that nobody comes back to. */
export type ApiConversation = { agentId: string; user: string } | { agentId: string; id: string };

export interface AskOptions {
  runs: Runs;
  models: AgentModels;
  sessionKeyOf(conversation: ApiConversation): string;
  /** Names of the tools the agent has itself; a caller's function cannot have one of these. */
  ownTools(agentId: string): readonly string[];
}

interface Place {
  agentId: string;
  sessionKey: string;
  peerId: string;
  senderName: string;
  /** The conversation is kept here, so what the request repeats of it does not count. */
  kept: boolean;
}

/** Sets the run of a request going. Raises `INVALID_REQUEST` and `NOT_FOUND` before anything is begun. */
export async function startAsk(ask: Ask, idempotencyKey: string | undefined, options: AskOptions, hear: (event: TurnEvent) => void): Promise<string> {
  const { runs, ownTools } = options;
  const place = await placeOf(ask, options);
  const taken = new Set(ownTools(place.agentId));
  const clash = ask.tools.find(({ name }) => taken.has(name));
  if (clash) throw invalid("tools", `${clash.name} is a tool of the agent itself; give the function another name`);
  const open = ask.results.length === 0 ? [] : place.kept ? await runs.openCalls(place.sessionKey) : openCallsOf(ask.earlier);
  const toolResults = ask.results.map(({ toolCallId, text }) => {
    const call = open.find(({ id }) => id === toolCallId);
    if (!call) throw invalid("messages", `no call ${toolCallId} waits for a result`);
    return { toolCallId, toolName: call.name, text };
  });
  const unanswered = open.find(({ id }) => !toolResults.some(({ toolCallId }) => toolCallId === id));
  if (unanswered) throw invalid("messages", `the call ${unanswered.id} has no result`);
  const { agentId, sessionKey, peerId, senderName, kept } = place;
  const { runId } = await runs.start(
    {
      agentId,
      sessionKey,
      peerId,
      senderName,
      text: ask.text,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      program: {
        ...(ask.instructions === "" ? {} : { instructions: ask.instructions }),
        ...(ask.tools.length > 0 ? { tools: ask.tools } : {}),
        ...(toolResults.length > 0 ? { toolResults } : {}),
      },
      ...(kept ? {} : { earlier: ask.earlier }),
    },
    hear,
  );
  return runId;
}

async function placeOf({ model, user, previousRunId }: Ask, { runs, models, sessionKeyOf }: AskOptions): Promise<Place> {
  const agentId = models.agentOf(model);
  if (previousRunId !== undefined) {
    const before = await runs.sessionOf(previousRunId);
    if (!before || before.agentId !== agentId) throw noPrevious(`resp_${previousRunId}`);
    return { agentId, sessionKey: before.sessionKey, peerId: before.sessionKey, senderName: "API", kept: true };
  }
  if (user !== undefined) {
    const sessionKey = sessionKeyOf({ agentId, user: distinctUser(user) });
    return { agentId, sessionKey, peerId: sessionKey, senderName: `API user ${user.slice(0, 64)}`, kept: true };
  }
  const sessionKey = sessionKeyOf({ agentId, id: randomUUID() });
  return { agentId, sessionKey, peerId: sessionKey, senderName: "API", kept: false };
}

/** Session keys know no capitals and no outer spaces. Two users that differ in these are two people all the same. */
const distinctUser = (user: string): string =>
  user === user.trim().toLowerCase() ? user : `${user.trim()}~${createHash("sha256").update(user).digest("hex").slice(0, 16)}`;

/** The calls the caller's own history ends with. */
function openCallsOf(messages: readonly TranscriptMessage[]): ToolCallBlock[] {
  const last = messages.findLastIndex(({ role }) => role === "user" || role === "toolResult");
  return messages
    .slice(last + 1)
    .flatMap((message) => (message.role === "assistant" ? message.content.filter((block): block is ToolCallBlock => block.type === "toolCall") : []));
}
