/** Lower case without accents, so that `joão` is found as `joao` and the other way round. */
export const plain = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

const words = (text: string): string[] =>
  plain(text)
    .replace(/['’]/g, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");

/** The sign between the halves of an address, as a word: `ana@` is not the beginning of `anabel`. */
const at = "0at0";
const addressWords = (address: string): string[] => address.split("@").flatMap((half, index) => [...(index === 0 ? [] : [at]), ...words(half)]);

export const nameKey = (name: string): string => words(name).sort().join(" ");

/** What somebody can be found by, beside the name of the company and what was noted. */
export interface Findable {
  name: string;
  email?: string | undefined;
  phone?: string | undefined;
  tags?: readonly string[] | undefined;
  notes?: string | undefined;
}

/** How many words of notes count. */
const noteWords = 2000;

/** The words a customer is found by, in order: an address is a row of words, a number comes with its endings. */
export function searchWords({ name, email, phone, tags = [], notes = "" }: Findable, also: readonly string[] = []): string[] {
  const digits = phone?.replace(/\D/g, "") ?? "";
  const endings = digits === "" ? [] : [digits, ...Array.from({ length: Math.max(0, digits.length - 6) }, (_, start) => digits.slice(start + 1))];
  return [...words(name), ...addressWords(email ?? ""), ...endings, ...tags.flatMap(words), ...words([...also, notes].join(" ")).slice(0, noteWords)];
}

/** A person's query as rows of words, of each of which the last one may go on. A number may be written with spaces, brackets and dashes. */
export function queryTerms(query: string): string[][] {
  if (/^[\d\s()+./-]+$/.test(query) && /\d/.test(query)) return [[query.replace(/\D/g, "").replace(/^00/, "")]];
  const terms = plain(query)
    .split(/\s+/)
    .flatMap((word) => (word.includes("@") ? [addressWords(word)] : words(word).map((one) => [one])))
    .filter((term) => term.length > 0);
  return [...new Map(terms.map((term) => [term.join(" "), term])).values()].slice(0, 8);
}
