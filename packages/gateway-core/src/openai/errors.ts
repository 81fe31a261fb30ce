import { type ErrorCode, TravelAgentError } from "@travelagent/protocol";
import { errorReply } from "../http/http.ts";
import type { HttpReply } from "../http/route.ts";

const types: Partial<Record<ErrorCode, string>> = {
  UNAUTHORIZED: "authentication_error",
  FORBIDDEN: "permission_error",
  RATE_LIMITED: "rate_limit_error",
  MODEL_RATE_LIMITED: "rate_limit_error",
};

interface ErrorObject {
  message: string;
  type: string;
  param: string | null;
  code: string;
  requestId?: string;
}

/** The error object clients of these endpoints know. `code` is theirs where they know one, else ours. */
export function errorObject(error: TravelAgentError, requestId?: string): { error: ErrorObject } {
  const details = (error.details ?? {}) as { openai?: string; param?: string };
  const status = errorReply(error, "").status ?? 500;
  return {
    error: {
      message: error.message,
      type: types[error.code] ?? (status >= 500 ? "server_error" : "invalid_request_error"),
      param: details.param ?? null,
      code: details.openai ?? (error.code === "UNAUTHORIZED" ? "invalid_api_key" : error.code),
      ...(requestId === undefined ? {} : { requestId }),
    },
  };
}

/** An error as these endpoints answer it, with the status and headers it has everywhere. */
export const renderOpenAiError = (error: TravelAgentError, requestId: string): HttpReply => ({
  ...errorReply(error, requestId),
  body: JSON.stringify(errorObject(error, requestId)),
});

/** What a request asks for and these endpoints do not do. */
export const unsupported = (param: string, message: string): TravelAgentError =>
  new TravelAgentError("INVALID_REQUEST", message, { details: { openai: "unsupported_parameter", param } });

export const invalid = (param: string, message: string): TravelAgentError =>
  new TravelAgentError("INVALID_REQUEST", message, { details: { openai: "invalid_value", param } });
