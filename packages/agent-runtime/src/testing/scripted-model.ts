import { TravelAgentError } from "@travelagent/protocol";
import type { Model, ModelEvent, ModelRequest } from "../model.ts";
import { checkImages } from "../models/images.ts";
import { toolArguments } from "../models/tool-arguments.ts";
import { argumentsText, deltasOf, type ScriptedAnswer } from "./scripted-answer.ts";

/** A text is an answer that says just that; an error is thrown. */
export type ScriptedStep = string | ScriptedAnswer | TravelAgentError;

export interface ScriptedModel extends Model {
  /** Every request, oldest first, as it was when it came. */
  readonly requests: readonly ModelRequest[];
}

const cancelled = () => new TravelAgentError("CANCELLED", "the model call was cancelled");

/** Waits for `wait`, but no longer than until `signal` aborts. */
async function unlessAborted<T>(wait: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw cancelled();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(cancelled());
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([wait, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function* eventsOf(answer: ScriptedAnswer, call: number): Generator<ModelEvent> {
  if (answer.thinking !== undefined || answer.signature !== undefined)
    yield { type: "thinking", delta: answer.thinking ?? "", ...(answer.signature === undefined ? {} : { signature: answer.signature }) };
  for (const delta of deltasOf(answer.text)) yield { type: "text", delta };
  for (const [index, { id, name, ...rest }] of (answer.toolCalls ?? []).entries())
    yield { type: "toolCall", id: id ?? `call_${call}_${index}`, name, arguments: toolArguments(name, argumentsText({ name, ...rest })) };
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0 } = answer.usage ?? {};
  if (answer.usage) yield { type: "usage", usage: { input, output, cacheRead, cacheWrite, totalTokens: input + output + cacheRead + cacheWrite } };
  yield { type: "end", reason: answer.toolCalls?.length ? "toolUse" : (answer.reason ?? "stop") };
}

/**
 * A model whose answers are given: one after the other from a list, or by a function of the request, which may take its
 * time. A list that has run out raises `MODEL_REJECTED`: the test asked for more than it expected.
 */
export function scriptedModel(
  script: readonly ScriptedStep[] | ((request: ModelRequest, call: number) => ScriptedStep | Promise<ScriptedStep>),
  options: { provider?: string; id?: string; contextWindow?: number; seesImages?: true } = {},
): ScriptedModel {
  const requests: ModelRequest[] = [];
  const about = {
    provider: options.provider ?? "scripted",
    id: options.id ?? "script",
    contextWindow: options.contextWindow ?? 100_000,
    ...(options.seesImages ? { seesImages: options.seesImages } : {}),
  };
  return {
    ...about,
    requests,
    async *stream(request, signal) {
      if (signal.aborted) throw cancelled();
      checkImages(request, about);
      const call = requests.push({ ...request, messages: [...request.messages], tools: [...request.tools] });
      const step = typeof script === "function" ? await unlessAborted(Promise.resolve(script(request, call)), signal) : script[call - 1];
      if (step === undefined) throw new TravelAgentError("MODEL_REJECTED", `the script has no answer for call ${call}`);
      if (TravelAgentError.is(step)) throw step;
      for (const event of eventsOf(typeof step === "string" ? { text: step } : step, call)) {
        if (signal.aborted) throw cancelled();
        yield event;
      }
    },
  };
}
