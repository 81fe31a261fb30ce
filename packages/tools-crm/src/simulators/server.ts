import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SimulatedRequest {
  method: string;
  path: string;
  /** The `:names` of the route, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined when there is none. */
  json: unknown;
  form: URLSearchParams;
}

export interface Answer {
  status: number;
  /** JSON unless it is a string. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface Route {
  method: string;
  /** `/contacts/:id`. */
  path: string;
  /** What tests and faults call it: `create-contact`. */
  name: string;
  /** Whether it has an effect; decides which faults chance may give it. */
  effect: "read" | "write";
  /** No access token is asked for. */
  open?: true;
  handle(request: SimulatedRequest): Answer;
}

/**
 * `lost_reply` and `server_error_after_commit` happen after the effect, `connection_reset`, `server_error`, `rate_limited` and `expired`
 * (the access token) before it; `malformed` breaks the reply.
 */
export const faults = ["lost_reply", "server_error_after_commit", "connection_reset", "server_error", "rate_limited", "expired", "malformed"] as const;
export type Fault = (typeof faults)[number];
const isFault = (text: unknown): text is Fault => (faults as readonly unknown[]).includes(text);

export type RefusalKind = "unauthorized" | "rate_limited" | "server_error" | "not_found" | "bad_request";

export interface Dialect {
  vendor: string;
  routes: readonly Route[];
  refuse(kind: RefusalKind, message: string): Answer;
  /** Whether the request may pass. */
  admits(request: SimulatedRequest): boolean;
  /** The access token in use counts no more. */
  expire(): void;
  /** Headers of every answer. */
  headers?(): Record<string, string>;
}

export interface SeenRequest {
  route: string;
  method: string;
  path: string;
  query: string;
  json: unknown;
  /** Without credentials. */
  headers: Readonly<Record<string, string>>;
  status: number;
}

export interface ServerOptions {
  /** Default 0: any free one. */
  port?: number;
  /** Requests a second before 429; without it there is no limit. */
  perSecond?: number;
  now(): number;
}

export interface SimulatorServer {
  readonly vendor: string;
  readonly url: string;
  readonly port: number;
  /** Oldest first. */
  readonly requests: readonly SeenRequest[];
  /** A fault for the next requests to a route, or to any. */
  next(armed: { fault: Fault; on?: string; times?: number }): void;
  /** Takes back faults that nobody met. */
  calm(): void;
  /** Asked before each request: chance decides what goes wrong, and what else happens in the world meanwhile. */
  chance(decide: ((route: Route) => Fault | undefined) | undefined): void;
  close(): Promise<void>;
}

const largestBody = 4 * 1024 * 1024;

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size > largestBody) throw new Error("the request is too large");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function matcher({ path }: Route): (given: string) => Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:(\w+)/g, (_, name: string) => {
    names.push(name);
    return "([^/]+)";
  });
  const exact = new RegExp(`^${pattern}/?$`);
  return (given) => {
    const found = exact.exec(given);
    return found ? Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1]!)])) : undefined;
  };
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, { ...(body === undefined ? {} : { "content-type": "application/json;charset=utf-8" }), ...headers });
  response.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
}

/** Serves a dialect on a loopback port, with the faults that lines and servers have. */
export async function serveDialect(dialect: Dialect, { port = 0, perSecond, now }: ServerOptions): Promise<SimulatorServer> {
  const routes = dialect.routes.map((route) => ({ route, match: matcher(route) }));
  const requests: SeenRequest[] = [];
  const armed: { fault: Fault; on?: string; times: number }[] = [];
  let decide: ((route: Route) => Fault | undefined) | undefined;
  let second = 0;
  let inSecond = 0;

  const tooMany = (): boolean => {
    const current = Math.floor(now() / 1000);
    if (current !== second) [second, inSecond] = [current, 0];
    inSecond += 1;
    return perSecond !== undefined && inSecond > perSecond;
  };
  const faultFor = (route: Route): Fault | undefined => {
    const met = armed.find(({ on }) => on === undefined || on === route.name);
    if (!met) return decide?.(route);
    met.times -= 1;
    if (met.times <= 0) armed.splice(armed.indexOf(met), 1);
    return met.fault;
  };
  const limited = (): Answer => {
    const answer = dialect.refuse("rate_limited", "too many requests");
    return { ...answer, headers: { "retry-after": "1", ...answer.headers } };
  };

  function control(path: string, raw: string): Answer {
    if (path === "/_simulator/requests") return { status: 200, body: { requests } };
    const given = JSON.parse(raw === "" ? "{}" : raw) as { fault?: unknown; on?: string; times?: number };
    if (path !== "/_simulator/scenario" || !isFault(given.fault)) return { status: 404, body: { error: `a fault is one of ${faults.join(", ")}` } };
    armed.push({ fault: given.fault, times: given.times ?? 1, ...(given.on === undefined ? {} : { on: given.on }) });
    return { status: 204 };
  }

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? "/", "http://simulator");
    const raw = await bodyOf(message);
    if (url.pathname.startsWith("/_simulator/")) return send(response, control(url.pathname, raw));
    const method = message.method ?? "GET";
    const hit = routes.flatMap(({ route, match }) => {
      const params = route.method === method ? match(url.pathname) : undefined;
      return params ? [{ route, params }] : [];
    })[0];
    const isForm = message.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
    let json: unknown;
    let broken = false;
    try {
      json = raw === "" || isForm ? undefined : (JSON.parse(raw) as unknown);
    } catch {
      broken = true;
    }
    const { authorization: _, cookie: __, ...shown } = message.headers;
    const seen: SeenRequest = {
      route: hit?.route.name ?? "",
      method,
      path: url.pathname,
      query: url.search,
      json,
      headers: Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, String(value)])),
      status: 0,
    };
    requests.push(seen);
    const fault = hit ? faultFor(hit.route) : undefined;
    const reply = (given: Answer): void => {
      seen.status = given.status;
      const whole = { ...given, headers: { ...dialect.headers?.(), ...given.headers } };
      send(response, fault === "malformed" ? { ...whole, body: `${JSON.stringify(given.body ?? {}).slice(0, -1)},` } : whole);
    };
    if (fault === "connection_reset") return void message.socket.destroy();
    if (!hit) return reply(dialect.refuse("not_found", `there is no ${method} ${url.pathname}`));
    if (fault === "rate_limited" || tooMany()) return reply(limited());
    if (fault === "server_error") return reply(dialect.refuse("server_error", "something went wrong"));
    if (fault === "expired") dialect.expire();
    if (broken) return reply(dialect.refuse("bad_request", "the body is no JSON"));
    const request: SimulatedRequest = {
      method,
      path: url.pathname,
      params: hit.params,
      query: url.searchParams,
      headers: message.headers,
      json,
      form: new URLSearchParams(isForm ? raw : ""),
    };
    if (!hit.route.open && !dialect.admits(request)) return reply(dialect.refuse("unauthorized", "the access token is not valid"));
    const given = hit.route.handle(request);
    if (fault === "lost_reply") {
      seen.status = given.status;
      return void message.socket.destroy();
    }
    if (fault === "server_error_after_commit") return reply(dialect.refuse("server_error", "something went wrong"));
    reply(given);
  }

  const server = createServer((message, response) => {
    answer(message, response).catch((error: unknown) => {
      if (response.headersSent) return void message.socket.destroy();
      send(response, dialect.refuse("server_error", error instanceof Error ? error.message : String(error)));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    vendor: dialect.vendor,
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    requests,
    next: ({ fault, on, times = 1 }) => void armed.push({ fault, times, ...(on === undefined ? {} : { on }) }),
    calm: () => void armed.splice(0),
    chance(next) {
      decide = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
