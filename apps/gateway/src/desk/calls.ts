import { type Call, type Handlers, type MethodName, methodSpec, type Params, type Result, TravelAgentError } from "@travelagent/protocol";
import type { Operator } from "./operators.ts";

const timeoutMs = 30_000;

/**
 * What an operator may do by writing to us from another platform: the same handlers, parameters and scopes as over the wire.
 * Raises `FORBIDDEN`, `INVALID_REQUEST`, and what the handler raises.
 */
export type Calls = <M extends MethodName>(operator: Operator, method: M, params: Params<M>) => Promise<Result<M>>;

export const createCalls =
  (handlers: () => Handlers): Calls =>
  async (operator, method, params) => {
    const spec = methodSpec(method);
    const handler = handlers()[method];
    if (!spec || !handler) throw new TravelAgentError("INVALID_REQUEST", `${method} is not there`);
    if (!operator.scopes.includes(spec.scope) && !operator.scopes.includes("operator.admin"))
      throw new TravelAgentError("FORBIDDEN", "your role at this agency does not include that");
    const parsed = spec.params.safeParse(params);
    if (!parsed.success) throw new TravelAgentError("INVALID_REQUEST", parsed.error.issues.map(({ message }) => message).join("; "));
    const call: Call = {
      requestId: `desk-${crypto.randomUUID()}`,
      connectionId: "desk",
      role: "operator",
      scopes: operator.scopes,
      actor: operator.actor,
      signal: AbortSignal.timeout(timeoutMs),
      follow: () => undefined,
      unfollow: () => undefined,
      later: () => undefined,
    };
    return (await handler(parsed.data as never, call)) as never;
  };
