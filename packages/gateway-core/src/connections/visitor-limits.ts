import { type MethodName, methodSpec, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { addressBlock } from "../auth/lockout.ts";
import { type BucketOptions, createTokenBuckets } from "../auth/token-bucket.ts";
import type { Caller } from "../router/router.ts";

export interface VisitorLimitOptions {
  /** Messages of one visitor. Default 10, then 20 a minute. */
  messagesPerVisitor?: BucketOptions;
  /** Messages from one address, where many visitors may sit. Default 60, then 120 a minute. */
  messagesPerAddress?: BucketOptions;
  /** All requests of one visitor. Default 100, then 300 a minute. */
  requestsPerVisitor?: BucketOptions;
}

/** Strangers cost something: their messages start agents. Raises `RATE_LIMITED`; operators pass. */
export function createVisitorLimits({
  clock,
  ...options
}: VisitorLimitOptions & { clock: Clock }): (caller: Caller & { address: string }, method: MethodName) => void {
  const messages = createTokenBuckets({ burst: 10, perMinute: 20, ...options.messagesPerVisitor, clock });
  const fromAddress = createTokenBuckets({ burst: 60, perMinute: 120, ...options.messagesPerAddress, clock });
  const requests = createTokenBuckets({ burst: 100, perMinute: 300, ...options.requestsPerVisitor, clock });

  return (caller, method) => {
    if (caller.visitorId === undefined) return;
    let waitMs = requests.take(caller.visitorId);
    if (waitMs === 0 && methodSpec(method)?.idempotent) {
      waitMs = messages.take(caller.visitorId);
      if (waitMs === 0) waitMs = fromAddress.take(addressBlock(caller.address));
    }
    if (waitMs > 0)
      throw new TravelAgentError("RATE_LIMITED", `too many messages: wait ${Math.ceil(waitMs / 1000)} s, then send it again`, { retryAfterMs: waitMs });
  };
}
