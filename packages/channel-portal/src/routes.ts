import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import * as z from "zod";
import type { PaperKind, PortalDesk } from "./desk.ts";
import { file, json, type PortalRequest, type PortalRoute, portalCookieHeader, readPortalCookie } from "./http.ts";
import type { PortalLinks } from "./links.ts";
import type { Visit, Visits } from "./visits.ts";

export interface RouteParts {
  desk: PortalDesk;
  links: PortalLinks;
  visits: Visits;
  clock: Clock;
  /** A browser was let in. */
  onOpened(accountId: string): Promise<void>;
  /** Sends a new link to the conversation of an old one. */
  renew(token: string): Promise<void>;
}

const Token = z.strictObject({ token: z.string().min(1).max(200) });
const Choice = z.strictObject({ offer: z.string().min(1).max(200) });
const smallBody = 4096;

async function read<T>(request: PortalRequest, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await request.json(smallBody));
  if (!parsed.success) throw new TravelAgentError("INVALID_REQUEST", "this request has another form than the page sends");
  return parsed.data;
}

/** The last words of a path below `prefix`. */
const below = (request: PortalRequest, prefix: string): string[] => request.url.pathname.slice(prefix.length).split("/").map(decodeURIComponent);

const papers: readonly string[] = ["itinerary", "calendar", "invoice"] satisfies PaperKind[];

/** What the page asks for. Whose it is, the cookie says and nothing else: no address here takes the id of a customer. */
export function portalRoutes({ desk, links, visits, clock, onOpened, renew }: RouteParts): PortalRoute[] {
  const visitor = async (request: PortalRequest): Promise<Visit> => {
    const cookie = readPortalCookie(request);
    const visit = cookie === undefined ? undefined : await visits.of(cookie);
    if (!visit) throw new TravelAgentError("UNAUTHORIZED", "open the link to your page again, or ask for a new one");
    return visit;
  };
  const nothing = (): TravelAgentError => new TravelAgentError("NOT_FOUND", "there is nothing of yours at this address");

  return [
    {
      method: "POST",
      path: "/portal/api/open",
      auth: "none",
      csrf: true,
      async handle(request) {
        const { token } = await read(request, Token);
        const link = await links.open(token);
        const { cookie, until } = await visits.begin(link.accountId);
        await onOpened(link.accountId);
        return json({ ok: true }, { headers: portalCookieHeader(cookie, (until - clock.now()) / 1000, request) });
      },
    },
    {
      method: "POST",
      path: "/portal/api/renew",
      auth: "none",
      csrf: true,
      async handle(request) {
        const { token } = await read(request, Token);
        await renew(token);
        // The same for every token: whoever holds somebody else's learns nothing.
        return json({ ok: true }, { status: 202 });
      },
    },
    {
      method: "POST",
      path: "/portal/api/leave",
      auth: "none",
      csrf: true,
      async handle(request) {
        const cookie = readPortalCookie(request);
        if (cookie !== undefined) await visits.end(cookie);
        return json({ ok: true }, { headers: portalCookieHeader("", 0, request) });
      },
    },
    {
      method: "GET",
      path: "/portal/api/home",
      auth: "none",
      async handle(request) {
        const { customerId } = await visitor(request);
        const customer = await desk.customer(customerId);
        if (!customer) throw new TravelAgentError("UNAUTHORIZED", "this page is closed; write to the agency");
        const [trips, quotes] = await Promise.all([desk.trips(customerId), desk.quotes(customerId)]);
        return json({ agency: desk.agency(), customer, trips, quotes });
      },
    },
    {
      method: "GET",
      path: "/portal/api/trips/*",
      auth: "none",
      async handle(request) {
        const { customerId } = await visitor(request);
        const [tripId = "", kind = "", ...rest] = below(request, "/portal/api/trips/");
        if (rest.length > 0 || !papers.includes(kind)) throw nothing();
        const paper = await desk.paper(customerId, tripId, kind as PaperKind);
        if (!paper) throw nothing();
        return file(paper);
      },
    },
    {
      method: "POST",
      path: "/portal/api/quotes/*",
      auth: "none",
      csrf: true,
      async handle(request) {
        const { customerId } = await visitor(request);
        const [quoteId = "", word, ...rest] = below(request, "/portal/api/quotes/");
        if (rest.length > 0 || word !== "accept") throw nothing();
        const { offer } = await read(request, Choice);
        await desk.accept(customerId, quoteId, offer);
        return json({ ok: true });
      },
    },
  ];
}
