import type { Answer, Route, SimulatedRequest, World } from "../kit/index.ts";

type ErrorType =
  | "authentication_error"
  | "airline_error"
  | "invalid_state_error"
  | "rate_limit_error"
  | "validation_error"
  | "invalid_request_error"
  | "api_error";

export interface Answers {
  data(data: unknown, options?: { status?: number; after?: string | null; limit?: number }): Answer;
  error(status: number, type: ErrorType, code: string, title: string, field?: string): Answer;
  /** 422 for a field of the request. */
  invalid(field: string, code?: string): Answer;
  /** 422 for a state that does not allow it. */
  state(code: string, title: string): Answer;
  notFound(): Answer;
}

/** Raised inside a handler to end it with an answer. */
export class Refused extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super("refused");
    this.answer = answer;
  }
}

export function duffelAnswers(world: World): Answers {
  const requestId = () => world.newId("F", 15, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
  const headers = (id: string) => {
    // The window begins anew with the next full minute.
    const reset = new Date(Math.floor(world.clock.now() / 60_000) * 60_000 + 60_000).toUTCString();
    return { "x-request-id": id, "ratelimit-limit": "60", "ratelimit-remaining": "59", "ratelimit-reset": reset };
  };
  const error: Answers["error"] = (status, type, code, title, field) => {
    const id = requestId();
    return {
      status,
      headers: headers(id),
      body: {
        errors: [
          {
            type,
            code,
            title,
            message: `${title}.`,
            documentation_url: "https://duffel.com/docs/api/overview/response-handling",
            ...(field === undefined ? {} : { source: { field, pointer: `/${field}` } }),
          },
        ],
        meta: { status, request_id: id },
      },
    };
  };
  return {
    data(data, { status = 200, after, limit } = {}) {
      return {
        status,
        headers: headers(requestId()),
        body: { data, ...(limit === undefined ? {} : { meta: { limit, before: null, after: after ?? null } }) },
      };
    },
    error,
    invalid: (field, code = "validation_required") => error(422, "validation_error", code, `Field '${field}' is not valid`, field),
    state: (code, title) => error(422, "invalid_state_error", code, title),
    notFound: () => error(404, "invalid_request_error", "not_found", "Resource not found"),
  };
}

export type Body = Record<string, unknown>;

/** A route as every Duffel route is: the version header must be there, and what is sent is inside `data`. */
export function duffelRoute(
  answers: Answers,
  method: string,
  path: string,
  name: string,
  handle: (request: SimulatedRequest, data: Body) => Promise<Answer> | Answer,
): Route {
  return {
    method,
    path,
    name,
    async handle(request) {
      const version = request.headers["duffel-version"];
      if (version === undefined) return answers.error(400, "invalid_request_error", "missing_version_header", "The Duffel-Version header is required");
      if (version !== "v2") return answers.error(400, "invalid_request_error", "unsupported_version", "The version is not supported");
      const body = request.json as { data?: unknown } | undefined;
      const bare = method === "GET" || path.includes("/actions/");
      if (!bare && (typeof body?.data !== "object" || body.data === null))
        return answers.error(400, "invalid_request_error", "missing_data_param", "The data in the request body should be nested under the data key");
      if (request.has("error_in_200")) return answers.error(200, "airline_error", "airline_internal", "The airline responded with an internal error");
      try {
        return await handle(request, (body?.data ?? {}) as Body);
      } catch (error) {
        if (error instanceof Refused) return error.answer;
        throw error;
      }
    },
  };
}
