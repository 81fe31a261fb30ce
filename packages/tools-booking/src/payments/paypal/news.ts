import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Delivery, PaymentProvider } from "../../payment.ts";
import type { PayPalApi } from "./api.ts";
import type { PaymentNotes } from "./notes.ts";
import { Event, Verification } from "./wire.ts";

/** PayPal repeats a delivery for three days. */
const oldestMs = 4 * 24 * 60 * 60_000;
const aheadMs = 5 * 60_000;

const refused = (why: string) => new TravelAgentError("UNAUTHORIZED", `this is no delivery of PayPal's: ${why}`);

const parts = {
  auth_algo: "paypal-auth-algo",
  cert_url: "paypal-cert-url",
  transmission_id: "paypal-transmission-id",
  transmission_sig: "paypal-transmission-sig",
  transmission_time: "paypal-transmission-time",
} as const;

/**
 * The question PayPal answers about a delivery. The event goes in as the very text that came: written anew, `10.00` would become `10`
 * and the signature would be wrong.
 */
function question({ headers, body }: Delivery, webhookId: string, now: number): string {
  const given = Object.entries(parts).map(([field, header]) => [field, headers[header] ?? ""] as const);
  if (given.some(([, value]) => value === "" || value.length > 2000)) throw refused("its signature is not complete");
  const sent = Date.parse(headers[parts.transmission_time] ?? "");
  if (!(now - sent <= oldestMs && sent - now <= aheadMs)) throw refused("it was sent at another time");
  return `${JSON.stringify({ ...Object.fromEntries(given), webhook_id: webhookId }).slice(0, -1)},"webhook_event":${body}}`;
}

/**
 * Whose payment a delivery is about. PayPal itself is asked whether it is genuine: checking it here would need a certificate from an
 * address that the delivery names, and so a request to a host a stranger chose.
 */
export function payPalNews(api: PayPalApi, webhookId: string, notes: PaymentNotes, clock: Clock): NonNullable<PaymentProvider["news"]> {
  return async (delivery, signal) => {
    let body: unknown;
    try {
      body = JSON.parse(delivery.body);
    } catch {
      throw refused("it is no JSON");
    }
    const read = Event.safeParse(body);
    if (!read.success) throw refused("it is no event");
    const asked = question(delivery, webhookId, clock.now());
    const { verification_status: verdict } = await api
      .ask(Verification, "/v1/notifications/verify-webhook-signature", asked, signal)
      .catch((error: unknown) => {
        if (!TravelAgentError.is(error, "SUPPLIER_REJECTED")) throw error;
        // That PayPal refuses us, or does not answer, is no verdict. A signature that it cannot even read is a wrong one.
        const { status } = (error.details ?? {}) as { status?: number };
        if (status === 401 || status === 403) throw new TravelAgentError("SUPPLIER_UNAVAILABLE", error.message, { cause: error });
        throw refused("PayPal cannot read its signature");
      });
    if (verdict !== "SUCCESS") throw refused("the signature is wrong");
    const { id, resource } = read.data;
    const named = [resource.custom_id, ...(resource.purchase_units ?? []).map(({ custom_id: one }) => one)];
    const keys = new Set<string>();
    for (const key of named) if (key !== undefined && (await notes.of(key))) keys.add(key);
    for (const order of [resource.id, resource.supplementary_data?.related_ids?.order_id]) {
      const key = order === undefined ? null : await notes.keyOf(order);
      if (key !== null) keys.add(key);
    }
    return { id, keys: [...keys] };
  };
}
