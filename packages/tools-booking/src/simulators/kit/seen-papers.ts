import { createHash } from "node:crypto";

/** A paper that a request carried: what kind, and a hash by which a test finds out whether it was the right one. */
export interface SeenPaper {
  /** In the vendor's own word. */
  kind: string;
  sha256: string;
}

/** The fields in which vendors take papers and loyalty numbers, and the one in them that is the number. */
const numberIn: Readonly<Record<string, string>> = {
  documents: "number",
  identity_documents: "unique_identifier",
  identityDocuments: "documentNumber",
  TravelDocument: "docNumber",
  loyaltyPrograms: "id",
  loyalty_programme_accounts: "account_number",
  CustomerLoyalty: "value",
};
const kindOf = (entry: Record<string, unknown>, list: string): string => String(entry.documentType ?? entry.type ?? entry.docType ?? list);

export const paperHash = (number: string): string => createHash("sha256").update(number).digest("hex");

/** The body with a hash where the number of a paper was, so that no simulator keeps or says one, and what was there. */
export function withoutPaperNumbers(body: unknown): { json: unknown; papers: SeenPaper[] } {
  const papers: SeenPaper[] = [];
  const walk = (value: unknown, list?: string): unknown => {
    if (Array.isArray(value)) return value.map((entry) => walk(entry, list));
    if (typeof value !== "object" || value === null) return value;
    const entry = value as Record<string, unknown>;
    const field = list === undefined ? undefined : list === "loyaltyPrograms" && "programNumber" in entry ? "programNumber" : numberIn[list];
    return Object.fromEntries(
      Object.entries(entry).map(([name, inner]) => {
        if (name !== field || typeof inner !== "string") return [name, walk(inner, name in numberIn && Array.isArray(inner) ? name : undefined)];
        const sha256 = paperHash(inner);
        papers.push({ kind: kindOf(entry, list!), sha256 });
        return [name, `sha256:${sha256.slice(0, 16)}`];
      }),
    );
  };
  const json = walk(body);
  return papers.length === 0 ? { json: body, papers } : { json, papers };
}
