import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import { minorUnits, money } from "../../money.ts";
import type { CarOffer, FlightOffer } from "../../offer.ts";
import type { SupplierCall, Traveller } from "../../supplier.ts";
import type { Answer, Shelf, SimulatedRequest, World } from "../kit/index.ts";
import { fault, type OrderFault, orderAnswer } from "./answers.ts";
import { bookingDocument, type PassengerRecord } from "./record.ts";
import { dearer, fareSign } from "./shop.ts";

const Traveler = z.looseObject({ givenName: z.string().min(1), surname: z.string().min(1), passengerCode: z.string(), birthDate: z.string().optional() });

const CreateBooking = z.looseObject({
  agency: z
    .looseObject({
      ticketingPolicy: z.enum(["TODAY", "ALREADY_TICKETED", "FUTURE_TICKETING", "TICKETING_TIME_LIMIT"]),
      futureTicketingPolicy: z.looseObject({ ticketingDate: z.string(), ticketingTime: z.string() }).optional(),
    })
    .optional(),
  flightDetails: z
    .looseObject({
      flights: z
        .array(
          z.looseObject({
            flightNumber: z.number().int(),
            airlineCode: z.string(),
            fromAirportCode: z.string(),
            toAirportCode: z.string(),
            departureDate: z.string(),
            departureTime: z.string(),
            bookingClass: z.string().length(1),
          }),
        )
        .min(1),
      flightPricing: z
        .array(
          z.looseObject({
            qualifiers: z
              .looseObject({
                currencyCode: z.string().optional(),
                brandedFares: z.array(z.looseObject({ brandCode: z.string(), flightIndices: z.array(z.number().int().min(1)) })).optional(),
              })
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  car: z.looseObject({ bookingKey: z.string(), travelerIndex: z.number().int().min(1) }).optional(),
  travelers: z.array(Traveler).min(1),
  contactInfo: z.looseObject({ emails: z.array(z.string()).optional(), phones: z.array(z.string()).optional() }),
  remarks: z.array(z.looseObject({ type: z.string(), text: z.string() })).optional(),
});
type CreateBooking = z.infer<typeof CreateBooking>;

export interface BookingParts {
  world: World;
  records: Shelf<PassengerRecord>;
  fares: Shelf<FlightOffer>;
  carKeys: Shelf<{ offer: CarOffer; until: number }>;
}

export const simulatorCall = (): SupplierCall => ({ signal: new AbortController().signal, requestId: "simulator" });
export const worldKey = (confirmationId: string): string => `sabre-${confirmationId}`;

const ptcOf = (code: string): Traveller["ptc"] => (code === "INF" ? "INF" : /^C/.test(code) ? "CHD" : "ADT");

export const travellersOf = ({ travelers }: Pick<PassengerRecord, "travelers">): Traveller[] =>
  travelers.map((one, i) => ({
    id: String(i + 1),
    givenName: String(one.givenName),
    familyName: String(one.surname),
    ptc: ptcOf(String(one.passengerCode)),
    ...(one.birthDate === undefined ? {} : { bornOn: String(one.birthDate) }),
  }));

export const contactOf = ({ contactInfo }: Pick<PassengerRecord, "contactInfo">) => ({
  email: (contactInfo as { emails?: string[] }).emails?.[0] ?? "none@example.com",
});

/** How the world's refusals sound here. */
export function worldFault(error: unknown): OrderFault {
  const code = TravelAgentError.is(error) ? error.code : "INTERNAL";
  if (code === "SOLD_OUT") return fault("UNABLE_TO_BOOK_FLIGHTS", "Flight segment status is UC. The carrier has no seats in this class.");
  if (code === "OFFER_EXPIRED") return fault("UNABLE_TO_PRICE_EXPIRED_FARE", "The fare is no longer available.");
  return fault("UNABLE_TO_CREATE_BOOKING", error instanceof Error ? error.message : String(error), "BAD_REQUEST");
}

export const generous = (offer: { price: { total: { amount: string; currency: string } } }) =>
  money(minorUnits(offer.price.total) * 10n, offer.price.total.currency);

export function createBooking({ world, records, fares, carKeys }: BookingParts): (request: SimulatedRequest) => Promise<Answer> {
  const { clock } = world;

  async function flightRecord(body: CreateBooking, base: Omit<PassengerRecord, "total">, cheapest: boolean): Promise<PassengerRecord | OrderFault> {
    const { flights, flightPricing } = body.flightDetails!;
    const qualifiers = flightPricing?.[0]?.qualifiers;
    const wrongIndex = qualifiers?.brandedFares?.flatMap(({ flightIndices }) => flightIndices).some((index) => index > flights.length);
    if (wrongIndex) return fault("INVALID_VALUE", "flightIndices points to no flight", "BAD_REQUEST");
    const party = { ADT: 0, CHD: 0, INF: 0 };
    for (const { passengerCode } of body.travelers) {
      if (!/^(ADT|INF|CNN|C0[2-9]|C1[01])$/.test(passengerCode)) return fault("INVALID_VALUE", "passengerCode is not known", "BAD_REQUEST");
      party[ptcOf(passengerCode)] += 1;
    }
    const offer = await fares.get(
      fareSign(
        flights.map((flight) => ({
          carrier: flight.airlineCode,
          number: flight.flightNumber,
          from: flight.fromAirportCode,
          to: flight.toAirportCode,
          date: flight.departureDate,
          bookingClass: flight.bookingClass,
        })),
        (qualifiers?.brandedFares ?? []).map(({ brandCode }) => brandCode),
        party,
        qualifiers?.currencyCode ?? "EUR",
      ),
    );
    if (!offer) return fault("UNABLE_TO_BOOK_FLIGHTS", "Flight segment status is UN. Unable, flight does not operate.");
    const now = await world.counter("sabre").supplier.flights!.reprice(offer, simulatorCall());
    if (now.status === "sold-out") return fault("UNABLE_TO_BOOK_FLIGHTS", "Flight segment status is UC.");
    if (now.status === "expired") return fault("UNABLE_TO_PRICE_EXPIRED_FARE", "The fare is no longer available.");
    const sells = cheapest ? now.offer : dearer(now.offer);
    const limit = body.agency?.futureTicketingPolicy;
    const record: PassengerRecord = {
      ...base,
      flight: sells,
      total: sells.price.total,
      ...(limit ? { ticketing: { date: limit.ticketingDate, time: limit.ticketingTime } } : {}),
    };
    // Seats of a fare that must be bought at once are taken with the ticket.
    if (now.offer.paymentTimeLimit === undefined) return record;
    try {
      const held = await world.counter("sabre").supplier.flights!.hold!(
        { offer: now.offer, travellers: travellersOf(record), contact: contactOf(record), key: worldKey(record.confirmationId), maxTotal: generous(now.offer) },
        simulatorCall(),
      );
      return { ...record, sold: held.reference };
    } catch (error) {
      return worldFault(error);
    }
  }

  async function carRecord(body: CreateBooking, base: Omit<PassengerRecord, "total">): Promise<PassengerRecord | OrderFault> {
    const checked = await carKeys.get(body.car!.bookingKey);
    if (!checked || checked.until <= clock.now()) return fault("UNABLE_TO_BOOK_CAR_EXPIRED_BOOKING_KEY", "The car booking key is expired.");
    await carKeys.remove(body.car!.bookingKey);
    const { offer } = checked;
    try {
      const sold = await world
        .counter("sabre")
        .supplier.cars!.book(
          { offer, travellers: travellersOf(base), contact: contactOf(base), key: worldKey(base.confirmationId), maxTotal: generous(offer) },
          simulatorCall(),
        );
      return { ...base, car: offer, sold: sold.reference, total: sold.total };
    } catch (error) {
      if (TravelAgentError.is(error, "SOLD_OUT")) return fault("UNABLE_TO_BOOK_CAR", "The vendor has no vehicle of this type.");
      return worldFault(error);
    }
  }

  return async (request) => {
    const parsed = CreateBooking.safeParse(request.json);
    const now = clock.now();
    if (!parsed.success) {
      const at = parsed.error.issues[0]?.path.join(".") ?? "";
      return orderAnswer(now, request.json, {}, [{ ...fault("REQUIRED_FIELD_MISSING", `${at} is missing or invalid`, "BAD_REQUEST"), fieldName: at }]);
    }
    const body = parsed.data;
    if (request.has("error_in_200"))
      return orderAnswer(now, body, {}, [fault("UNABLE_TO_ADD_TRAVELER_PASSENGER_TYPE_NOT_ENABLED", "Activate the option in your TJR.")]);
    if (request.has("sold_out")) return orderAnswer(now, body, {}, [fault("UNABLE_TO_BOOK_FLIGHTS", "Flight segment status is UC.")]);
    const confirmationId = world.newId("", 6, "ABCDEFGHJKLMNPQRSTUVWXYZ");
    const base = {
      confirmationId,
      createdAt: now,
      version: 1,
      remarks: body.remarks ?? [],
      travelers: body.travelers,
      contactInfo: body.contactInfo,
      status: "open" as const,
      tickets: [],
    };
    const made = body.car
      ? await carRecord(body, base)
      : body.flightDetails
        ? await flightRecord(body, base, !request.has("price_changed"))
        : fault("REQUIRED_FIELD_MISSING", "nothing to book", "BAD_REQUEST");
    if ("category" in made) return orderAnswer(now, body, {}, [made]);
    await records.put(confirmationId, made);
    const errors = request.has("partial") ? [fault("UNABLE_TO_ADD_REMARKS", "The booking was created, its remarks were not stored.")] : [];
    return orderAnswer(now, body, { confirmationId, booking: bookingDocument(made, false) }, errors);
  };
}
