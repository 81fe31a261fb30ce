import { createHmac } from "node:crypto";
import { sameSecret } from "../../auth/secret.ts";
import type { Delivery, Verdict } from "./guard.ts";

const prefix = "whsec_";
const leastKeyBytes = 16;
const keyOf = (secret: string): Buffer | string => (secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), "base64") : secret);

/** False for `whsec_` with nothing, too little or no base64 behind it: others could guess the key and sign. */
export const isWebhookSecret = (secret: string): boolean => secret.trim() !== "" && (!secret.startsWith(prefix) || keyOf(secret).length >= leastKeyBytes);

/** The signature of a delivery, as the header `webhook-signature` carries it. */
export const signStandardWebhook = (secret: string, id: string, timestampSeconds: number, body: Uint8Array): string =>
  `v1,${createHmac("sha256", keyOf(secret)).update(`${id}.${timestampSeconds}.`).update(body).digest("base64")}`;

/** True when a delivery carries the headers of this scheme. */
export const isStandardWebhook = ({ headers }: Delivery): boolean => headers["webhook-signature"] !== undefined;

/**
 * Standard Webhooks: HMAC-SHA-256 over id, time and the raw body, in `webhook-id`, `webhook-timestamp` and
 * `webhook-signature`. Several signatures may stand there while a secret is being changed. A secret `whsec_…` is base64.
 */
export function standardWebhook({ headers, body }: Delivery, secret: string): Verdict {
  if (!isWebhookSecret(secret)) return { ok: false };
  const id = headers["webhook-id"];
  const timestamp = headers["webhook-timestamp"];
  const signatures = headers["webhook-signature"];
  if (typeof id !== "string" || typeof timestamp !== "string" || typeof signatures !== "string") return { ok: false };
  if (!/^[\x21-\x7e]{1,256}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) return { ok: false };
  const expected = signStandardWebhook(secret, id, Number(timestamp), body);
  // Every one is compared: how long it takes says nothing about which was right.
  const right = signatures
    .split(" ")
    .slice(0, 8)
    .filter((signature) => sameSecret(signature, expected)).length;
  return right > 0 ? { ok: true, id, timestampMs: Number(timestamp) * 1000 } : { ok: false };
}
