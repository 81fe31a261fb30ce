import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import type { Answer, Dialect, LedgerEntry, RefusalKind, Route, SimulatedRequest } from "./dialect.ts";
import { type Armed, createSwitch, isScenario, scenarios } from "./scenario.ts";
import { type SeenPaper, withoutPaperNumbers } from "./seen-papers.ts";

/** A request the simulator saw, for tests that ask what was sent. Credentials are left out. */
export interface SeenRequest {
  route: string;
  method: string;
  path: string;
  query: string;
  json: unknown;
  form: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
  /** Papers of travellers in it, which `json` has as hashes. */
  papers?: readonly SeenPaper[];
  status: number;
}

export interface Simulator {
  readonly vendor: string;
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  next(armed: Armed): void;
  /** Takes back faults that nobody met. */
  calm(): void;
  /** Oldest first. */
  readonly requests: readonly SeenRequest[];
  ledger(): Promise<LedgerEntry[]>;
  happen(event: string, reference: string): Promise<void>;
  close(): Promise<void>;
}

export interface SimulatorOptions {
  /** Default 0: any free one. */
  port?: number;
  clock?: Clock;
  /** Requests a second before 429; without it there is no limit. */
  perSecond?: number;
  /** How `slow` passes its time. Default real time. */
  pause?(ms: number, request: { method: string; path: string }): Promise<void>;
}

const realPause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const largestBody = 4 * 1024 * 1024;
const secretHeaders = new Set(["authorization", "client_secret", "x-shared-secret", "cookie"]);

async function bodyOf(message: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size > largestBody) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** A body as JSON or as a form, by its content type. */
function parsed(raw: string, contentType = ""): { json: unknown; form: URLSearchParams; broken: boolean } {
  if (contentType.startsWith("application/x-www-form-urlencoded")) return { json: undefined, form: new URLSearchParams(raw), broken: false };
  const form = new URLSearchParams();
  if (raw === "") return { json: undefined, form, broken: false };
  try {
    return { json: JSON.parse(raw) as unknown, form, broken: false };
  } catch {
    return { json: undefined, form, broken: true };
  }
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
    return found ? Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1]!)])) : undefined;
  };
}

function send(response: ServerResponse, { status, body, contentType = "application/json", headers = {} }: Answer): void {
  response.writeHead(status, { ...(body === undefined ? {} : { "content-type": contentType }), ...headers });
  response.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
}

/** Serves a dialect on a loopback port, with the faults that lines and servers have. */
export async function startSimulator(
  dialect: Dialect,
  { port = 0, clock = systemClock, perSecond, pause = realPause }: SimulatorOptions = {},
): Promise<Simulator> {
  const routes = dialect.routes.map((route) => ({ route, match: matcher(route) }));
  const faults = createSwitch();
  const requests: SeenRequest[] = [];
  let second = 0;
  let inSecond = 0;

  const refusal = (kind: RefusalKind, message: string): Answer => {
    const answer = dialect.refuse(kind, message);
    return kind === "rate_limited" ? { ...answer, headers: { "retry-after": "1", ...answer.headers } } : answer;
  };

  const tooMany = (): boolean => {
    const now = Math.floor(clock.now() / 1000);
    if (now !== second) [second, inSecond] = [now, 0];
    inSecond += 1;
    return perSecond !== undefined && inSecond > perSecond;
  };

  /** What tests and people outside this process turn: faults, the ledger, the requests seen. */
  async function control(path: string, raw: string): Promise<Answer> {
    if (path === "/_simulator/ledger") return { status: 200, body: { vendor: dialect.vendor, ledger: await dialect.ledger() } };
    if (path === "/_simulator/requests") return { status: 200, body: { requests } };
    const given = JSON.parse(raw === "" ? "{}" : raw) as Armed & { event?: string; reference?: string };
    if (path === "/_simulator/scenario") {
      if (!isScenario(String(given.scenario))) return { status: 400, body: { error: `a scenario is one of ${scenarios.join(", ")}` } };
      faults.next(given);
      return { status: 204 };
    }
    if (path === "/_simulator/happen" && dialect.happen) {
      await dialect.happen(String(given.event), String(given.reference));
      return { status: 204 };
    }
    return { status: 404, body: { error: "no such control" } };
  }

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? "/", "http://simulator");
    const raw = await bodyOf(message);
    if (raw === undefined) return send(response, refusal("bad_request", "the request is too large"));
    if (url.pathname.startsWith("/_simulator/")) return send(response, await control(url.pathname, raw));
    const method = message.method ?? "GET";
    const hit = routes.flatMap(({ route, match }) => {
      const params = route.method === method ? match(url.pathname) : undefined;
      return params ? [{ route, params }] : [];
    })[0];
    const { json: body, form, broken } = parsed(raw, message.headers["content-type"]);
    const { json, papers } = withoutPaperNumbers(body);
    const on = faults.take(hit?.route.name ?? "", message.headers["x-sim-scenario"] as string | undefined);
    const request: SimulatedRequest = {
      method,
      path: url.pathname,
      params: hit?.params ?? {},
      query: url.searchParams,
      headers: message.headers,
      json,
      form,
      raw,
      has: (scenario) => on.has(scenario),
    };
    const seen: SeenRequest = {
      route: hit?.route.name ?? "",
      method,
      path: url.pathname,
      query: url.search,
      json,
      form: Object.fromEntries([...form].filter(([name]) => !/secret|password/.test(name))),
      headers: Object.fromEntries(Object.entries(message.headers).flatMap(([name, value]) => (secretHeaders.has(name) ? [] : [[name, String(value)]]))),
      ...(papers.length === 0 ? {} : { papers }),
      status: 0,
    };
    requests.push(seen);
    const reply = (given: Answer): void => {
      seen.status = given.status;
      if (on.has("malformed_json")) send(response, { ...given, body: `${JSON.stringify(given.body ?? {}).slice(0, -1)},` });
      else if (on.has("wrong_content_type")) send(response, { ...given, body: "<html><body>Service</body></html>", contentType: "text/html" });
      else send(response, given);
    };
    const slow = on.get("slow");
    if (slow) await pause(slow.ms, { method, path: url.pathname });
    if (on.has("connection_reset")) return void message.socket.destroy();
    if (!hit) return reply(refusal("not_found", `there is no ${method} ${url.pathname}`));
    if (on.has("rate_limited") || tooMany()) return reply(refusal("rate_limited", "too many requests"));
    if (on.has("auth_expired")) return reply(refusal("auth_expired", "the access token has expired"));
    if (on.has("server_error")) return reply(refusal("server_error", "something went wrong"));
    if (broken) return reply(refusal("bad_request", "the body is no JSON"));
    const refused = hit.route.open ? undefined : dialect.guard?.(request);
    if (refused) return reply(refusal(refused, "the request is not authorised"));
    const given = await hit.route.handle(request);
    if (on.has("timeout_after_commit")) {
      seen.status = given.status;
      return void message.socket.destroy();
    }
    if (on.has("server_error_after_commit")) return reply(refusal("server_error", "something went wrong"));
    reply(given);
  }

  const server = createServer((message, response) => {
    answer(message, response).catch((error: unknown) => {
      if (response.headersSent) return void message.socket.destroy();
      send(response, { ...dialect.refuse("server_error", error instanceof Error ? error.message : String(error)), status: 500 });
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
    next: (armed) => faults.next(armed),
    calm: () => faults.clear(),
    requests,
    ledger: () => dialect.ledger(),
    async happen(event, reference) {
      if (!dialect.happen) throw new Error(`the ${dialect.vendor} simulator knows no events`);
      await dialect.happen(event, reference);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await dialect.close?.();
    },
  };
}
