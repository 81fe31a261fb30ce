import { type Dialect, type ModelServer, type ModelServerOptions, sseEvent, startModelServer } from "./model-server.ts";
import { chatEvents } from "./openai-chat-wire.ts";
import { responseEvents } from "./openai-responses-wire.ts";

const responses = "/v1/responses";
const chat = "/v1/chat/completions";

const types: Readonly<Record<number, string>> = { 400: "invalid_request_error", 401: "invalid_request_error", 404: "invalid_request_error", 429: "requests" };
const codes: Readonly<Record<number, string>> = { 401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded" };

const dialect: Dialect = {
  basePath: "/v1",
  keyOf: (request) => request.headers.authorization?.replace(/^Bearer /, ""),
  encode: (path, answer, request, serial) => {
    if (path === responses) return responseEvents(answer, request.body.model, serial);
    return path === chat ? chatEvents(answer, request.body.model, serial) : null;
  },
  errorBody: (status, type, message) => ({ error: { message, type: type ?? types[status] ?? "server_error", param: null, code: codes[status] ?? null } }),
  errorEvent: (path, type, message) =>
    path === responses
      ? sseEvent({ type: "error", code: type, message, param: null, sequence_number: 99 }, "error")
      : sseEvent({ error: { message, type, param: null, code: null } }),
};

/** Speaks the Responses API and the Chat Completions API: `url` ends with `/v1`. */
export const openAiServer = (options: ModelServerOptions): Promise<ModelServer> => startModelServer(dialect, options);
