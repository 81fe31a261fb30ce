import * as z from "zod";
import type { CrmProblem, CrmReply } from "../http.ts";

const Problems = z.array(z.looseObject({ errorCode: z.string(), message: z.string().optional() })).min(1);

/** The limit is of 24 hours and moves on by the hour. */
const limitRestMs = 15 * 60_000;

/** Refused before anything happened, and likely to pass later. */
const passing = new Set(["UNABLE_TO_LOCK_ROW"]);

/** Salesforce answers with a list of errors. Their messages quote values, so of them only the code is passed on. */
export function salesforceProblem({ status, body }: CrmReply): CrmProblem | undefined {
  if (status === 412) return { code: "CONFLICT", message: "the contact was changed in Salesforce meanwhile", details: { reason: "revision" } };
  const first = status < 400 ? undefined : Problems.safeParse(body).data?.[0];
  if (!first) return undefined;
  const { errorCode, message = "" } = first;
  if (errorCode === "REQUEST_LIMIT_EXCEEDED") return { code: "RATE_LIMITED", message: "Salesforce's limit of requests is reached", retryAfterMs: limitRestMs };
  if (errorCode === "INVALID_SESSION_ID") return { code: "UNAUTHORIZED", message: "Salesforce refuses the session" };
  if (errorCode === "NOT_FOUND" || errorCode === "ENTITY_IS_DELETED" || errorCode === "INVALID_CROSS_REFERENCE_KEY")
    return { code: "NOT_FOUND", message: "Salesforce has no such record" };
  if (errorCode === "DUPLICATE_VALUE" || errorCode === "DUPLICATES_DETECTED") {
    const externalId = /\b(003[A-Za-z0-9]{12,15})\b/.exec(message)?.[1];
    return {
      code: "CONFLICT",
      message: "Salesforce has a record like this one already",
      details: { reason: "duplicate", ...(externalId === undefined ? {} : { externalId }) },
    };
  }
  if (passing.has(errorCode)) return { code: "UNAVAILABLE", message: `Salesforce is busy: ${errorCode}` };
  if (status === 401 || status === 403) return { code: "UNAUTHORIZED", message: `Salesforce does not allow this: ${errorCode}; check the user's permissions` };
  return { message: `Salesforce answered ${status} ${errorCode}` };
}
