import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import type { SimulatedRequest, World } from "../kit/index.ts";
import type { Webhooks } from "../webhooks.ts";

export type Announce = (type: string, resourceType: string, resource: unknown) => void;

export interface PayPalEvents {
  announce: Announce;
  /** PayPal's answer to "did you send this?". The event is judged by the very text in the request. */
  isGenuine(request: SimulatedRequest): boolean;
}

/** Where a field's value stands in JSON text; undefined when it is not there. */
export function valueText(json: string, field: string): string | undefined {
  const found = new RegExp(`"${field}"\\s*:\\s*`).exec(json);
  if (!found) return undefined;
  const start = found.index + found[0].length;
  let depth = 0;
  let quoted = false;
  for (let at = start; at < json.length; at += 1) {
    const sign = json[at];
    if (quoted) {
      if (sign === "\\") at += 1;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === "{" || sign === "[") depth += 1;
    else if (sign === "}" || sign === "]") depth -= 1;
    if (depth === 0 && !quoted && (sign === "}" || sign === "]")) return json.slice(start, at + 1);
  }
  return undefined;
}

/** Events as PayPal delivers them. The signature covers the transmission's id and time, the webhook's id and a checksum of the body. */
export function payPalEvents(world: World, webhooks: Webhooks, webhookId: string | undefined): PayPalEvents {
  // Nobody but this simulator makes or checks signatures, so a secret of its own does for a certificate.
  const secret = world.newId("", 40);
  const sign = (id: string, time: string, body: string): string =>
    createHmac("sha256", secret)
      .update(`${id}|${time}|${webhookId}|${crc32(body)}`)
      .digest("base64");
  return {
    announce(type, resourceType, resource) {
      if (webhookId === undefined) return;
      // A number with zeros behind the point and an escaped slash: what is parsed and written anew comes out as other bytes.
      const body = JSON.stringify({
        id: `WH-${randomUUID().toUpperCase()}`,
        event_version: "1.0",
        create_time: new Date(world.clock.now()).toISOString(),
        resource_type: resourceType,
        resource_version: "2.0",
        event_type: type,
        summary: type.toLowerCase().replaceAll(".", " "),
        resource,
      }).replaceAll("://", ":\\/\\/");
      const id = randomUUID();
      const time = new Date(world.clock.now()).toISOString().replace(/\.\d{3}Z$/, "Z");
      webhooks.post((url) => ({
        headers: {
          "content-type": "application/json",
          "paypal-transmission-id": id,
          "paypal-transmission-time": time,
          "paypal-transmission-sig": sign(id, time, body),
          "paypal-auth-algo": "SHA256withRSA",
          "paypal-cert-url": new URL("/v1/notifications/certs/CERT-SIMULATED", url).href,
        },
        body,
      }));
    },
    isGenuine({ raw, json }) {
      const given = (json ?? {}) as Record<string, string | undefined>;
      const body = valueText(raw, "webhook_event");
      if (body === undefined || given.webhook_id !== webhookId) return false;
      const expected = Buffer.from(sign(given.transmission_id ?? "", given.transmission_time ?? "", body));
      const found = Buffer.from(given.transmission_sig ?? "");
      return found.length === expected.length && timingSafeEqual(found, expected);
    },
  };
}
