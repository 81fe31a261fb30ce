import { sseEvent } from "./model-server.ts";
import { argumentsText, deltasOf, fragments, type ScriptedAnswer } from "./scripted-answer.ts";

/** One answer in the stream format of Chat Completions. Thinking goes out as compatible servers send it. */
export function chatEvents(answer: ScriptedAnswer, model: unknown, serial: number): string[] {
  const head = { id: `chatcmpl-${serial}`, object: "chat.completion.chunk", created: 1_800_000_000, model };
  const chunk = (delta: Record<string, unknown>, finish_reason: string | null = null) =>
    sseEvent({ ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason }], usage: null });
  const { input = 10, output = 5, cacheRead = 0, cacheWrite = 0 } = answer.usage ?? {};
  const prompt = input + cacheRead + cacheWrite;
  const calls = (answer.toolCalls ?? []).flatMap((call, index) => [
    chunk({ tool_calls: [{ index, id: call.id ?? `call_${serial}_${index}`, type: "function", function: { name: call.name, arguments: "" } }] }),
    ...fragments(argumentsText(call)).map((part) => chunk({ tool_calls: [{ index, function: { arguments: part } }] })),
  ]);
  return [
    chunk({ role: "assistant", content: calls.length > 0 ? null : "", refusal: null }),
    ...fragments(answer.thinking ?? "").map((reasoning_content) => chunk({ reasoning_content })),
    ...deltasOf(answer.text).map((content) => chunk({ content })),
    ...calls,
    chunk({}, calls.length > 0 ? "tool_calls" : (answer.reason ?? "stop")),
    sseEvent({
      ...head,
      choices: [],
      usage: {
        prompt_tokens: prompt,
        completion_tokens: output,
        total_tokens: prompt + output,
        prompt_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite, audio_tokens: 0 },
      },
    }),
    "data: [DONE]\n\n",
  ];
}
