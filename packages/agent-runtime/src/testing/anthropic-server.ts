import { type Dialect, type ModelServer, type ModelServerOptions, sseEvent, startModelServer } from "./model-server.ts";
import { argumentsText, deltasOf, fragments, type ScriptedAnswer } from "./scripted-answer.ts";

const event = (type: string, fields: Record<string, unknown> = {}): string => sseEvent({ type, ...fields }, type);

function block(index: number, start: Record<string, unknown>, deltas: Record<string, unknown>[]): string[] {
  return [
    event("content_block_start", { index, content_block: start }),
    ...deltas.map((delta) => event("content_block_delta", { index, delta })),
    event("content_block_stop", { index }),
  ];
}

function blocks(answer: ScriptedAnswer, serial: number): string[] {
  const events: string[] = [];
  let index = 0;
  if (answer.thinking !== undefined || answer.signature !== undefined) {
    const said = fragments(answer.thinking ?? "").map((thinking) => ({ type: "thinking_delta", thinking }));
    events.push(
      ...block(index++, { type: "thinking", thinking: "", signature: "" }, [
        ...said,
        { type: "signature_delta", signature: answer.signature ?? `signed-${serial}` },
      ]),
    );
  }
  const texts = deltasOf(answer.text);
  if (texts.length > 0)
    events.push(
      ...block(
        index++,
        { type: "text", text: "" },
        texts.map((text) => ({ type: "text_delta", text })),
      ),
    );
  for (const [number, call] of (answer.toolCalls ?? []).entries()) {
    const start = { type: "tool_use", id: call.id ?? `toolu_${serial}_${number}`, name: call.name, input: {} };
    events.push(
      ...block(
        index++,
        start,
        ["", ...fragments(argumentsText(call))].map((partial_json) => ({ type: "input_json_delta", partial_json })),
      ),
    );
  }
  return events;
}

function messageEvents(answer: ScriptedAnswer, model: unknown, serial: number): string[] {
  const { input = 10, output = 5, cacheRead = 0, cacheWrite = 0 } = answer.usage ?? {};
  const counts = { input_tokens: input, cache_creation_input_tokens: cacheWrite, cache_read_input_tokens: cacheRead };
  const stop_reason = answer.toolCalls?.length ? "tool_use" : answer.reason === "length" ? "max_tokens" : "end_turn";
  return [
    event("message_start", {
      message: {
        id: `msg_${serial}`,
        type: "message",
        role: "assistant",
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...counts, output_tokens: 1, service_tier: "standard" },
      },
    }),
    event("ping"),
    ...blocks(answer, serial),
    event("message_delta", { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: output } }),
    event("message_stop"),
  ];
}

const types: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};
const failure = (type: string, message: string) => ({ type: "error", error: { type, message } });

const dialect: Dialect = {
  basePath: "",
  // The SDK sends the first header; many other clients send the second.
  keyOf: (request) => request.headers.authorization?.replace(/^Bearer /, "") ?? request.headers["x-api-key"],
  encode: (path, answer, request, serial) => (path === "/v1/messages" ? messageEvents(answer, request.body.model, serial) : null),
  errorBody: (status, type, message) => failure(type ?? types[status] ?? "api_error", message),
  errorEvent: (_path, type, message) => sseEvent(failure(type, message), "error"),
};

/** Speaks the Messages API: `url` has no version path. */
export const anthropicServer = (options: ModelServerOptions): Promise<ModelServer> => startModelServer(dialect, options);
