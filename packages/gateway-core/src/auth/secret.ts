import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 random bits that fit a URL and a cookie. */
export const randomSecret = (): string => randomBytes(32).toString("base64url");

/** How a secret of ours is kept: only somebody who has it can find it again. For random secrets, not for passwords. */
export const hashSecret = (secret: string): string => createHash("sha256").update(secret).digest("base64url");

const comparisonKey = randomBytes(32);

/** Takes the same time for every wrong answer, whatever its length. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHmac("sha256", comparisonKey).update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
