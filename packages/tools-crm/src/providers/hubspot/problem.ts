import * as z from "zod";
import type { CrmProblem, CrmReply } from "../http.ts";

const Problem = z.looseObject({
  message: z.string().optional(),
  category: z.string().optional(),
  policyName: z.string().optional(),
  errorType: z.string().optional(),
});

/** The daily limit comes back at midnight; asking every second until then would only use up tomorrow's patience. */
const dailyRestMs = 15 * 60_000;
const secondsRestMs = 10_000;

/** HubSpot's errors say in `category` and `message` what the status does not. Messages may quote values, so none is passed on. */
export function hubspotProblem({ status, body, headers }: CrmReply): CrmProblem | undefined {
  if (status < 400) return undefined;
  const { data } = Problem.safeParse(body);
  const message = data?.message ?? "";
  if (status === 429) {
    const daily = data?.policyName === "DAILY";
    return {
      code: "RATE_LIMITED",
      message: `HubSpot's ${daily ? "daily limit" : "limit"} of requests is reached`,
      ...(headers.has("retry-after") ? {} : { retryAfterMs: daily ? dailyRestMs : secondsRestMs }),
    };
  }
  const existing = /Existing ID: (\d+)/.exec(message)?.[1];
  if (status === 409)
    return {
      code: "CONFLICT",
      message: "HubSpot has a contact with this e-mail address already",
      details: { reason: "duplicate", ...(existing === undefined ? {} : { externalId: existing }) },
    };
  if (status === 400 && /CONFLICTING_UNIQUE_VALUE|already has that value/.test(message)) {
    const holder = /object id (\d+)|(\d+) already has that value/i.exec(message);
    const externalId = holder?.[1] ?? holder?.[2];
    return {
      code: "CONFLICT",
      message: "HubSpot has a record with this value in a unique property already",
      details: { reason: "duplicate", ...(externalId === undefined ? {} : { externalId }) },
    };
  }
  if (status === 401 || status === 403)
    return { code: "UNAUTHORIZED", message: "HubSpot refuses the access token, or it lacks a scope; check channels.crm.apiKey and the app's scopes" };
  return data?.category === undefined ? undefined : { message: `HubSpot answered ${status} ${data.category}` };
}
