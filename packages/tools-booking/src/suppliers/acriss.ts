/** First letter of an ACRISS code, and what travellers call it. */
const categories: Readonly<Record<string, string>> = {
  M: "mini",
  N: "mini",
  E: "economy",
  H: "economy",
  C: "compact",
  D: "compact",
  I: "intermediate",
  J: "intermediate",
  S: "standard",
  R: "standard",
  F: "fullsize",
  G: "fullsize",
  P: "premium",
  U: "premium",
  L: "luxury",
  W: "luxury",
  O: "oversize",
  X: "special",
};
/** Second letters that say more than the size does. */
const kinds: Readonly<Record<string, string>> = { F: "suv", G: "suv", V: "van", K: "van" };

/** What the four letters say. */
export function readAcriss(code: string): { category: string; transmission: "automatic" | "manual" } {
  const [size = "", kind = "", gear = ""] = code.toUpperCase();
  return { category: kinds[kind] ?? categories[size] ?? "special", transmission: "ABD".includes(gear) && gear !== "" ? "automatic" : "manual" };
}
