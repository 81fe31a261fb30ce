import {
  type Call,
  type ConnectionRole,
  type Handler,
  type Handlers,
  type MethodName,
  type MethodSpec,
  methodSpec,
  type RequestFrame,
  TravelAgentError,
} from "@travelagent/protocol";
import type { Address } from "@travelagent/protocol/messages";
import type { Clock, Logger, Span, Tracer } from "@travelagent/protocol/ports";
import type { Metrics } from "../metrics.ts";
import { createIdempotencyCache, type Execution } from "./idempotency.ts";
import { describeIssues } from "./issues.ts";
import { errorFrame, okFrame } from "./response-frame.ts";

/** A connected client, as the router sees it. */
export interface Caller {
  readonly connectionId: string;
  readonly role: ConnectionRole;
  readonly scopes: readonly string[];
  /** The scopes and all they imply. */
  readonly grants: ReadonlySet<string>;
  readonly actor: string;
  readonly visitorId?: string;
  readonly visitorSessionKey?: string;
  readonly guest?: { readonly address: Address; readonly name: string };
  readonly nodeId?: string;
  readonly timeZone?: string;
  readonly protocol?: number;
  /** Answers still owed. Kept by the router. */
  inFlight: number;
  follow(sessionKey: string): void;
  unfollow(sessionKey: string): void;
  /** Text frames to this client; does nothing once it is gone. */
  reply(text: string): void;
}

export interface Router {
  /** Methods that have a handler, in alphabetical order. */
  readonly methods: readonly MethodName[];
  /** Those that a connection of this role may call at all. */
  methodsOf(role: ConnectionRole): readonly MethodName[];
  /** Answers through `caller.reply`, always; never throws. */
  dispatch(caller: Caller, request: RequestFrame): void;
}

/** A method that is not of the protocol, such as one of a plugin. */
export interface ExtraMethod {
  readonly spec: MethodSpec;
  handle(params: unknown, call: Call): unknown;
}

export interface RouterOptions {
  handlers: Handlers;
  /** Further methods by name: the same map as long as they are the same. A name of the protocol is never theirs. */
  extraMethods?: () => ReadonlyMap<string, ExtraMethod>;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  /** Raises `RATE_LIMITED`. Called for every valid request. */
  limit?: (caller: Caller, method: MethodName) => void;
  /** How long a handler may take; a method with `timeoutMs` in its parameters gets that long and a little more. Default 60 000. */
  requestTimeoutMs?: number;
  /** Requests of one connection under way at once. Default 1000. */
  maxInFlight?: number;
  idempotency?: { ttlMs?: number; max?: number };
  /** A span for every call, continuing the trace that a client sends along. */
  tracer?: Tracer;
  /** For tests: what a handler answers must match the protocol, otherwise the answer is `INTERNAL`. */
  validateResults?: boolean;
}

interface Route {
  method: MethodName;
  spec: MethodSpec;
  handler: Handler<MethodName>;
  ok(): void;
  failed(code: string): void;
}

export function createRouter(options: RouterOptions): Router {
  const { handlers, clock, log, metrics, limit, tracer, requestTimeoutMs = 60_000, maxInFlight = 1000, validateResults = false } = options;
  const requests = metrics.counter("requests_total", "Requests by method and outcome.", ["method", "outcome"]);
  const idempotency = createIdempotencyCache({ clock, ...options.idempotency });
  const unknownMethod = requests.at("unknown", "INVALID_REQUEST");
  const routeOf = (name: string, spec: MethodSpec, handler: Handler<MethodName>): Route => {
    const ok = requests.at(name, "ok");
    return { method: name as MethodName, spec, handler, ok: () => ok.inc(), failed: (code) => requests.at(name, code).inc() };
  };
  const own = new Map<string, Route>();
  for (const [name, handler] of Object.entries(handlers)) {
    const spec = methodSpec(name);
    if (!spec) throw new TravelAgentError("CONFIG_INVALID", `there is a handler for "${name}", which is no method of the protocol`);
    if (handler) own.set(name, routeOf(name, spec, handler as Handler<MethodName>));
  }
  const tableOf = (routes: ReadonlyMap<string, Route>) => {
    const names = [...routes.keys()].sort() as MethodName[];
    const having = (matches: (spec: MethodSpec) => boolean) => names.filter((name) => matches(routes.get(name)!.spec));
    const byRole: Record<ConnectionRole, MethodName[]> = {
      operator: having(({ node }) => node !== true),
      visitor: having(({ visitor }) => visitor === true),
      node: having(({ node }) => node === true),
    };
    return { routes, names, byRole };
  };
  const none: ReadonlyMap<string, ExtraMethod> = new Map();
  let extra = none;
  let current = tableOf(own);
  /** The methods as they are now. */
  const table = (): typeof current => {
    const now = options.extraMethods?.() ?? none;
    if (now === extra) return current;
    extra = now;
    const further = [...now].filter(([name]) => !methodSpec(name)).map(([name, { spec, handle }]) => [name, routeOf(name, spec, handle as never)] as const);
    current = tableOf(new Map([...own, ...further]));
    return current;
  };
  let lastRequest = 0;

  const fail = (route: Route, caller: Caller, id: string, requestId: string, thrown: unknown): void => {
    let error = TravelAgentError.from(thrown);
    if (error.code === "INTERNAL") {
      log.error("request failed", {
        method: route.method,
        requestId,
        "pii.error": thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
      });
      error = new TravelAgentError("INTERNAL", "something went wrong on our side; the log has the details under this request's id", { details: { requestId } });
    }
    route.failed(error.code);
    caller.reply(errorFrame(id, error));
  };

  const succeed = (route: Route, caller: Caller, id: string, requestId: string, result: unknown): void => {
    try {
      if (validateResults) checkResult(route, result);
      const text = okFrame(id, result);
      route.ok();
      caller.reply(text);
    } catch (error) {
      fail(route, caller, id, requestId, error);
    }
  };

  const begin = (route: Route, params: unknown, call: OpenCall): unknown => {
    if (!tracer) return route.handler(params as never, call);
    const span = tracer.startSpan(route.method, {
      parent: call.traceparent,
      attributes: { "rpc.system.name": "travelagent", "rpc.method": route.method, "travelagent.request.id": call.requestId, "travelagent.role": call.role },
    });
    if (span.traceparent !== "") call.traceparent = span.traceparent;
    return inSpan(span, () => route.handler(params as never, call));
  };

  const deadline = ({ spec }: Route, params: unknown): number => {
    const own = typeof params === "object" && params !== null && "timeoutMs" in params ? params.timeoutMs : undefined;
    return Math.max(requestTimeoutMs, typeof own === "number" ? own + 5000 : 0) + (spec.waitsMs ?? 0);
  };

  const answer = async (
    route: Route,
    caller: Caller,
    id: string,
    call: OpenCall,
    params: unknown,
    result: Promise<unknown>,
    second: () => Promise<unknown> | undefined,
  ): Promise<void> => {
    caller.inFlight += 1;
    let first = true;
    const cancel = clock.after(deadline(route, params), () => {
      first = false;
      const timeout = new TravelAgentError("TIMEOUT", `${route.method} took too long: check whether it took effect, then try again`);
      call.abort(timeout);
      fail(route, caller, id, call.requestId, timeout);
    });
    try {
      const value = await result;
      cancel();
      if (!first) return;
      succeed(route, caller, id, call.requestId, value);
      const later = second();
      if (later) caller.reply(okFrame(id, await later));
    } catch (error) {
      cancel();
      if (first) fail(route, caller, id, call.requestId, error);
    } finally {
      caller.inFlight -= 1;
    }
  };

  const once = (route: Route, caller: Caller, params: { idempotencyKey: string }, call: OpenCall): Execution => {
    const followed = new Set<string>();
    call.followed = followed;
    return idempotency.run(`${caller.actor}\n${route.method}\n${params.idempotencyKey}`, params, () => ({
      followed,
      result: (async () => begin(route, params, call))(),
      get later() {
        return call.second;
      },
    }));
  };

  const perform = (route: Route, caller: Caller, request: RequestFrame, requestId: string): void => {
    const params = validParams(route, caller, request.params);
    limit?.(caller, route.method);
    if (caller.inFlight >= maxInFlight)
      throw new TravelAgentError("RATE_LIMITED", "too many requests at once: wait for answers before you send more", { retryAfterMs: 100 });
    const call = openCall(caller, requestId, tracer && request.traceparent);
    if (route.spec.idempotent) {
      const execution = once(route, caller, params as { idempotencyKey: string }, call);
      const follow = () => {
        for (const sessionKey of execution.followed) caller.follow(sessionKey);
      };
      follow();
      void answer(route, caller, request.id, call, params, execution.result, () => {
        follow();
        return execution.later;
      });
      return;
    }
    const result = begin(route, params, call);
    if (isPromise(result) || call.second) void answer(route, caller, request.id, call, params, Promise.resolve(result), () => call.second);
    else succeed(route, caller, request.id, requestId, result);
  };

  return {
    get methods() {
      return table().names;
    },
    methodsOf: (role) => table().byRole[role],
    dispatch(caller, request) {
      const route = table().routes.get(request.method);
      if (!route) {
        unknownMethod.inc();
        caller.reply(errorFrame(request.id, new TravelAgentError("INVALID_REQUEST", `unknown method: ${request.method}`)));
        return;
      }
      const requestId = `${caller.connectionId}-${++lastRequest}`;
      try {
        perform(route, caller, request, requestId);
      } catch (error) {
        fail(route, caller, request.id, requestId, error);
      }
    },
  };
}

function validParams(route: Route, caller: Caller, given: unknown): unknown {
  const { spec, method } = route;
  if (caller.role === "visitor" ? !spec.visitor : (caller.role === "node") !== (spec.node === true))
    throw new TravelAgentError("FORBIDDEN", `unauthorized role: ${caller.role} may not call ${method}`, { details: { code: "ROLE_NOT_ALLOWED" } });
  if (caller.role === "operator" && !caller.grants.has(spec.scope))
    throw new TravelAgentError("FORBIDDEN", `missing scope: ${spec.scope}`, {
      details: { code: "MISSING_SCOPE", missingScope: spec.scope, requiredScopes: [spec.scope] },
    });
  const parsed = spec.params.safeParse(given);
  if (!parsed.success) {
    const { text, details } = describeIssues(parsed.error);
    throw new TravelAgentError("INVALID_REQUEST", `invalid ${method} params: ${text}`, { details });
  }
  return caller.role === "visitor" ? ownSession(caller, parsed.data) : parsed.data;
}

/** A visitor's parameters name their own session or none; `main` is a name for it too. */
function ownSession(caller: Caller, params: unknown): unknown {
  if (typeof params !== "object" || params === null || !("sessionKey" in params)) return params;
  if (params.sessionKey === "main") return { ...params, sessionKey: caller.visitorSessionKey };
  if (params.sessionKey !== caller.visitorSessionKey)
    throw new TravelAgentError("FORBIDDEN", "a visitor sees only their own conversation", { details: { code: "SESSION_NOT_ALLOWED" } });
  return params;
}

function checkResult({ method, spec }: Route, result: unknown): void {
  const parsed = spec.result.safeParse(result);
  if (!parsed.success) throw new TravelAgentError("INTERNAL", `the result of ${method} does not match the protocol: ${describeIssues(parsed.error).text}`);
}

interface OpenCall extends Call {
  traceparent?: string;
  followed: Set<string> | undefined;
  readonly second: Promise<unknown> | undefined;
  abort(reason: TravelAgentError): void;
}

const nothing = (): void => {};

/** What `work` gives, the span ended when it is there. */
function inSpan(span: Span, work: () => unknown): unknown {
  const failed = (error: unknown): never => {
    span.recordError(error);
    span.end();
    throw error;
  };
  let result: unknown;
  try {
    result = work();
  } catch (error) {
    return failed(error);
  }
  if (isPromise(result))
    return result.then((value) => {
      span.end();
      return value;
    }, failed);
  span.end();
  return result;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Made for every request: a getter of its own for each would cost more than all the rest of a small one. */
const lazySignal = {
  get signal(): AbortSignal {
    const call = this as { controller?: AbortController };
    call.controller ??= new AbortController();
    return call.controller.signal;
  },
};

function openCall(caller: Caller, requestId: string, traceparent: string | undefined): OpenCall {
  const call = Object.create(lazySignal) as Writable<Omit<OpenCall, "signal">> & { readonly signal: AbortSignal; controller?: AbortController };
  call.requestId = requestId;
  call.connectionId = caller.connectionId;
  call.role = caller.role;
  call.scopes = caller.scopes;
  call.actor = caller.actor;
  if (caller.visitorSessionKey !== undefined) call.visitorSessionKey = caller.visitorSessionKey;
  if (caller.visitorId !== undefined) call.visitorId = caller.visitorId;
  if (caller.guest !== undefined) call.guest = caller.guest;
  if (caller.nodeId !== undefined) call.nodeId = caller.nodeId;
  if (caller.timeZone !== undefined) call.timeZone = caller.timeZone;
  if (caller.protocol !== undefined) call.protocol = caller.protocol;
  if (traceparent !== undefined) call.traceparent = traceparent;
  call.followed = undefined;
  call.second = undefined;
  call.follow = (sessionKey) => {
    caller.follow(sessionKey);
    call.followed ??= new Set();
    call.followed.add(sessionKey);
  };
  call.unfollow = (sessionKey) => {
    caller.unfollow(sessionKey);
    call.followed?.delete(sessionKey);
  };
  call.later = (outcome) => {
    // Whoever asked may be gone by then; a failure still is no unhandled rejection.
    outcome.catch(nothing);
    call.second = outcome;
  };
  call.abort = (reason) => call.controller?.abort(reason);
  return call;
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
