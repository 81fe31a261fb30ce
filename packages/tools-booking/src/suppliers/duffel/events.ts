import { createHmac, timingSafeEqual } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { z } from "zod";
import type { SupplierEvents, SupplierNews } from "../../supplier.ts";
import type { Attempts } from "./attempts.ts";

/** Duffel signs every delivery anew, retries included, so that an old signature is a repeated message of somebody else. */
const toleranceMs = 5 * 60_000;

const text = z.string().nullish();
const event = z.looseObject({
  id: z.string(),
  type: z.string(),
  live_mode: z.boolean().nullish(),
  idempotency_key: text,
  data: z.looseObject({ object: z.looseObject({ id: text, order_id: text, offer_id: text, quote_id: text, booking_id: text }).nullish() }).nullish(),
});

const unauthorized = (message: string) => new TravelAgentError("UNAUTHORIZED", message);

/** `t=<seconds>,v1=<hex>`: HMAC-SHA256 over `<seconds>.<body>`. Raises `UNAUTHORIZED`. */
export function verifySignature(header: string | undefined, body: string, secret: string, now: number): void {
  const parts = (header ?? "").split(",").map((part) => part.trim().split("=") as [string, string?]);
  const time = parts.find(([name]) => name === "t")?.[1];
  const given = parts.flatMap(([name, value]) => (name === "v1" && value ? [value] : []));
  if (!time || !/^\d{1,12}$/.test(time) || given.length === 0) throw unauthorized("the webhook has no signature of duffel's");
  const expected = createHmac("sha256", secret).update(`${time}.${body}`).digest();
  const matches = given.some((one) => {
    const bytes = /^[0-9a-fA-F]{64}$/.test(one) ? Buffer.from(one, "hex") : undefined;
    return bytes !== undefined && timingSafeEqual(bytes, expected);
  });
  if (!matches) throw unauthorized("the webhook's signature is wrong; check DUFFEL_WEBHOOK_SECRET");
  if (Math.abs(now - Number(time) * 1000) > toleranceMs) throw unauthorized("the webhook's signature is too old");
}

const kinds: Readonly<Record<string, SupplierNews["kind"]>> = {
  "order.created": "changed",
  "order.updated": "changed",
  "order.creation_failed": "failed",
  "order.airline_initiated_change_detected": "schedule-change",
  "order_cancellation.confirmed": "cancelled",
  "payment.created": "ticketed",
  "air.payment.succeeded": "ticketed",
  "stays.booking.created": "changed",
  "stays.booking.creation_failed": "failed",
};

const recurring: ReadonlySet<string> = new Set(["order.updated", "order.airline_initiated_change_detected"]);

/**
 * Deliveries of one event share the key and not always the id; events of different kinds may share it too. Where the key only names the
 * order, what happens to it more than once has the same key each time.
 */
const nameOf = (
  { id, type, idempotency_key: key }: Pick<z.infer<typeof event>, "id" | "type" | "idempotency_key">,
  reference: string | null | undefined,
): string => (key && !(recurring.has(type) && key === reference) ? `${type}:${key}` : id);

export interface EventParts {
  secret: string;
  live: boolean;
  clock: Clock;
  flights: Attempts;
  stays: Attempts;
}

export function duffelEvents({ secret, live, clock, flights, stays }: EventParts): SupplierEvents {
  return {
    async receive({ headers, body }) {
      verifySignature(headers["x-duffel-signature"], body, secret, clock.now());
      let given: unknown;
      try {
        given = JSON.parse(body);
      } catch {
        throw new TravelAgentError("INVALID_REQUEST", "the webhook's body is no JSON");
      }
      const parsed = event.safeParse(given);
      if (!parsed.success) throw new TravelAgentError("INVALID_REQUEST", "the webhook's body is no event of duffel's");
      const { id, type, live_mode, idempotency_key, data } = parsed.data;
      const kind = kinds[type];
      // Test and live mode have orders of their own; one must not speak of the other's.
      if (!kind || !data?.object || (typeof live_mode === "boolean" && live_mode !== live)) return [];
      const { object } = data;
      const stay = type.startsWith("stays.");
      const attempts = stay ? stays : flights;
      const of = stay ? object.quote_id : object.offer_id;
      const key = of ? await attempts.keyFor(of) : null;
      const reference = stay
        ? (object.booking_id ?? object.id)
        : (object.order_id ?? (object.id?.startsWith("ord_") ? object.id : undefined) ?? (idempotency_key?.startsWith("ord_") ? idempotency_key : undefined));
      if (kind === "failed") {
        if (!of || !key) return [];
        await attempts.tell(of, { failed: true });
      } else if (type.endsWith(".created") && of && reference) await attempts.tell(of, { reference });
      const about = key ?? reference;
      if (!about) return [];
      return [{ id: nameOf({ id, type, idempotency_key }, reference), kind, vertical: stay ? "hotel" : "flight", reference: about }];
    },
  };
}
