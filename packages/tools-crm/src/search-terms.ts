import type { CustomerFields } from "./crm.ts";

/** Lower case without accents, so that `joão` is found as `joao` and the other way round. */
export const plain = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

const words = (text: string): string[] =>
  plain(text)
    .replace(/['’]/g, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");

export const nameKey = (name: string): string => words(name).sort().join(" ");

/** What a customer can be found by: words of the name, the address with its two halves, the number and its endings. */
export function searchTerms({ name, email, phone }: Pick<CustomerFields, "name" | "email" | "phone">): string[] {
  const terms = new Set(words(name));
  if (email !== undefined) {
    const address = plain(email);
    for (const term of [address, ...address.split("@")]) terms.add(term);
    for (const word of words(address)) terms.add(word);
  }
  const digits = phone?.replace(/\D/g, "") ?? "";
  for (let start = 0; start === 0 || digits.length - start >= 6; start++) if (digits.slice(start) !== "") terms.add(digits.slice(start));
  return [...terms];
}

/** A person's query as beginnings of terms. A number may be written with spaces, brackets and dashes. */
export function queryTerms(query: string): string[] {
  if (/^[\d\s()+./-]+$/.test(query) && /\d/.test(query)) return [query.replace(/\D/g, "").replace(/^00/, "")];
  return [
    ...new Set(
      plain(query)
        .split(/\s+/)
        .flatMap((word) => (word.includes("@") ? [word] : words(word))),
    ),
  ].slice(0, 8);
}
