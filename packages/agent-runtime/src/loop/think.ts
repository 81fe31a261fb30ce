import { TravelAgentError } from "@travelagent/protocol";
import type { AssistantMessage, TranscriptMessage } from "@travelagent/protocol/messages";
import type { ToolSpec } from "../model.ts";
import type { Loop } from "./loop.ts";
import { callModel } from "./model-call.ts";

/** One model call as a step; when a model fails, the next one is asked. Raises what the last one raised when none could answer. */
export async function think(
  { models, cooldowns, system: prompt, request, work, emit, clock, log }: Loop,
  context: readonly TranscriptMessage[],
  iteration: number,
  tools: readonly ToolSpec[],
): Promise<AssistantMessage> {
  const { turn, program, prefer } = request;
  const system = program?.instructions ? `${prompt}\n\n${program.instructions}` : prompt;
  const asked = {
    system,
    messages: context,
    tools,
    timeZone: turn.timeZone,
    ...(prefer?.thinking === undefined ? {} : { thinking: prefer.thinking }),
  };
  let failure: unknown = new TravelAgentError("MODEL_REJECTED", "no model is configured; set agents.defaults.model.primary");
  for (const model of cooldowns.order(models)) {
    // By its place in the configuration, which is the same after a restart.
    const index = models.indexOf(model);
    try {
      const answer = await work.step(`model:${iteration}:${index}`, (signal) =>
        callModel(model, { ...asked, now: clock.now() }, signal, clock, (delta) => emit({ type: "text-delta", runId: turn.runId, delta })),
      );
      cooldowns.succeeded(model);
      return answer;
    } catch (error) {
      if (work.signal.aborted) throw work.signal.reason;
      failure = error;
      cooldowns.failed(model, error);
      emit({ type: "text-reset", runId: turn.runId });
      log.warn("a model failed", { runId: turn.runId, model: `${model.provider}/${model.id}`, code: TravelAgentError.from(error).code });
    }
  }
  throw failure;
}
