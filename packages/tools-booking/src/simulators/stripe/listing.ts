import type { Answer, SimulatedRequest } from "../kit/index.ts";
import type { StripeBooks } from "./books.ts";
import { expand } from "./expand.ts";
import { invalid } from "./refusal.ts";

/** One page of a list, newest first, with Stripe's cursors and its filter on `created`. */
export async function listAnswer<T extends { id: string; created: number }>(
  books: StripeBooks,
  request: SimulatedRequest,
  all: readonly T[],
  matches: (object: T) => boolean = () => true,
): Promise<Answer> {
  const { path, query } = request;
  const limit = Number(query.get("limit") ?? 10);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw invalid("limit", "Invalid limit: it must be between 1 and 100.", "parameter_invalid_integer");
  const bound = (name: string) => {
    const text = query.get(`created[${name}]`);
    return text === null ? undefined : Number(text);
  };
  const [gte, gt, lte, lt] = ["gte", "gt", "lte", "lt"].map(bound);
  const found = all
    .filter(({ created }) => created >= (gte ?? -1) && created > (gt ?? -1) && created <= (lte ?? Infinity) && created < (lt ?? Infinity))
    .filter(matches)
    .toReversed();
  const after = query.get("starting_after");
  const from = after === null ? 0 : found.findIndex(({ id }) => id === after) + 1;
  if (after !== null && from === 0) throw invalid("starting_after", `No such object: '${after}'`, "resource_missing");
  const data = found.slice(from, from + limit);
  const body = { object: "list", data, has_more: from + limit < found.length, url: path };
  return { status: 200, body: await expand(books, body, request) };
}
