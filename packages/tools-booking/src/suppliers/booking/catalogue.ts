import type { SupplierCall } from "../../supplier.ts";

/** What one request of a list brings. */
interface Page<T> {
  entries: readonly (T & { id: number })[];
  next?: string;
}

export interface Catalogue<T> {
  /** Entries by id; those that are not known yet after a reasonable number of pages are absent, and may be there next time. */
  entries(ids: Iterable<number>, call: SupplierCall): Promise<ReadonlyMap<number, T>>;
}

const keptMs = 24 * 3_600_000;

/**
 * A list that the vendor only gives as a whole, page by page: read as far as it is needed, kept for a day, and read on from
 * there when the next search needs more.
 */
export function createCatalogue<T>(
  fetchPage: (page: string | undefined, call: SupplierCall) => Promise<Page<T>>,
  { now, pagesAtOnce = 25 }: { now(): number; pagesAtOnce?: number },
): Catalogue<T> {
  let known = new Map<number, T>();
  let next: string | undefined;
  let ended = false;
  let until = 0;
  let reading: Promise<unknown> = Promise.resolve();

  async function readOn(wanted: readonly number[], call: SupplierCall): Promise<void> {
    if (now() >= until) {
      known = new Map();
      next = undefined;
      ended = false;
      until = now() + keptMs;
    }
    for (let pages = 0; pages < pagesAtOnce && !ended && wanted.some((id) => !known.has(id)); pages += 1) {
      const page = await fetchPage(next, call);
      for (const entry of page.entries) known.set(entry.id, entry);
      next = page.next;
      ended = next === undefined;
    }
  }

  return {
    async entries(ids, call) {
      const wanted = [...new Set(ids)];
      // One after the other: two searches never read the same page.
      const turn = reading.then(
        () => readOn(wanted, call),
        () => readOn(wanted, call),
      );
      reading = turn;
      await turn;
      return new Map(wanted.flatMap((id) => (known.has(id) ? [[id, known.get(id)!] as const] : [])));
    },
  };
}
