import { type CapturedPayment, CheckoutPaymentIntent, type Order, type OrderRequest, type PaymentAuthorization, type Refund } from "@paypal/paypal-server-sdk";
import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { openWorld, startSimulator } from "../kit/index.ts";
import { valueText } from "./events.ts";
import { payPalDialect } from "./index.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** What the vendor's own types call `invoiceId` is `invoice_id` on the wire. */
type Wire<T> = T extends readonly (infer U)[] ? Wire<U>[] : T extends object ? { [K in keyof T as K extends string ? Snake<K> : K]: Wire<T[K]> } : T;
type Snake<S extends string> = S extends `${infer Head}${infer Rest}` ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${Snake<Rest>}` : S;

async function opened() {
  const clock = fakeClock();
  const db = await testDatabase();
  const world = await openWorld({ db, clock });
  const simulator = await startSimulator(payPalDialect(world), { clock });
  closing.push(
    () => db.close(),
    () => simulator.close(),
  );
  const basic = `Basic ${Buffer.from("client:secret").toString("base64")}`;
  const granted = await fetch(`${simulator.url}/v1/oauth2/token`, {
    method: "POST",
    headers: { authorization: basic },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const call = async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${simulator.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", prefer: "return=representation", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === "" ? undefined : JSON.parse(text)) as T };
  };
  return { clock, simulator, call };
}

const order: Wire<OrderRequest> = {
  intent: CheckoutPaymentIntent.Authorize,
  purchase_units: [{ reference_id: "default", custom_id: "order-1", invoice_id: "order-1", amount: { currency_code: "EUR", value: "100.00" } }],
  payment_source: { paypal: { experience_context: { return_url: "https://agency.example/done", cancel_url: "https://agency.example/back" } } },
};
type Refused = { name: string; details: [{ issue: string }] };

describe("the paypal simulator, read by the types of PayPal's own client", () => {
  it("sells: order, approval, authorisation, capture, refunds, ledger", async () => {
    const { call, simulator } = await opened();
    const made = await call<Wire<Order>>("POST", "/v2/checkout/orders", order, { "paypal-request-id": "k1" });
    expect(made).toMatchObject({ status: 200, body: { status: "PAYER_ACTION_REQUIRED", intent: "AUTHORIZE" } });
    const page = made.body.links!.find(({ rel }) => rel === "payer-action")!.href;
    expect(await (await fetch(page)).text()).toContain("100.00 EUR");
    expect((await call<Refused>("POST", `/v2/checkout/orders/${made.body.id}/authorize`, {})).body.details[0].issue).toBe("ORDER_NOT_APPROVED");
    const approved = await fetch(page, { method: "POST", body: new URLSearchParams({ action: "pay" }), redirect: "manual" });
    expect(approved.headers.get("location")).toBe(`https://agency.example/done?token=${made.body.id}&PayerID=SIMULATED`);
    const authorised = await call<Wire<Order>>("POST", `/v2/checkout/orders/${made.body.id}/authorize`, {});
    expect(authorised).toMatchObject({ status: 201, body: { status: "COMPLETED" } });
    const authorization = authorised.body.purchase_units![0]!.payments!.authorizations![0]!;
    expect(authorization).toMatchObject({ status: "CREATED", custom_id: "order-1" });
    const read = await call<Wire<PaymentAuthorization>>("GET", `/v2/payments/authorizations/${authorization.id}`);
    expect(read.body.supplementary_data?.related_ids?.order_id).toBe(made.body.id);
    const captured = await call<Wire<CapturedPayment>>("POST", `/v2/payments/authorizations/${authorization.id}/capture`, {
      amount: { currency_code: "EUR", value: "90.00" },
      final_capture: true,
    });
    expect(captured.body).toMatchObject({ status: "COMPLETED", final_capture: true });
    expect(captured.body.seller_receivable_breakdown?.paypal_fee).toEqual({ currency_code: "EUR", value: "3.41" });
    const refund = { amount: { currency_code: "EUR", value: "40.00" }, invoice_id: "r1" };
    expect((await call<Wire<Refund>>("POST", `/v2/payments/captures/${captured.body.id}/refund`, refund)).body).toMatchObject({
      status: "COMPLETED",
      invoice_id: "r1",
    });
    const more = await call<Refused>("POST", `/v2/payments/captures/${captured.body.id}/refund`, { amount: { currency_code: "EUR", value: "50.01" } });
    expect(more).toMatchObject({ status: 422, body: { details: [{ issue: "REFUND_AMOUNT_EXCEEDED" }] } });
    expect(await simulator.ledger()).toMatchObject([{ clientReference: "order-1", net: { amount: "50.00", currency: "EUR" } }]);
  });

  it("keeps request ids: the first answer, other words, six hours for orders", async () => {
    const { call, clock } = await opened();
    const id = { "paypal-request-id": "k1" };
    const first = await call<Wire<Order>>("POST", "/v2/checkout/orders", order, id);
    expect((await call<Wire<Order>>("POST", "/v2/checkout/orders", order, id)).body.id).toBe(first.body.id);
    expect(await call<Refused>("POST", "/v2/checkout/orders", { ...order, intent: "CAPTURE" }, id)).toMatchObject({ status: 422 });
    await clock.advance(6 * 60 * 60_000);
    expect((await call<Wire<Order>>("POST", "/v2/checkout/orders", order, id)).body.id).not.toBe(first.body.id);
    expect((await call("GET", `/v2/checkout/orders/${first.body.id}`)).status).toBe(404);
  });

  it("shows the whole object only to those who prefer it, and refuses what PayPal refuses", async () => {
    const { call } = await opened();
    const short = await call<Wire<Order>>("POST", "/v2/checkout/orders", order, { prefer: "return=minimal" });
    expect(Object.keys(short.body)).toEqual(["id", "status", "links"]);
    const unit = order.purchase_units[0]!;
    const priced = (currency: string, value: string) => ({ ...order, purchase_units: [{ ...unit, amount: { currency_code: currency, value } }] });
    for (const [currency, value, issue] of [
      ["JPY", "100.00", "DECIMAL_PRECISION"],
      ["EUR", "1.005", "DECIMAL_PRECISION"],
      ["ISK", "100", "CURRENCY_NOT_SUPPORTED"],
      ["EUR", "0.00", "CANNOT_BE_ZERO_OR_NEGATIVE"],
    ] as const)
      expect((await call<Refused>("POST", "/v2/checkout/orders", priced(currency, value))).body.details[0].issue).toBe(issue);
    const unauthorised = await call<{ error: string }>("GET", "/v2/checkout/orders/x", undefined, { authorization: "Bearer nothing" });
    expect(unauthorised).toMatchObject({ status: 401, body: { error: "invalid_token" } });
  });

  it("finds the very text of a value in a body", () => {
    expect(valueText('{"a":1, "webhook_event" : {"x":"}\\"","y":[1.00]} ,"b":2}', "webhook_event")).toBe('{"x":"}\\"","y":[1.00]}');
    expect(valueText('{"a":1}', "webhook_event")).toBe(undefined);
  });
});
