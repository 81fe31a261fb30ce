import { createHmac, randomInt, timingSafeEqual } from "node:crypto";

/** How long a code counts. */
export const codeLivesMs = 10 * 60_000;
/** Wrong ones after which a claim is over. */
export const mostTries = 5;

export const newCode = (): string => String(randomInt(0, 1_000_000)).padStart(6, "0");

/** What is kept of a code: without the secret it cannot be found by trying all of them. Bound to its claim. */
export const hashOfCode = (secret: string, claimId: string, code: string): string => createHmac("sha256", secret).update(`${claimId}\n${code}`).digest("hex");

/** Six digits as people write them. */
export const digitsOf = (code: string): string => code.replace(/[\s-]/g, "");

/** The code in a message that is nothing but one, perhaps with a few words around it. */
export function codeIn(text: string): string | undefined {
  if (text.length > 80) return undefined;
  const found = text.match(/(?<![\d.,+])\d{3}[ -]?\d{3}(?!\d|[.,]\d)/g) ?? [];
  return found.length === 1 && text.replace(found[0]!, "").match(/\d/) === null ? digitsOf(found[0]!) : undefined;
}

/** In constant time. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
