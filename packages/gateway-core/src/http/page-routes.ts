import { TravelAgentError } from "@travelagent/protocol";
import type { Visitors } from "../auth/visitors.ts";
import { readCookie, writeCookie } from "./cookies.ts";
import type { HttpReply, HttpRequest, HttpRoute } from "./route.ts";
import { readStaticFiles } from "./static-files.ts";

/** Name of the cookie a customer's browser is known by. */
export const visitorCookie = "ta_visitor";
const visitorCookieSeconds = 365 * 86_400;

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

/** The console at `/`, the web chat at `/chat`, and the files of both. `visitors` absent: the chat page is not served. */
export function pageRoutes(directory: string, visitors: Visitors | undefined): HttpRoute[] {
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
    const reply = await page("chat.html", request);
    const known = readCookie(request.headers.cookie, visitorCookie);
    if (request.method === "HEAD" || (known !== undefined && visitors.verify(known) !== undefined)) return reply;
    const cookie = writeCookie(visitorCookie, visitors.issue(), { sameSite: "Lax", maxAgeSeconds: visitorCookieSeconds, secure: request.peer.secure });
    return { ...reply, headers: { ...reply.headers, "set-cookie": cookie } };
  };

  return [
    get("/", consolePage),
    get("/login", consolePage),
    ...consolePages.flatMap((name) => [get(`/${name}`, consolePage), get(`/${name}/*`, consolePage)]),
    get("/chat", chat),
    get("/*", (request) => page(request.url.pathname.slice(1), request)),
  ];
}
