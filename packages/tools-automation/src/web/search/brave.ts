import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import * as z from "zod";
import { plainWords } from "../fetch/plain-words.ts";
import { createGuardedFetch } from "../guard/guarded-fetch.ts";
import { parseTarget } from "../guard/target.ts";
import type { SearchProvider } from "./provider.ts";

export interface BraveOptions {
  /** `https://api.search.brave.com`, or whatever stands in for it. */
  baseUrl: string;
  apiKey: string;
  timeoutMs?: number;
  clock?: Clock;
}

const Answer = z.object({
  web: z
    .object({ results: z.array(z.object({ title: z.string(), url: z.string(), description: z.string().nullish(), age: z.string().nullish() })).default([]) })
    .nullish(),
});

const age = { day: "pd", week: "pw", month: "pm", year: "py" } as const;

/** Brave's web search. */
export function braveSearch({ baseUrl, apiKey, timeoutMs = 30_000, clock = systemClock }: BraveOptions): SearchProvider {
  const base = parseTarget(`${baseUrl.replace(/\/+$/, "")}/res/v1/web/search`);
  // Where it goes is the operator's choice, so it may be private; a redirect would take the search words elsewhere.
  const get = createGuardedFetch({ timeoutMs, clock, maxRedirects: 0, maxBytes: 2 * 1024 * 1024, allowPrivateHosts: [base.url.host] });
  return {
    name: "Brave",
    async search({ query, count, country, freshness }, signal) {
      const url = new URL(base.url);
      url.search = new URLSearchParams({
        q: query,
        count: String(count),
        ...(country === undefined ? {} : { country }),
        ...(freshness === undefined ? {} : { freshness: age[freshness] }),
      }).toString();
      const { status, headers, body } = await get(url.href, { headers: { accept: "application/json", "x-subscription-token": apiKey }, signal });
      if (status === 401 || status === 403)
        throw new TravelAgentError("UNAVAILABLE", "the search engine does not accept its key; the operator sets it in tools.web.search.apiKey");
      if (status === 429) {
        const seconds = Number(headers["retry-after"]);
        throw new TravelAgentError(
          "RATE_LIMITED",
          "the search engine wants fewer searches; try again later",
          seconds > 0 ? { retryAfterMs: seconds * 1000 } : {},
        );
      }
      if (status !== 200) throw new TravelAgentError("UNAVAILABLE", `the search engine answered ${status}; try again later`);
      let results: z.output<typeof Answer>;
      try {
        results = Answer.parse(JSON.parse(body.toString()));
      } catch (error) {
        throw new TravelAgentError("UNAVAILABLE", "the search engine's answer could not be read", { cause: error });
      }
      return (results.web?.results ?? []).map(({ title, url: found, description, age: told }) => ({
        title: plainWords(title).slice(0, 300),
        url: found.slice(0, 2_000),
        description: plainWords(description ?? "").slice(0, 1_000),
        ...(told ? { age: told.slice(0, 100) } : {}),
      }));
    },
  };
}
