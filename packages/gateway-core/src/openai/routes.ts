import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { cardFree } from "../card-free.ts";
import { idempotencyKeyOf } from "../http/idempotency-key.ts";
import { type HttpReply, type HttpRoute, json } from "../http/route.ts";
import type { Runs } from "../runs.ts";
import { agentModels, type ReadAgents } from "./agent-model.ts";
import { chatChunks, chatCompletion } from "./chat-reply.ts";
import { readChatRequest } from "./chat-request.ts";
import { renderOpenAiError } from "./errors.ts";
import { createFollower } from "./follow.ts";
import { response, responseEvents } from "./responses-reply.ts";
import { readResponsesRequest } from "./responses-request.ts";
import { type ApiConversation, startAsk } from "./start-ask.ts";

export interface OpenAiOptions {
  runs: Runs;
  /** `POST /v1/chat/completions`. Default off. */
  chatCompletions?: boolean;
  /** `POST /v1/responses`. Default off. */
  responses?: boolean;
  agents: ReadAgents;
  /** The key of a conversation. Two users never get one. */
  sessionKeyOf(conversation: ApiConversation): string;
  /** Names of the tools an agent has itself. */
  ownTools?(agentId: string): readonly string[];
  /** How often a stream without news gives a sign of life. Default 15 s. */
  waitingMs?: number;
  clock?: Clock;
}

const maxBody = 1024 * 1024;

const stream = (body: AsyncIterable<string>): HttpReply => ({
  headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no" },
  body,
});

/**
 * The agents as models behind the endpoints that clients of OpenAI know, for operators. A run goes on when its caller goes
 * away. What is off is not there: no routes at all when both are.
 */
export function openAiRoutes({
  runs,
  chatCompletions = false,
  responses = false,
  agents,
  sessionKeyOf,
  ownTools = () => [],
  waitingMs = 15_000,
  clock = systemClock,
}: OpenAiOptions): HttpRoute[] {
  const models = agentModels(agents, clock.now());
  const options = { runs, models, sessionKeyOf, ownTools };
  const route = (method: "GET" | "POST", path: string, handle: HttpRoute["handle"]): HttpRoute => ({
    method,
    path,
    auth: "operator",
    handle,
    renderError: renderOpenAiError,
  });
  if (!chatCompletions && !responses) return [];

  const chat = route("POST", "/v1/chat/completions", async (request) => {
    const ask = readChatRequest(await request.json(maxBody), clock.now());
    const follower = createFollower({ runs, clock, waitingMs });
    const runId = await startAsk(ask, idempotencyKeyOf(request.headers), options, follower.hear);
    const facts = { runId, model: ask.model, at: clock.now() };
    return ask.stream ? stream(chatChunks(facts, follower.events(runId), ask.includeUsage)) : json(chatCompletion(facts, await runs.result(runId)));
  });

  const respond = route("POST", "/v1/responses", async (request) => {
    const ask = readResponsesRequest(await request.json(maxBody), clock.now());
    const follower = createFollower({ runs, clock, waitingMs });
    const runId = await startAsk(ask, idempotencyKeyOf(request.headers), options, follower.hear);
    const { model, previousResponseId } = ask;
    // Said again in the answer, so as it was kept.
    const { instructions, tools } = cardFree({ instructions: ask.instructions, tools: ask.tools });
    const facts = { runId, model, at: clock.now(), instructions, tools, ...(previousResponseId ? { previousResponseId } : {}) };
    return ask.stream ? stream(responseEvents(facts, follower.events(runId))) : json(response(facts, await runs.result(runId)));
  });

  return [
    route("GET", "/v1/models", () => json({ object: "list", data: models.list() })),
    route("GET", "/v1/models/*", ({ url }) => {
      const id = url.pathname.slice("/v1/models/".length);
      const found = models.list().find((model) => model.id === id || encodeURIComponent(model.id) === id);
      if (!found) throw new TravelAgentError("NOT_FOUND", `the model ${id} does not exist here`, { details: { openai: "model_not_found", param: "model" } });
      return json(found);
    }),
    ...(chatCompletions ? [chat] : []),
    ...(responses ? [respond] : []),
  ];
}
