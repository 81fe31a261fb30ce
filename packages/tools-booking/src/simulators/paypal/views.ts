import type { AuthorizationDoc, CaptureDoc, Link, OrderDoc, PayPalBooks, RefundDoc } from "./books.ts";

const link = (href: string, rel: string, method: Link["method"] = "GET"): Link => ({ href, rel, method });

// The documents as PayPal shows them: without what the simulator keeps for itself, with links.

export function authorizationView(origin: string, { order, ...shown }: AuthorizationDoc) {
  const self = `${origin}/v2/payments/authorizations/${shown.id}`;
  return {
    ...shown,
    seller_protection: { status: "ELIGIBLE" },
    supplementary_data: { related_ids: { order_id: order } },
    links: [
      link(self, "self"),
      link(`${self}/capture`, "capture", "POST"),
      link(`${self}/void`, "void", "POST"),
      link(`${origin}/v2/checkout/orders/${order}`, "up"),
    ],
  };
}

export function captureView(origin: string, { order, authorization, ...shown }: CaptureDoc) {
  const self = `${origin}/v2/payments/captures/${shown.id}`;
  return {
    ...shown,
    supplementary_data: { related_ids: { order_id: order, authorization_id: authorization } },
    links: [link(self, "self"), link(`${self}/refund`, "refund", "POST"), link(`${origin}/v2/payments/authorizations/${authorization}`, "up")],
  };
}

export function refundView(origin: string, { order: _, capture, ...shown }: RefundDoc) {
  return { ...shown, links: [link(`${origin}/v2/payments/refunds/${shown.id}`, "self"), link(`${origin}/v2/payments/captures/${capture}`, "up")] };
}

export async function orderView(books: PayPalBooks, origin: string, order: OrderDoc) {
  const mine = <T extends { order: string }>(all: T[]) => all.filter((one) => one.order === order.id);
  const authorizations = mine(await books.authorizations.all()).map((one) => authorizationView(origin, one));
  const captures = mine(await books.captures.all()).map((one) => captureView(origin, one));
  const refunds = mine(await books.refunds.all()).map((one) => refundView(origin, one));
  const self = `${origin}/v2/checkout/orders/${order.id}`;
  const open = order.status === "CREATED" || order.status === "PAYER_ACTION_REQUIRED";
  const payments = {
    ...(authorizations.length > 0 ? { authorizations } : {}),
    ...(captures.length > 0 ? { captures } : {}),
    ...(refunds.length > 0 ? { refunds } : {}),
  };
  return {
    id: order.id,
    intent: order.intent,
    status: order.status,
    ...(order.named ? { payment_source: { paypal: {} } } : {}),
    purchase_units: [{ ...order.unit, payee: { merchant_id: "SIMULATED" }, ...(Object.keys(payments).length > 0 ? { payments } : {}) }],
    create_time: order.create_time,
    links: [
      link(self, "self"),
      ...(open ? [link(`${origin}/checkoutnow?token=${order.id}`, order.named ? "payer-action" : "approve")] : []),
      ...(order.status === "APPROVED" ? [link(`${self}/authorize`, "authorize", "POST")] : []),
    ],
  };
}
