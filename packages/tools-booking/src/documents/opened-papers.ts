import type { OpenedPaper, SupplierCall, Traveller } from "../supplier.ts";

/** The papers of all travellers of a purchase, by traveller id. Asked for right before the request that carries them, and never sooner. */
export async function openPapers(travellers: readonly Traveller[], { papers }: SupplierCall): Promise<ReadonlyMap<string, readonly OpenedPaper[]>> {
  if (!papers) return new Map();
  const opened = travellers
    .filter(({ documents }) => documents && documents.length > 0)
    .map(async (traveller) => [traveller.id, await papers(traveller)] as const);
  return new Map(await Promise.all(opened));
}
