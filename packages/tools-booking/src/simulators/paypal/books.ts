import type { Shelf, World } from "../kit/index.ts";

export interface Amount {
  currency_code: string;
  value: string;
}
export interface Link {
  href: string;
  rel: string;
  method: "GET" | "POST" | "PATCH";
}

export interface AuthorizationDoc {
  id: string;
  status: "CREATED" | "CAPTURED" | "DENIED" | "PARTIALLY_CAPTURED" | "VOIDED" | "PENDING";
  amount: Amount;
  custom_id?: string;
  invoice_id?: string;
  expiration_time: string;
  create_time: string;
  update_time: string;
  order: string;
}
export interface CaptureDoc {
  id: string;
  status: "COMPLETED" | "DECLINED" | "PARTIALLY_REFUNDED" | "PENDING" | "REFUNDED" | "FAILED";
  status_details?: { reason: string };
  amount: Amount;
  custom_id?: string;
  invoice_id?: string;
  final_capture: boolean;
  seller_receivable_breakdown: { gross_amount: Amount; paypal_fee: Amount; net_amount: Amount };
  create_time: string;
  update_time: string;
  order: string;
  authorization: string;
}
export interface RefundDoc {
  id: string;
  status: "COMPLETED" | "PENDING" | "FAILED" | "CANCELLED";
  amount: Amount;
  custom_id?: string;
  invoice_id?: string;
  create_time: string;
  update_time: string;
  order: string;
  capture: string;
}
export interface OrderDoc {
  id: string;
  intent: "AUTHORIZE" | "CAPTURE";
  status: "CREATED" | "APPROVED" | "COMPLETED" | "PAYER_ACTION_REQUIRED" | "VOIDED";
  unit: { reference_id: string; amount: Amount; custom_id?: string; invoice_id?: string; description?: string };
  returnUrl: string;
  cancelUrl: string;
  /** Whether the client named the source of the money; it decides how the link to the payer's page is called. */
  named: boolean;
  madeAt: number;
  create_time: string;
}

export interface PayPalBooks {
  orders: Shelf<OrderDoc>;
  authorizations: Shelf<AuthorizationDoc>;
  captures: Shelf<CaptureDoc>;
  refunds: Shelf<RefundDoc>;
  newId(): string;
  /** ISO, whole seconds, as PayPal writes times. */
  now(offsetMs?: number): string;
  nowMs(): number;
}

export function payPalBooks(world: World): PayPalBooks {
  return {
    orders: world.shelf("paypal", "order"),
    authorizations: world.shelf("paypal", "authorization"),
    captures: world.shelf("paypal", "capture"),
    refunds: world.shelf("paypal", "refund"),
    newId: () => world.newId("", 17, "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"),
    now: (offsetMs = 0) => new Date(world.clock.now() + offsetMs).toISOString().replace(/\.\d{3}Z$/, "Z"),
    nowMs: () => world.clock.now(),
  };
}
