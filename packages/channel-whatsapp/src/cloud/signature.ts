import { createHmac, timingSafeEqual } from "node:crypto";

/** In constant time for texts of one length; the length of a secret is no secret here. */
export const isSame = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** What `X-Hub-Signature-256` says of a body: the bytes as they came, never parsed and written again. */
export const signatureOf = (body: Uint8Array, appSecret: string): string => `sha256=${createHmac("sha256", appSecret).update(body).digest("hex")}`;

export const isSigned = (body: Uint8Array, signature: unknown, appSecret: string): boolean =>
  typeof signature === "string" && isSame(signature, signatureOf(body, appSecret));
