import { TravelAgentError } from "@travelagent/protocol";
import type { Visitors } from "../auth/visitors.ts";
import { readCookie, writeCookie } from "./cookies.ts";
import { framedBy } from "./headers.ts";
import type { HttpReply, HttpRequest, HttpRoute } from "./route.ts";
import { readStaticFiles } from "./static-files.ts";
import { frameOrigins, type WidgetOptions, widgetRoutes } from "./widget-routes.ts";

/** Name of the cookie a customer's browser is known by. */
export const visitorCookie = "ta_visitor";
const visitorCookieSeconds = 365 * 86_400;

const visitorCookieHeader = (value: string, secure: boolean, foreign: boolean): string =>
  writeCookie(visitorCookie, value, { sameSite: foreign && secure ? "None" : "Lax", maxAgeSeconds: visitorCookieSeconds, secure });

/** Headers that make a browser this visitor, wherever the chat is shown in it: of the two a browser takes the one that fits, or both. */
export const visitorCookies = (value: string, { peer: { secure } }: Pick<HttpRequest, "peer">): string[] => [
  visitorCookieHeader(value, secure, false),
  ...(secure ? [visitorCookieHeader(value, secure, true)] : []),
];

/** Pages of the console. The address of each is answered with the console itself, which finds its way from there. */
const consolePages = [
  "inbox",
  "approvals",
  "bookings",
  "deliveries",
  "runs",
  "customers",
  "automations",
  "channels",
  "prices",
  "costs",
  "policy",
  "config",
  "agents",
  "team",
  "audit",
  "system",
];

/** The console at `/`, the web chat at `/chat`, the page of each customer at `/portal`, and the files of all. `visitors` absent: the chat page is not served. `widget` absent: nobody may frame it. */
export function pageRoutes(
  directory: string,
  visitors: Visitors | undefined,
  { widget, portal = false }: { widget?: WidgetOptions; portal?: boolean } = {},
): HttpRoute[] {
  const framing = widget && framedBy(frameOrigins(widget.allowedOrigins));
  let reading: ReturnType<typeof readStaticFiles> | undefined;
  const page = async (name: string, request: HttpRequest): Promise<HttpReply> => {
    reading ??= readStaticFiles(directory).catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    const reply = await (await reading).serve(name, request.headers);
    if (!reply) throw new TravelAgentError("NOT_FOUND", "there is nothing at this address");
    return reply;
  };
  const get = (path: string, handle: HttpRoute["handle"]): HttpRoute => ({ method: "GET", path, auth: "none", handle });
  const consolePage: HttpRoute["handle"] = (request) => page("index.html", request);

  const chat: HttpRoute["handle"] = async (request) => {
    if (!visitors) throw new TravelAgentError("NOT_FOUND", "this gateway has no web chat");
    const found = await page("chat.html", request);
    const reply = framing ? { ...found, headers: { ...found.headers, ...framing } } : found;
    const known = readCookie(request.headers.cookie, visitorCookie);
    if (request.method === "HEAD" || (known !== undefined && visitors.verify(known) !== undefined)) return reply;
    // In a frame of another site browsers take no other cookie than this, and over TLS only.
    const foreign = framing !== undefined && request.headers["sec-fetch-dest"] === "iframe" && request.headers["sec-fetch-site"] === "cross-site";
    const cookie = visitorCookieHeader(visitors.issue(), request.peer.secure, foreign);
    return { ...reply, headers: { ...reply.headers, "set-cookie": cookie } };
  };

  return [
    get("/", consolePage),
    get("/login", consolePage),
    ...consolePages.flatMap((name) => [get(`/${name}`, consolePage), get(`/${name}/*`, consolePage)]),
    get("/chat", chat),
    ...(portal ? [get("/portal", (request) => page("portal.html", request))] : []),
    ...(widget && visitors ? widgetRoutes() : []),
    get("/*", (request) => page(request.url.pathname.slice(1), request)),
  ];
}
