import { type Dialect, type ModelServer, type ModelServerOptions, sseEvent, startModelServer } from "./model-server.ts";
import { argumentsText, deltasOf, fragments, type ScriptedAnswer, type ScriptedCall } from "./scripted-answer.ts";

const path = /^\/v1beta\/models\/([^/:]+):streamGenerateContent$/;

/** The arguments as the vendor sends them: parsed. Undefined for those that are no object, which the vendor does not pass on. */
function parsed(call: ScriptedCall): Record<string, unknown> | undefined {
  const text = argumentsText(call);
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** One answer in the vendor's stream format. A signature stands at the first call, or at the end of the text. */
function contentEvents(answer: ScriptedAnswer, model: string, serial: number): string[] {
  const { input = 10, output = 5, cacheRead = 0 } = answer.usage ?? {};
  const usageMetadata = {
    promptTokenCount: input + cacheRead,
    candidatesTokenCount: output,
    totalTokenCount: input + cacheRead + output,
    ...(cacheRead > 0 ? { cachedContentTokenCount: cacheRead } : {}),
  };
  const chunk = (parts: Record<string, unknown>[], rest: Record<string, unknown> = {}) =>
    sseEvent({
      candidates: [{ content: { parts, role: "model" }, index: 0, ...rest }],
      usageMetadata,
      modelVersion: model,
      responseId: `resp_${serial}`,
    });
  const calls = answer.toolCalls ?? [];
  const signature = answer.signature === undefined ? {} : { thoughtSignature: answer.signature };
  const said = [...fragments(answer.thinking ?? "").map((text) => chunk([{ text, thought: true }])), ...deltasOf(answer.text).map((text) => chunk([{ text }]))];
  if (calls.some((call) => parsed(call) === undefined))
    return [...said, chunk([], { finishReason: "MALFORMED_FUNCTION_CALL", finishMessage: "Malformed function call" })];
  return [
    ...said,
    ...calls.map((call, index) => {
      const args = parsed(call)!;
      const functionCall = { ...(call.id === undefined ? {} : { id: call.id }), name: call.name, ...(Object.keys(args).length > 0 ? { args } : {}) };
      return chunk([{ functionCall, ...(index === 0 ? signature : {}) }]);
    }),
    chunk([{ text: "", ...(calls.length === 0 ? signature : {}) }], { finishReason: answer.reason === "length" ? "MAX_TOKENS" : "STOP" }),
  ];
}

const words: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};
const failure = (code: number, status: string, message: string) => ({ error: { code, message, status } });

const dialect: Dialect = {
  basePath: "/v1beta",
  keyOf: (request) => request.headers["x-goog-api-key"],
  streams: () => true,
  encode: (asked, answer, _request, serial) => {
    const model = path.exec(asked)?.[1];
    return model === undefined ? null : contentEvents(answer, decodeURIComponent(model), serial);
  },
  errorBody: (status, type, message) => failure(status, type ?? words[status] ?? "UNKNOWN", message),
  errorEvent: (_path, type, message) => sseEvent(failure(500, type, message)),
};

/** Speaks `streamGenerateContent`: `url` ends with `/v1beta`. */
export const geminiServer = (options: ModelServerOptions): Promise<ModelServer> => startModelServer(dialect, options);
