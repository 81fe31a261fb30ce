import { createHash } from "node:crypto";
import type { Money } from "@travelagent/protocol";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import { travelTime } from "../../geography/index.ts";
import { minorUnits, money } from "../../money.ts";
import type { FlightOffer } from "../../offer.ts";
import type { Traveller } from "../../supplier.ts";
import type { Answer, Route, Shelf, SimulatedRequest, World } from "../kit/index.ts";
import { wirePrice, wireProducts, wireTerms } from "./catalog.ts";
import { dearer, type OfferFinder, offerList, resultError, simulatorCall } from "./search.ts";

export interface ReservationRecord {
  locator: string;
  createdAt: number;
  offer: FlightOffer;
  travelers: Record<string, unknown>[];
  comments: string[];
  email: string;
  status: "open" | "ticketed" | "cancelled";
  /** The world's reference, once the world holds or sold it. */
  sold?: string;
  documents: { number: string; traveler: string }[];
  shift?: number;
  total: Money;
}

interface Workbench {
  id: string;
  until: number;
  locator?: string;
  offer?: FlightOffer;
  travelers: Record<string, unknown>[];
  comments: string[];
  formOfPayment: boolean;
  contact: boolean;
  paid?: Money;
}

const TravelerBody = z.looseObject({
  Traveler: z.looseObject({
    passengerTypeCode: z.enum(["ADT", "CNN", "INF"]),
    birthDate: z.string().optional(),
    PersonName: z.looseObject({ Given: z.string().min(1), Surname: z.string().min(1) }),
    Telephone: z.array(z.looseObject({ phoneNumber: z.string().min(1) })).optional(),
    Email: z.array(z.looseObject({ value: z.string() })).optional(),
  }),
});
const Commit = z.looseObject({ ReservationQueryCommitReservation: z.looseObject({ errorWhenOfferPriceChangesInd: z.boolean().optional() }) });
const PaymentBody = z.looseObject({ Payment: z.looseObject({ Amount: z.looseObject({ code: z.string(), value: z.number() }) }) });
const CommentBody = z.looseObject({
  ReservationCommentListRequest: z.looseObject({ ReservationCommentID: z.array(z.looseObject({ Comment: z.array(z.looseObject({ value: z.string() })) })) }),
});

const workbenchMs = 30 * 60_000;
/** Airlines' locators come after a while. */
const airlineLocatorMs = 60_000;

export interface ReservationParts {
  world: World;
  records: Shelf<ReservationRecord>;
  find: OfferFinder;
  /** Whether the host keeps to `errorWhenOfferPriceChangesInd`. */
  honoursPriceFlag: boolean;
}

const generous = ({ price }: FlightOffer) => money(minorUnits(price.total) * 10n, price.total.currency);
const worldKey = (locator: string): string => `travelport-${locator}`;

const travellersOf = ({ travelers }: Pick<ReservationRecord, "travelers">): Traveller[] =>
  travelers.map((one, i) => {
    const { passengerTypeCode, birthDate, PersonName } = one as z.infer<typeof TravelerBody>["Traveler"];
    return {
      id: String(i + 1),
      givenName: PersonName.Given,
      familyName: PersonName.Surname,
      ptc: passengerTypeCode === "CNN" ? "CHD" : passengerTypeCode,
      ...(birthDate === undefined ? {} : { bornOn: birthDate }),
    };
  });

function shifted(offer: FlightOffer, minutes: number): FlightOffer {
  const move = (end: FlightOffer["journeys"][number]["segments"][number]["departure"]) => ({
    ...end,
    time: travelTime(Date.parse(end.time.utc) + minutes * 60_000, end.time.timeZone),
  });
  const journeys = offer.journeys.map((journey) => ({
    ...journey,
    segments: journey.segments.map((segment) => ({ ...segment, departure: move(segment.departure), arrival: move(segment.arrival) })),
  }));
  return { ...offer, journeys };
}

/** The carrier takes seats back when the time limit passes; nobody writes that into the record. */
export const hasLapsed = async (world: World, { status, sold }: ReservationRecord): Promise<boolean> =>
  status === "open" && sold !== undefined && (await world.counter("travelport").supplier.flights!.read(sold, simulatorCall())).status === "cancelled";

export function reservationRoutes({ world, records, find, honoursPriceFlag }: ReservationParts): Route[] {
  const { clock } = world;
  const benches = new Map<string, Workbench>();
  const flights = () => world.counter("travelport").supplier.flights!;

  const lapsed = (record: ReservationRecord) => hasLapsed(world, record);

  async function reservationBody(record: ReservationRecord, identifier?: string): Promise<object> {
    const gone = record.status === "cancelled" || (await lapsed(record));
    const offer = record.shift === undefined ? record.offer : shifted(record.offer, record.shift);
    const confirmation = (value: string, source: string) => ({
      "@type": "ReceiptConfirmation",
      Confirmation: {
        "@type": "ConfirmationHold",
        Locator: { value, source, locatorType: source === "1G" ? "Host Record Locator" : "Carrier Record Locator" },
        OfferStatus: { "@type": "OfferStatusAir", StatusAir: [gone ? { code: "HX", value: "Cancelled" } : { code: "HK", value: "Confirmed" }] },
      },
    });
    const airline = createHash("sha256").update(record.locator).digest("hex").slice(0, 6).toUpperCase();
    const late = clock.now() >= record.createdAt + airlineLocatorMs;
    return {
      ReservationResponse: {
        "@type": "ReservationResponse",
        Reservation: {
          "@type": "ReservationDetail",
          ...(identifier === undefined ? {} : { Identifier: { authority: "Travelport", value: identifier } }),
          Traveler: record.travelers.map((one, i) => ({ ...one, id: `trav_${i + 1}` })),
          ...(gone
            ? {}
            : {
                Offer: [
                  {
                    "@type": "Offer",
                    id: "offer_1",
                    Product: wireProducts(offer),
                    Price: wirePrice({ ...offer.price }),
                    TermsAndConditionsFull: [wireTerms(offer)],
                  },
                ],
              }),
          Receipt: [
            confirmation(record.locator, "1G"),
            ...(late ? [confirmation(airline, record.offer.validatingCarrier)] : []),
            ...(record.documents.length > 0 && !gone
              ? [
                  {
                    "@type": "ReceiptPayment",
                    Document: record.documents.map(({ number, traveler }) => ({
                      "@type": "DocumentTicket",
                      Number: number,
                      Status: "Issued",
                      TravelerIdentifierRef: { id: traveler },
                    })),
                  },
                ]
              : []),
          ],
          ReservationComment: record.comments.map((value) => ({ commentSource: "Agency", Comment: [{ name: "Notepad", value }] })),
        },
      },
    };
  }

  function benchOf(request: SimulatedRequest): Workbench | undefined {
    const bench = benches.get(request.params.wb ?? "");
    return bench && clock.now() < bench.until ? bench : undefined;
  }

  const inBench =
    (name: string, handle: (bench: Workbench, request: SimulatedRequest) => Promise<Answer> | Answer) =>
    (request: SimulatedRequest): Promise<Answer> | Answer => {
      const bench = benchOf(request);
      if (!bench) return resultError(name, "WORKBENCH NOT FOUND", 404, 404);
      if (request.has("error_in_200")) return resultError(name, "UNABLE TO PROCESS THE REQUEST");
      return handle(bench, request);
    };

  function open(locator?: string): Workbench {
    const bench: Workbench = {
      id: crypto.randomUUID(),
      until: clock.now() + workbenchMs,
      travelers: [],
      comments: [],
      formOfPayment: false,
      contact: false,
      ...(locator === undefined ? {} : { locator }),
    };
    benches.set(bench.id, bench);
    return bench;
  }

  async function openFromLocator(request: SimulatedRequest): Promise<Answer> {
    const record = await records.get(request.query.get("Locator") ?? "");
    if (!record) return resultError("ReservationResponse", "RESERVATION NOT FOUND", 404, 404);
    return { status: 200, body: await reservationBody(record, open(record.locator).id) };
  }

  async function addOffer(bench: Workbench, request: SimulatedRequest): Promise<Answer> {
    const offer = await find(request, "OfferListResponse");
    if ("status" in offer) return offer;
    bench.offer = offer;
    return { status: 200, body: offerList(offer) };
  }

  function addTraveler(bench: Workbench, request: SimulatedRequest): Answer {
    const parsed = TravelerBody.safeParse(request.json);
    if (!parsed.success) return resultError("TravelerResponse", "INVALID INPUT FORMAT", 400, 400);
    bench.travelers.push(parsed.data.Traveler);
    return { status: 200, body: { TravelerResponse: { Traveler: { ...parsed.data.Traveler, Identifier: { value: crypto.randomUUID() } } } } };
  }

  const refused = (message: string) => resultError("ReservationResponse", message);

  async function makeReservation(bench: Workbench, body: z.infer<typeof Commit>, request: SimulatedRequest): Promise<Answer> {
    const { offer, travelers } = bench;
    if (!offer || travelers.length === 0) return refused("WORKBENCH HAS NO OFFER OR NO TRAVELER");
    if (!travelers.some(({ Telephone }) => Array.isArray(Telephone) && Telephone.length > 0)) return refused("TELEPHONE IS A REQUIRED FIELD");
    if (!bench.formOfPayment || !bench.contact) return refused("FORM OF PAYMENT AND PRIMARY CONTACT ARE REQUIRED");
    if (request.has("sold_out")) return refused("UNABLE TO SELL - FLIGHT NOT AVAILABLE IN CLASS");
    const risen = request.has("price_changed");
    if (risen && honoursPriceFlag && body.ReservationQueryCommitReservation.errorWhenOfferPriceChangesInd) return refused("OFFER PRICE HAS CHANGED");
    const locator = world.newId("", 6, "BCDFGHJKLMNPQRSTVWXZ23456789");
    const priced = risen ? dearer(offer) : offer;
    const email = (travelers[0]!.Email as { value: string }[] | undefined)?.[0]?.value ?? "none@example.com";
    const record: ReservationRecord = {
      locator,
      createdAt: clock.now(),
      offer: priced,
      travelers,
      comments: bench.comments,
      email,
      status: "open",
      documents: [],
      total: priced.price.total,
    };
    let sold: string | undefined;
    // Seats of a fare that must be bought at once are taken with the ticket.
    if (offer.paymentTimeLimit !== undefined) {
      try {
        const held = await flights().hold!(
          { offer, travellers: travellersOf(record), contact: { email }, key: worldKey(locator), maxTotal: generous(offer) },
          simulatorCall(),
        );
        sold = held.reference;
      } catch (error) {
        return refused(TravelAgentError.is(error, "SOLD_OUT") ? "UNABLE TO SELL - NO SEATS" : TravelAgentError.from(error).message.toUpperCase());
      }
    }
    const kept = { ...record, ...(sold === undefined ? {} : { sold }) };
    await records.put(locator, kept);
    benches.delete(bench.id);
    const answer = (await reservationBody(kept)) as { ReservationResponse: object };
    if (!request.has("partial")) return { status: 200, body: answer };
    const Result = { Error: [{ StatusCode: 500, Message: "REMARKS WERE NOT STORED" }] };
    return { status: 200, body: { ReservationResponse: { ...answer.ReservationResponse, Result } } };
  }

  async function issueTickets(bench: Workbench, request: SimulatedRequest): Promise<Answer> {
    const record = (await records.get(bench.locator!))!;
    if (record.status === "ticketed") return refused("TICKETS HAVE ALREADY BEEN ISSUED");
    if (record.status === "cancelled" || (await lapsed(record))) return refused("NO ACTIVE OFFERS IN RESERVATION");
    if (!bench.formOfPayment || !bench.paid) return refused("PAYMENT IS REQUIRED");
    if (minorUnits(bench.paid) !== minorUnits(record.total)) return refused("PAYMENT AMOUNT DOES NOT MATCH");
    if (request.has("price_changed")) return refused("TST EXPIRED");
    try {
      const party = { offer: record.offer, travellers: travellersOf(record), contact: { email: record.email } };
      const order =
        record.sold === undefined
          ? await flights().book({ ...party, key: worldKey(record.locator), maxTotal: generous(record.offer) }, simulatorCall())
          : await flights().ticket!(record.sold, worldKey(record.locator), simulatorCall());
      const all = order.documents.map(({ number, travellerId }) => ({ number, traveler: `trav_${travellerId}` }));
      const documents = request.has("partial") ? all.slice(1) : all;
      const ticketed: ReservationRecord = { ...record, sold: order.reference, status: "ticketed", documents };
      await records.put(record.locator, ticketed);
      benches.delete(bench.id);
      return { status: 200, body: await reservationBody(ticketed) };
    } catch (error) {
      return refused(TravelAgentError.is(error, "SOLD_OUT") ? "UNABLE TO SELL - NO SEATS" : TravelAgentError.from(error).message.toUpperCase());
    }
  }

  async function commit(bench: Workbench, request: SimulatedRequest): Promise<Answer> {
    const parsed = Commit.safeParse(request.json);
    if (!parsed.success) return resultError("ReservationResponse", "INVALID INPUT FORMAT", 400, 400);
    if (bench.locator === undefined) return makeReservation(bench, parsed.data, request);
    return request.query.get("Issuance") === "Ticket" ? issueTickets(bench, request) : refused("NOTHING TO COMMIT");
  }

  async function cancel(request: SimulatedRequest): Promise<Answer> {
    const record = await records.get(request.params.locator ?? "");
    const failed = (message: string, status = 400) => resultError("ReceiptListResponse", message, status);
    if (!record) return failed("RESERVATION NOT FOUND", 404);
    if (request.has("error_in_200")) return failed("UNABLE TO PROCESS THE REQUEST");
    if (record.status === "cancelled" || (await lapsed(record))) return failed("RESERVATION IS ALREADY CANCELLED");
    if ((request.json as { cancelAllInd?: boolean } | undefined)?.cancelAllInd !== true)
      return resultError("ReceiptListResponse", "INVALID INPUT FORMAT", 400, 400);
    if (record.sold !== undefined) {
      const { token } = await flights().quoteCancel(record.sold, simulatorCall());
      await flights().cancel(record.sold, token, worldKey(record.locator), simulatorCall());
    }
    await records.put(record.locator, { ...record, status: "cancelled" });
    return {
      status: 200,
      body: {
        ReceiptListResponse: {
          "@type": "ReceiptListResponse",
          ReceiptID: [{ "@type": "ReceiptCancellation", Cancellation: { Locator: { value: record.locator, source: "1G" } } }],
        },
      },
    };
  }

  async function retrieve(request: SimulatedRequest): Promise<Answer> {
    const record = await records.get(request.params.locator ?? "");
    return record ? { status: 200, body: await reservationBody(record) } : resultError("ReservationResponse", "RESERVATION NOT FOUND", 404, 404);
  }

  const post = (path: string, name: string, handle: Route["handle"]): Route => ({ method: "POST", path: `/11/air/${path}`, name, handle });
  return [
    post("book/session/reservationworkbench", "open", () => ({
      status: 200,
      body: { ReservationResponse: { Reservation: { "@type": "Reservation", Identifier: { authority: "Travelport", value: open().id } } } },
    })),
    post("book/session/reservationworkbench/buildfromlocator", "open-from-locator", openFromLocator),
    {
      method: "DELETE",
      path: "/11/air/book/session/reservationworkbench/:wb",
      name: "discard",
      handle: (request) => (benches.delete(request.params.wb ?? "") ? { status: 204 } : resultError("BaseResponse", "WORKBENCH NOT FOUND", 404, 404)),
    },
    post("book/airoffer/reservationworkbench/:wb/offers/buildfromcatalogproductofferings", "add-offer", inBench("OfferListResponse", addOffer)),
    post("book/traveler/reservationworkbench/:wb/travelers", "add-traveler", inBench("TravelerResponse", addTraveler)),
    post(
      "book/remarks/reservationworkbench/:wb/reservationcomments/list",
      "add-comment",
      inBench("ReservationCommentListResponse", (bench, { json }) => {
        const parsed = CommentBody.safeParse(json);
        if (parsed.success)
          bench.comments = parsed.data.ReservationCommentListRequest.ReservationCommentID.flatMap(({ Comment }) => Comment.map(({ value }) => value));
        return { status: 200, body: { ReservationCommentListResponse: {} } };
      }),
    ),
    post(
      "payment/reservationworkbench/:wb/formofpayment",
      "add-form-of-payment",
      inBench("FormOfPaymentResponse", (bench) => {
        bench.formOfPayment = true;
        return { status: 200, body: { FormOfPaymentResponse: { FormOfPayment: { id: "formOfPayment_1" } } } };
      }),
    ),
    post(
      "book/primarycontact/reservationworkbench/:wb/primarycontacts",
      "add-contact",
      inBench("PrimaryContactResponse", (bench) => {
        bench.contact = true;
        return { status: 200, body: { PrimaryContactResponse: {} } };
      }),
    ),
    post(
      "paymentoffer/reservationworkbench/:wb/payments",
      "add-payment",
      inBench("PaymentResponse", (bench, { json }) => {
        const parsed = PaymentBody.safeParse(json);
        if (!parsed.success) return resultError("PaymentResponse", "INVALID INPUT FORMAT", 400, 400);
        const { code, value } = parsed.data.Payment.Amount;
        bench.paid = money(BigInt(Math.round(value * 10 ** (money(0n, code).amount.split(".")[1]?.length ?? 0))), code);
        return { status: 200, body: { PaymentResponse: { Payment: parsed.data.Payment } } };
      }),
    ),
    post("book/reservation/reservations/:wb", "commit", inBench("ReservationResponse", commit)),
    { method: "GET", path: "/11/air/book/reservation/reservations/:locator", name: "retrieve", handle: retrieve },
    post("receipt/reservations/:locator/receipts", "cancel", cancel),
  ];
}
