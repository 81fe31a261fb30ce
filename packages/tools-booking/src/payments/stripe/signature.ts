import { createHmac, timingSafeEqual } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Delivery } from "../../payment.ts";

/** Stripe's own default. */
const toleranceMs = 5 * 60_000;

const refused = (why: string) => new TravelAgentError("UNAUTHORIZED", `this is no delivery of Stripe's: ${why}`);

const same = (given: string, expected: Buffer): boolean => {
  const bytes = Buffer.from(/^[0-9a-f]{64}$/i.test(given) ? given : "", "hex");
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
};

/**
 * Raises `UNAUTHORIZED` unless one of the header's `v1` signatures was made with one of `secrets` over these very bytes, at most five
 * minutes ago. Several of both are normal while a secret is being rotated.
 */
export function verifySignature({ headers, body }: Delivery, secrets: readonly string[], nowMs: number): void {
  const header = headers["stripe-signature"];
  if (header === undefined) throw refused("it has no signature");
  const parts = header.split(",").map((part) => part.trim().split("=", 2) as [string, string?]);
  const stamp = parts.find(([name]) => name === "t")?.[1] ?? "";
  const given = parts.flatMap(([name, value]) => (name === "v1" && value ? [value] : []));
  if (!/^\d{1,12}$/.test(stamp) || given.length === 0) throw refused("its signature cannot be read");
  let right = false;
  for (const secret of secrets) {
    const expected = createHmac("sha256", secret).update(`${stamp}.${body}`).digest();
    // No early exit: the time it takes must not tell which of them came close.
    for (const one of given) right = same(one, expected) || right;
  }
  if (!right) throw refused("the signature is wrong");
  if (Math.abs(nowMs - Number(stamp) * 1000) > toleranceMs) throw refused("it was signed more than five minutes ago");
}
