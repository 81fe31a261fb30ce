import { TravelAgentError } from "@travelagent/protocol";

export interface TimelineEntry {
  /** Milliseconds. */
  at: number;
  /** `note`, `lead`, `booking`, `conversation`, `merge`, `identity`, `lifecycle` or a word of the source's own. */
  kind: string;
  /** Unique within its kind. */
  id: string;
  /** One line for people of the agency. */
  text: string;
  data?: Readonly<Record<string, unknown>>;
}

/** Somebody who knows things that happened to a customer. */
export interface TimelineSource {
  readonly name: string;
  /** Newest first, at or before `until`; at most `limit`. Those of one millisecond always in the same order. */
  entries(customerId: string, page: { until: number; limit: number }): Promise<TimelineEntry[]>;
}

export interface TimelinePage {
  entries: TimelineEntry[];
  nextCursor?: string;
}

const farAway = 8_640_000_000_000_000;

/** What all sources know of one customer, newest first. A source that fails fails the page: a history with holes misleads. */
export async function timelineOf(
  sources: readonly TimelineSource[],
  customerId: string,
  { limit = 50, cursor }: { limit?: number; cursor?: string } = {},
): Promise<TimelinePage> {
  // Where the last page ended, and how many of that millisecond were on it.
  const { until, shown } = read(cursor);
  const wanted = limit + shown + 1;
  const found = await Promise.all(sources.map((source) => source.entries(customerId, { until, limit: wanted })));
  // Of one millisecond: source by source, each in its own order, as pages need it.
  const all = found.flat().sort((a, b) => b.at - a.at);
  const entries = all.slice(shown, shown + limit);
  const last = entries.at(-1);
  if (!last || all.length <= shown + limit) return { entries };
  const alike = all.slice(0, shown + limit).filter(({ at }) => at === last.at).length;
  return { entries, nextCursor: `${last.at}.${alike}` };
}

function read(cursor: string | undefined): { until: number; shown: number } {
  if (cursor === undefined) return { until: farAway, shown: 0 };
  const [, until, shown] = /^(\d{1,16})\.(\d{1,6})$/.exec(cursor) ?? [];
  if (until === undefined || shown === undefined) throw new TravelAgentError("INVALID_REQUEST", "this cursor is none of ours; start again without one");
  return { until: Number(until), shown: Number(shown) };
}
