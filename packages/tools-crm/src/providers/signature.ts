import { createHmac, timingSafeEqual } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";

/** Deliveries older than this are refused: a recorded one must not be played again for ever. */
const oldestMs = 5 * 60_000;

export interface SignedText {
  secret: string;
  text: string;
  /** As the delivery gives it. */
  signature: string | undefined;
  encoding: "hex" | "base64";
  /** Milliseconds since the epoch, as the delivery gives it. */
  timestamp: number;
  now: number;
}

export const sign = (secret: string, text: string, encoding: "hex" | "base64"): string => createHmac("sha256", secret).update(text).digest(encoding);

/** Raises `UNAUTHORIZED` unless the text was signed with our secret, a short while ago. */
export function checkSignature({ secret, text, signature, encoding, timestamp, now }: SignedText): void {
  const wanted = Buffer.from(sign(secret, text, encoding));
  const given = Buffer.from(signature ?? "");
  const fresh = Number.isFinite(timestamp) && Math.abs(now - timestamp) <= oldestMs;
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted) || !fresh)
    throw new TravelAgentError("UNAUTHORIZED", "the signature of this webhook is not right, or it is too old; check the webhook's secret and the clock");
}

/** The body of a delivery. Raises `INVALID_REQUEST`. */
export function readDelivery(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new TravelAgentError("INVALID_REQUEST", "the body of this webhook is no JSON");
  }
}
