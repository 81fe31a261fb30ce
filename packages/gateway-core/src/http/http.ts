import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type ErrorCode, errorCodes, TravelAgentError } from "@travelagent/protocol";
import type { Logger } from "@travelagent/protocol/ports";
import type { Authenticator, Principal } from "../auth/auth.ts";
import type { CheckOrigin } from "../auth/origin.ts";
import type { Peer, ReadPeer } from "../auth/peer.ts";
import { randomSecret } from "../auth/secret.ts";
import { readBody, readJson } from "./body.ts";
import { readCookie } from "./cookies.ts";
import { securityHeaders } from "./headers.ts";
import type { HttpReply, HttpRequest, HttpRoute } from "./route.ts";

/** Name of the cookie of a signed-in console. */
export const sessionCookie = "ta_session";
/** A header that no foreign page can set without asking us first. Any value will do. */
export const csrfHeader = "x-travelagent-csrf";

export interface HttpOptions {
  routes: readonly HttpRoute[];
  auth: Authenticator;
  readPeer: ReadPeer;
  checkOrigin: CheckOrigin;
  log: Logger;
}

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answers every request; never rejects. */
export function createHttp({ routes, auth, readPeer, checkOrigin, log }: HttpOptions): HttpHandler {
  const find = createRouteTable(routes);

  const answer = async (incoming: IncomingMessage, requestId: string, found: (route: HttpRoute) => void): Promise<HttpReply> => {
    const peer = readPeer(incoming);
    const refused = checkOrigin(incoming, peer);
    if (refused) throw refused;
    const target = incoming.url ?? "/";
    if (!target.startsWith("/") || !URL.canParse(`http://gateway${target}`)) throw new TravelAgentError("INVALID_REQUEST", "the address is malformed");
    const url = new URL(`http://gateway${target}`);
    const method = incoming.method === "HEAD" ? "GET" : (incoming.method ?? "GET");
    const route = find(method, url.pathname);
    found(route);
    if (route.csrf) requireCsrfHeader(incoming);
    const principal = route.auth === "operator" ? identify(incoming, method, peer, auth) : undefined;
    const request: HttpRequest = {
      method: incoming.method ?? "GET",
      url,
      headers: incoming.headers,
      peer,
      requestId,
      ...(principal ? { principal } : {}),
      body: (maxBytes, timeoutMs) => readBody(incoming, maxBytes, timeoutMs),
      json: (maxBytes) => readJson(incoming, maxBytes),
    };
    return route.handle(request);
  };

  return async (incoming, response) => {
    const requestId = randomSecret().slice(0, 16);
    let route: HttpRoute | undefined;
    try {
      let reply: HttpReply;
      try {
        reply = await answer(incoming, requestId, (found) => {
          route = found;
        });
      } catch (thrown) {
        const error = TravelAgentError.from(thrown);
        if (error.code === "INTERNAL")
          log.error("http request failed", {
            method: incoming.method,
            requestId,
            "pii.error": thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
          });
        reply = (route?.renderError ?? errorReply)(error, requestId);
      }
      await write(incoming, response, reply, requestId);
    } catch (error) {
      log.debug("http answer broke off", { requestId, "pii.error": error instanceof Error ? error.message : String(error) });
      response.destroy();
    }
  };
}

/** A bearer token, or the console's cookie. What a browser sends by itself is not enough for writing. */
function identify(incoming: IncomingMessage, method: string, peer: Peer, auth: Authenticator): Principal {
  const bearer = /^Bearer +(\S+)$/i.exec(incoming.headers.authorization ?? "")?.[1];
  const principal = auth.verify({ token: bearer, password: bearer, session: readCookie(incoming.headers.cookie, sessionCookie) }, peer);
  const ambient = principal.method === "session" || principal.method === "none";
  if (ambient && method !== "GET") requireCsrfHeader(incoming);
  return principal;
}

function requireCsrfHeader(incoming: IncomingMessage): void {
  if (incoming.headers[csrfHeader] === undefined)
    throw new TravelAgentError("FORBIDDEN", `the header ${csrfHeader} is missing: send it with any value`, { details: { code: "CSRF" } });
}

export function errorReply(error: TravelAgentError, requestId: string): HttpReply {
  const { code, message } = error;
  const headers: OutgoingHttpHeaders = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  if (code === "UNAUTHORIZED") headers["www-authenticate"] = "Bearer";
  if (error.retryAfterMs !== undefined) headers["retry-after"] = String(Math.ceil(error.retryAfterMs / 1000));
  if (code === "METHOD_NOT_ALLOWED") headers.allow = (error.details as { allow: string }).allow;
  return { status: errorCodes[code satisfies ErrorCode].httpStatus, headers, body: JSON.stringify({ error: { code, message, requestId } }) };
}

async function write(
  incoming: IncomingMessage,
  response: ServerResponse,
  { status = 200, headers = {}, body = "" }: HttpReply,
  requestId: string,
): Promise<void> {
  // A body we did not read to its end would be taken for the next request.
  const close =
    incoming.complete ||
    incoming.headers["content-length"] === "0" ||
    (incoming.headers["content-length"] === undefined && incoming.headers["transfer-encoding"] === undefined)
      ? {}
      : { connection: "close" };
  const bodyless = incoming.method === "HEAD" || status === 304 || status === 204;
  const fixed = typeof body === "string" || body instanceof Uint8Array;
  const length = fixed && status !== 304 && status !== 204 ? { "content-length": Buffer.byteLength(body) } : {};
  const all = { ...securityHeaders, "x-request-id": requestId, ...headers, ...length, ...close };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) response.setHeader(name, value);
  response.writeHead(status);
  if (bodyless) response.end();
  else if (fixed && "connection" in close) await answerBeforeTheEnd(incoming, response, body);
  else if (fixed) response.end(body);
  else await pipeline(Readable.from(body), response);
}

/** How long a connection stays open behind its answer, so that the answer is read. */
const lingerMs = 200;

/**
 * The answer to a request whose body is still coming. Closing at once would reset the connection while the other side writes, and it
 * would lose the answer with it. Of the body nothing more is read: whoever floods us only waits.
 */
async function answerBeforeTheEnd(incoming: IncomingMessage, response: ServerResponse, body: string | Uint8Array): Promise<void> {
  response.write(body);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, lingerMs).unref();
    const over = () => {
      clearTimeout(timer);
      resolve();
    };
    for (const event of ["end", "close", "error"]) incoming.once(event, over);
    incoming.pause();
  });
  response.end();
}

/** Raises `NOT_FOUND`, and `METHOD_NOT_ALLOWED` with the methods there are. */
function createRouteTable(routes: readonly HttpRoute[]): (method: string, path: string) => HttpRoute {
  const exact = new Map<string, HttpRoute[]>();
  const below: { prefix: string; route: HttpRoute }[] = [];
  for (const route of routes) {
    if (route.path.endsWith("/*")) below.push({ prefix: route.path.slice(0, -1), route });
    else exact.set(route.path, [...(exact.get(route.path) ?? []), route]);
  }
  // The longest prefix first: what is more special wins.
  below.sort((a, b) => b.prefix.length - a.prefix.length);

  return (method, path) => {
    const known = exact.get(path);
    const longest = below.find(({ prefix }) => path.startsWith(prefix))?.prefix;
    const candidates = known ?? below.filter(({ prefix }) => prefix === longest).map(({ route }) => route);
    const route = candidates.find((candidate) => candidate.method === method);
    if (route) return route;
    // The root's catch-all serves files; it does not make every address one that exists.
    if (candidates.length === 0 || (!known && longest === "/")) throw new TravelAgentError("NOT_FOUND", "there is nothing at this address");
    const methods = candidates.flatMap((candidate) => (candidate.method === "GET" ? ["GET", "HEAD"] : [candidate.method]));
    const allow = [...new Set(methods)].sort().join(", ");
    throw new TravelAgentError("METHOD_NOT_ALLOWED", `this address answers ${allow}`, { details: { allow } });
  };
}
