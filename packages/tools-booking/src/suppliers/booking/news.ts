import type { SupplierCall, SupplierNews } from "../../supplier.ts";
import type { Session } from "./session.ts";
import { type ListedOrder, orderList } from "./wire.ts";

/** The list looks no further back than this. */
const longestMs = 7 * 24 * 3_600_000;

/** Orders that changed since `cursor`, which is a time. One that changed in the same second may come twice. */
export async function pollOrders({ post, clock }: Session, cursor: string | undefined, call: SupplierCall): Promise<{ news: SupplierNews[]; cursor: string }> {
  const now = clock.now();
  if (cursor === undefined) return { news: [], cursor: new Date(now).toISOString() };
  const from = Math.max(Date.parse(cursor), now - longestMs);
  // The vendor wants a time between the two.
  if (now - from < 1000) return { news: [], cursor };
  const updated = { from: new Date(from).toISOString(), to: new Date(now).toISOString() };
  const news: SupplierNews[] = [];
  let query: object | undefined = {
    updated,
    currency: "EUR",
    maximum_results: 100,
    services: ["accommodations", "cars"],
    sort: { by: "updated", direction: "ascending" },
  };
  while (query) {
    const page: { data: ListedOrder[]; metadata?: { next_page?: string | null | undefined } | null | undefined } = await post(
      "read",
      "orders/details",
      query,
      orderList,
      call,
    );
    for (const { id, status, updated: at, accommodations, cars } of page.data) {
      const reference = accommodations?.reservation ?? cars?.reservation;
      if (reference === undefined) continue;
      const kind = status.startsWith("cancelled") ? "cancelled" : "changed";
      news.push({ id: `${id} ${at ?? status}`, kind, vertical: accommodations ? "hotel" : "car", reference });
    }
    query = page.metadata?.next_page ? { page: page.metadata.next_page } : undefined;
  }
  return { news, cursor: updated.to };
}
