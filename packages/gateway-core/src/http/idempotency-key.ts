import type { IncomingHttpHeaders } from "node:http";
import { TravelAgentError } from "@travelagent/protocol";

const longest = 256;

/** The key by which a repeat of a request is known, from its header. Raises `INVALID_REQUEST` for one that is too long: a part of it could be another's. */
export function idempotencyKeyOf(headers: IncomingHttpHeaders): string | undefined {
  const key = headers["idempotency-key"];
  if (typeof key !== "string" || key === "") return undefined;
  if (key.length > longest) throw new TravelAgentError("INVALID_REQUEST", `the header idempotency-key is too long: at most ${longest} characters`);
  return key;
}
