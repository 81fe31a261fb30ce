export interface Search {
  query: string;
  /** 1 to 10. */
  count: number;
  /** ISO 3166, two capital letters. */
  country?: string | undefined;
  freshness?: "day" | "week" | "month" | "year" | undefined;
}

export interface Found {
  title: string;
  url: string;
  description: string;
  /** As the engine says it. */
  age?: string;
}

/** A search engine. */
export interface SearchProvider {
  readonly name: string;
  /** The best results first. Raises `RATE_LIMITED` (with `retryAfterMs` when told), `UNAVAILABLE`, `TIMEOUT`, `CANCELLED`. */
  search(search: Search, signal: AbortSignal): Promise<Found[]>;
}
