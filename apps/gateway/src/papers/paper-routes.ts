import type { GatewayConfig } from "@travelagent/config";
import type { HttpReply, HttpRoute } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { Proposal } from "@travelagent/tools-booking/papers";
import type { PaperFile } from "./booking-papers.ts";
import { quotePage, quoteProblemPage } from "./quote-page.ts";

interface PaperRouteParts {
  config(): GatewayConfig;
  open(token: string): Promise<Proposal | null>;
  accept(token: string, offerId: string): Promise<Proposal>;
  /** Null for a link that leads nowhere, or no longer. */
  paper(token: string): Promise<PaperFile | null>;
}

/** The link is the key: it is not told to other sites, kept by no cache and found by no search engine. */
const guarded = {
  "cache-control": "no-store",
  // Not "no-referrer": browsers then send the form without an origin, and such a request is refused.
  "referrer-policy": "same-origin",
  "x-robots-tag": "noindex, nofollow",
  "x-content-type-options": "nosniff",
};
const html = (body: string, status = 200): HttpReply => ({
  status,
  headers: {
    ...guarded,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  },
  body,
});

const tokenIn = (path: string, prefix: string): { token: string; rest: string } => {
  const [token = "", ...rest] = path.slice(prefix.length).split("/");
  return { token: /^[\w-]{20,64}$/.test(token) ? token : "", rest: rest.join("/") };
};

/** What customers open without signing in: papers and quotes, each by a link of its own. */
export function paperRoutes({ config, open, accept, paper }: PaperRouteParts): HttpRoute[] {
  const options = (action: string) => {
    const { agency } = config();
    return { agency: { name: agency.name, email: agency.email, phone: agency.phone }, locale: agency.locale, action };
  };
  const problem = (error: unknown): HttpReply => {
    const known = TravelAgentError.from(error);
    const status = { NOT_FOUND: 404, OFFER_EXPIRED: 410, CONFLICT: 409, OFFER_NOT_FOUND: 404, INVALID_REQUEST: 400 }[known.code as string] ?? 500;
    if (status === 500) throw error;
    return html(quoteProblemPage(known.message, options("")), status);
  };
  const gone = new TravelAgentError("NOT_FOUND", "this link is not valid any more; write to us for a new one");
  return [
    {
      method: "GET",
      path: "/documents/*",
      auth: "none",
      async handle({ url }) {
        const { token } = tokenIn(url.pathname, "/documents/");
        const file = token === "" ? null : await paper(token);
        if (!file) return problem(gone);
        return {
          headers: { ...guarded, "content-type": file.mimeType, "content-disposition": `inline; filename="${file.name}"` },
          body: file.bytes,
        };
      },
    },
    {
      method: "GET",
      path: "/quotes/*",
      auth: "none",
      async handle({ url }) {
        const { token } = tokenIn(url.pathname, "/quotes/");
        const proposal = token === "" ? null : await open(token);
        return proposal ? html(quotePage(proposal, options(`/quotes/${token}/accept`))) : problem(gone);
      },
    },
    {
      method: "POST",
      path: "/quotes/*",
      auth: "none",
      async handle(request) {
        const { url } = request;
        const { token, rest } = tokenIn(url.pathname, "/quotes/");
        if (token === "" || rest !== "accept") return problem(gone);
        const offer = new URLSearchParams((await request.body(4096)).toString("utf8")).get("offer") ?? "";
        try {
          await accept(token, offer);
        } catch (error) {
          return problem(error);
        }
        // Reloading the page then shows the choice and chooses nothing again.
        return { status: 303, headers: { ...guarded, location: `/quotes/${token}` } };
      },
    },
  ];
}
