/** A list that is read page by page and kept up to date by events. */
export interface Paged<T> {
  status: "loading" | "ready" | "loading-more" | "failed";
  items: readonly T[];
  nextCursor?: string;
  error?: string;
  /** What events brought since the last read began: a page read at the same moment may be older. */
  touched: ReadonlySet<string>;
}

export type PagedEvent<T> =
  /** Read from the start. `clear`: what is shown belongs to another question. */
  | { type: "load"; clear: boolean }
  | { type: "page"; items: readonly T[]; nextCursor?: string | undefined; first: boolean }
  | { type: "failed"; error: string }
  | { type: "more" }
  /** An event brought a new state of an item. `wanted`: it belongs into this list. */
  | { type: "changed"; item: T; wanted: boolean };

export interface ListRules<T> {
  idOf(item: T): string;
  /** Sorting order. */
  compare(a: T, b: T): number;
  /** Events may overtake answers: false when `item` is older than what is shown. */
  isNewer?(item: T, shown: T): boolean;
}

export const emptyList: Paged<never> = { status: "loading", items: [], touched: new Set() };

export function pagedReducer<T>({ idOf, compare, isNewer = () => true }: ListRules<T>) {
  return (list: Paged<T>, event: PagedEvent<T>): Paged<T> => {
    switch (event.type) {
      case "load":
        return { status: "loading", items: event.clear ? [] : list.items, touched: new Set() };
      case "more":
        return { ...withoutError(list), status: "loading-more" };
      case "failed":
        return { ...list, status: "failed", error: event.error };
      case "page": {
        const kept = event.first ? list.items.filter((item) => list.touched.has(idOf(item))) : list.items;
        const ids = new Set(kept.map(idOf));
        const added = event.items.filter((item) => !ids.has(idOf(item)) && !list.touched.has(idOf(item)));
        return {
          status: "ready",
          items: [...kept, ...added].sort(compare),
          touched: event.first ? new Set() : list.touched,
          ...(event.nextCursor === undefined ? {} : { nextCursor: event.nextCursor }),
        };
      }
      case "changed": {
        const id = idOf(event.item);
        const shown = list.items.find((item) => idOf(item) === id);
        if (shown && !isNewer(event.item, shown)) return list;
        const others = list.items.filter((item) => idOf(item) !== id);
        return { ...list, items: event.wanted ? [...others, event.item].sort(compare) : others, touched: new Set([...list.touched, id]) };
      }
    }
  };
}

function withoutError<T>(list: Paged<T>): Paged<T> {
  const { error: _gone, ...rest } = list;
  return rest;
}
