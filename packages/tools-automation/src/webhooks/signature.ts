import { createHmac, randomBytes } from "node:crypto";

const prefix = "whsec_";

/** A secret that signs: 256 random bits. */
export const newWebhookSecret = (): string => prefix + randomBytes(32).toString("base64");

/** Headers of a delivery by Standard Webhooks, signed with each secret that holds: while one is being changed there are two. */
export function webhookHeaders(secrets: readonly string[], id: string, now: number, body: Uint8Array): Record<string, string> {
  const seconds = String(Math.floor(now / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(prefix.length), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${seconds}.`).update(body).digest("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": signatures.join(" ") };
}
