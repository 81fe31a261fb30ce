import type { Money } from "@travelagent/protocol";
import { add, minorUnits, multiply, subtract, sum } from "../../money.ts";
import type { SupplierOrder } from "../../supplier.ts";
import type { World } from "../kit/index.ts";
import { type Answers, Refused } from "./answers.ts";
import type { DuffelBooks, OrderDoc, SoldService } from "./books.ts";
import { airlineOf, conditionsOf, segmentId, slicesOf } from "./itineraries.ts";
import { call, guaranteedUntil } from "./searching.ts";

export const ownerOf = ({ id, version }: OrderDoc): string => `${id.slice(4)}${version}`;

/** What is paid for besides the flights. */
export const extrasOf = ({ services, extra }: OrderDoc): Money =>
  add(
    extra,
    sum(
      services.map(({ price, quantity }) => multiply(price, { numerator: BigInt(quantity), denominator: 1n })),
      extra.currency,
    ),
  );

export interface LoadedOrder {
  doc: OrderDoc;
  record: SupplierOrder;
  total: Money;
  /** Cancelled, or a hold that ran out. */
  dead: boolean;
}

/** Duffel's view of orders, over what the world has of them. */
export function duffelOrders(world: World, books: DuffelBooks, answers: Answers) {
  const { flights } = world.counter("duffel").supplier;

  async function load(id: string): Promise<LoadedOrder> {
    const doc = await books.orders.get(id);
    if (!doc) throw new Refused(answers.notFound());
    const record = await flights!.read(doc.world, call());
    return { doc, record, total: add(record.total, extrasOf(doc)), dead: record.status === "cancelled" };
  }

  const serviceOf = (service: SoldService, doc: OrderDoc) => ({
    id: service.id,
    type: "baggage",
    quantity: service.quantity,
    passenger_ids: [service.passenger],
    segment_ids: doc.shown.journeys[service.slice]!.segments.map((_, s) => segmentId(ownerOf(doc), service.slice, s)),
    total_amount: multiply(service.price, { numerator: BigInt(service.quantity), denominator: 1n }).amount,
    total_currency: service.price.currency,
    metadata: { type: "checked", maximum_weight_kg: 23, maximum_height_cm: null, maximum_length_cm: null, maximum_depth_cm: null },
  });

  function slices(doc: OrderDoc, lateMinutes = 0, owner = ownerOf(doc)) {
    return slicesOf(doc.shown, { owner, passengers: doc.passengers, route: doc.route, search: false, lateMinutes });
  }

  const accepted = (doc: OrderDoc) => doc.changes.filter(({ actionTaken }) => actionTaken === "accepted").reduce((total, { minutes }) => total + minutes, 0);

  function airlineChange(doc: OrderDoc, change: OrderDoc["changes"][number]) {
    const before = accepted({ ...doc, changes: doc.changes.slice(0, doc.changes.indexOf(change)) });
    return {
      id: change.id,
      order_id: doc.id,
      created_at: new Date(change.createdAt).toISOString(),
      updated_at: new Date(change.createdAt).toISOString(),
      action_taken: change.actionTaken,
      action_taken_at: change.actionTakenAt === null ? null : new Date(change.actionTakenAt).toISOString(),
      available_actions: change.actionTaken === null ? ["accept", "cancel", "change"] : [],
      travel_agent_ticket: null,
      removed: slices(doc, before).slice(0, 1),
      added: slices(doc, before + change.minutes, `${ownerOf(doc)}${change.id.slice(-4)}`).slice(0, 1),
    };
  }

  async function body({ doc, record, total }: LoadedOrder) {
    const held = record.status === "held";
    const paid = record.status === "ticketed" || (record.status === "cancelled" && doc.paidAt !== undefined);
    const cancellation = doc.cancelledAt !== undefined && doc.cancellation ? await books.cancellations.get(doc.cancellation) : undefined;
    const base = subtract(total, doc.shown.price.taxes);
    const at = new Date(doc.createdAt).toISOString();
    const numbers = new Map(doc.passengers.map(({ id }, i) => [String(i + 1), id]));
    return {
      id: doc.id,
      live_mode: false,
      content: "managed",
      type: doc.type,
      offer_id: doc.offerId,
      booking_reference: record.locators[0] ?? null,
      booking_references: record.locators.map((booking_reference) => ({ booking_reference, carrier: null })),
      created_at: at,
      synced_at: new Date(world.clock.now()).toISOString(),
      cancelled_at: doc.cancelledAt === undefined ? null : new Date(doc.cancelledAt).toISOString(),
      total_amount: total.amount,
      total_currency: total.currency,
      base_amount: base.amount,
      base_currency: base.currency,
      tax_amount: doc.shown.price.taxes.amount,
      tax_currency: doc.shown.price.taxes.currency,
      metadata: doc.metadata,
      owner: airlineOf(doc.shown.validatingCarrier, doc.shown.journeys[0]!.segments[0]!.carrierName),
      conditions: conditionsOf(doc.shown),
      available_actions:
        record.status === "cancelled" ? [] : held ? ["cancel", "update"] : ["cancel", "update", ...(doc.shown.conditions.change.allowed ? ["change"] : [])],
      payment_status: {
        // A hold that ran out is not awaiting payment either.
        awaiting_payment: held,
        payment_required_by: held ? (record.paymentTimeLimit ?? null) : null,
        price_guarantee_expires_at: held && record.paymentTimeLimit ? guaranteedUntil(doc.createdAt, record.paymentTimeLimit) : null,
        paid_at: paid && doc.paidAt !== undefined ? new Date(doc.paidAt).toISOString() : null,
      },
      documents: record.documents.map(({ number, travellerId }) => ({
        type: "electronic_ticket",
        unique_identifier: number,
        passenger_ids: travellerId ? [numbers.get(travellerId)!] : [],
      })),
      // Neither the type nor the link to the infant comes back.
      passengers: doc.passengers.map(({ id, details }) => ({
        id,
        given_name: details.given_name,
        family_name: details.family_name,
        born_on: details.born_on,
        gender: details.gender,
        title: details.title,
        email: details.email,
        phone_number: details.phone_number,
        loyalty_programme_accounts: [],
      })),
      services: doc.services.map((service) => serviceOf(service, doc)),
      slices: slices(doc, accepted(doc)),
      airline_initiated_changes: doc.changes.map((change) => airlineChange(doc, change)),
      cancellation: cancellation ? cancellationBody(cancellation) : null,
    };
  }

  function cancellationBody(doc: import("./books.ts").CancellationDoc) {
    return {
      id: doc.id,
      order_id: doc.order,
      live_mode: false,
      created_at: new Date(doc.createdAt).toISOString(),
      expires_at: doc.expiresAt,
      confirmed_at: doc.confirmedAt === undefined ? null : new Date(doc.confirmedAt).toISOString(),
      refund_amount: doc.refund.amount,
      refund_currency: doc.refund.currency,
      refund_to: doc.refundTo,
      airline_credits:
        doc.refundTo === "airline_credits"
          ? [{ credit_name: "Duffel Airways credit", credit_amount: doc.refund.amount, credit_currency: doc.refund.currency }]
          : [],
    };
  }

  /** Raises `Refused` for a payment that is not `total`, or that the balance does not cover. */
  function checkPayment(given: unknown, total: Money, field: string): void {
    const payment = given as { type?: unknown; amount?: unknown; currency?: unknown } | undefined;
    if (!payment || !["balance", "arc_bsp_cash"].includes(String(payment.type))) throw new Refused(answers.invalid(`${field}/type`, "validation_inclusion"));
    if (payment.currency !== total.currency)
      throw new Refused(
        answers.error(
          422,
          "validation_error",
          "payment_currency_does_not_match_order_currency",
          "The currency does not match the order's",
          `${field}/currency`,
        ),
      );
    const amount = /^\d+(\.\d+)?$/.test(String(payment.amount)) ? String(payment.amount) : "-1";
    if (minorUnits({ amount, currency: total.currency }) !== minorUnits(total))
      throw new Refused(
        answers.error(422, "validation_error", "payment_amount_does_not_match_order_amount", "The amount does not match the order's", `${field}/amount`),
      );
  }

  return { load, body, cancellationBody, airlineChange, checkPayment };
}

export type DuffelOrders = ReturnType<typeof duffelOrders>;
