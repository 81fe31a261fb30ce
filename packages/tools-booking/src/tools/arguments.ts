import { Money } from "@travelagent/protocol";
import * as z from "zod";

const date = z.iso.date().describe("YYYY-MM-DD at the place");
const localTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/)
  .describe("wall clock at the place, YYYY-MM-DDTHH:mm");
const code = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .describe("IATA city or airport code");
const adults = z.int().min(1).max(9);
const childrenAges = z.array(z.int().min(0).max(17)).max(8).describe("ages on the date of travel; below 2 travels on a lap");
const maxTotal = Money.describe("budget for everybody together");
const bookingReference = z
  .string()
  .regex(/^[A-Z0-9]{6}$/)
  .describe("the six letters and digits of the booking");

export const SearchFlightsArgs = z.strictObject({
  origin: code,
  destination: code,
  departureDate: date,
  returnDate: date.optional(),
  adults,
  childrenAges: childrenAges.optional(),
  cabin: z.enum(["ECONOMY", "PREMIUM_ECONOMY", "BUSINESS", "FIRST"]).optional(),
  directOnly: z.boolean().optional(),
  maxTotal: maxTotal.optional(),
  limit: z.int().min(1).max(20).optional(),
});

export const SearchHotelsArgs = z.strictObject({
  place: code,
  checkIn: date,
  checkOut: date,
  rooms: z.int().min(1).max(8).optional(),
  adults,
  childrenAges: childrenAges.optional(),
  minStars: z.int().min(1).max(5).optional(),
  refundableOnly: z.boolean().optional(),
  maxTotal: maxTotal.optional(),
  limit: z.int().min(1).max(20).optional(),
});

export const SearchCarsArgs = z.strictObject({
  pickUp: code,
  dropOff: code.optional(),
  pickUpAt: localTime,
  dropOffAt: localTime,
  driverAge: z.int().min(18).max(99).optional(),
  category: z.enum(["mini", "economy", "compact", "intermediate", "standard", "fullsize", "suv", "van", "premium"]).optional(),
  vendors: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .min(1)
    .max(5)
    .optional()
    .describe("only these companies: ZE Hertz, ZI Avis, ZD Budget, ET Enterprise, ZL National, ZR Dollar, ZT Thrifty, SX Sixt, EP Europcar"),
  automaticOnly: z.boolean().optional(),
  maxTotal: maxTotal.optional(),
  limit: z.int().min(1).max(20).optional(),
});

export const CheckAvailabilityArgs = z.strictObject({ offerId: z.string().min(1).max(100) });

export const TravellerArgs = z.strictObject({
  givenName: z.string().trim().min(1).max(60).describe("as in the passport"),
  familyName: z.string().trim().min(1).max(60).describe("as in the passport"),
  bornOn: date.optional().describe("required for children and infants"),
  gender: z.enum(["M", "F", "X"]).optional().describe("as in the passport; flights to and from the US need it"),
});

/** Whose papers can be checked before it is paid; of the passport its country and dates, never its number. */
export const BookingTravellerArgs = TravellerArgs.extend({
  passport: z
    .strictObject({
      country: z
        .string()
        .regex(/^[A-Z]{2}$/)
        .describe("that issued it, ISO 3166-1"),
      expiresOn: date,
      issuedOn: date.optional(),
    })
    .optional()
    .describe("for travel abroad, where the customer gives it"),
  schengenStays: z
    .array(z.strictObject({ entry: date, exit: date }))
    .max(60)
    .optional()
    .describe("in the 180 days before, where the customer gives them"),
  documents: z
    .array(z.string().regex(/^doc_[0-9a-f-]{36}$/))
    .max(6)
    .optional()
    .describe("ids of this traveller's papers that save_document or list_documents gave; the airline gets their numbers, nobody else"),
});

export const CreateBookingArgs = z.strictObject({
  offerIds: z.array(z.string().min(1).max(100)).min(1).max(6).describe("one trip: offers of the last searches"),
  travellers: z.array(BookingTravellerArgs).min(1).max(9),
  contact: z.strictObject({
    email: z.email().max(254),
    phone: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, "international form, such as +34600111222")
      .optional(),
  }),
});

/** Either another offer, or what of the booking shall be otherwise. */
export const ModifyBookingArgs = z.strictObject({
  bookingReference,
  newOfferId: z.string().min(1).max(100).optional().describe("an offer of the same kind and supplier, found by searching for the new dates"),
  travellers: z.array(TravellerArgs).min(1).max(9).optional().describe("to correct names: all travellers, in the order of the booking"),
  cabin: z.enum(["ECONOMY", "PREMIUM_ECONOMY", "BUSINESS", "FIRST"]).optional().describe("for all flights, which stay the same"),
  checkedBags: z
    .strictObject({ total: z.int().min(0).max(50), paid: z.int().min(0).max(50).describe("of them beyond the free ones") })
    .optional()
    .describe("of all travellers together"),
});

export const CancelBookingArgs = z.strictObject({ bookingReference, reason: z.string().max(500).optional() });
