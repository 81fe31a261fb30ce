import { Money } from "@travelagent/protocol";
import * as z from "zod";
import { CancelBookingArgs, CreateBookingArgs, ModifyBookingArgs } from "./arguments.ts";

/** Arguments where a supplier sells to customers of its own: exactly these flights, paid with what is on file. */

const date = z.iso.date().describe("YYYY-MM-DD at the place of departure");
const cabin = z.string().min(1).max(40).describe("the supplier's name of it, such as basic_economy");
const place = z.string().regex(/^[A-Z]{3}$/);
const bags = z.strictObject({ total: z.int().min(0).max(99), paid: z.int().min(0).max(99).describe("of them beyond the free ones") });

export const ItineraryArgs = z.strictObject({
  origin: place.optional(),
  destination: place.optional(),
  tripType: z.enum(["one-way", "round-trip"]).optional(),
  cabin: cabin.optional().describe("for all flights and travellers"),
  flights: z
    .array(z.strictObject({ flight: z.string().min(1).max(10), date, cabin: cabin.optional() }))
    .min(1)
    .max(12)
    .optional()
    .describe("all flights of the trip in their order, those that are kept as well"),
  travellerCabins: z.array(cabin).max(50).optional(),
  travellerFlights: z
    .array(z.array(z.string().max(10)).max(12))
    .max(50)
    .optional(),
  checkedBags: bags.optional().describe("of all travellers together, as many as the customer asked for"),
  insurance: z.boolean().optional(),
  payments: z
    .array(z.strictObject({ method: z.string().min(1).max(80).describe("id of a means of payment on file"), amount: Money.optional() }))
    .max(20)
    .optional(),
});

/** What is missing is for the rules to see. */
const TravellerOnFile = z.strictObject({
  givenName: z.string().trim().max(60).default(""),
  familyName: z.string().trim().max(60).default(""),
  bornOn: z.iso.date().optional(),
});

export const DirectBookingArgs = CreateBookingArgs.extend({
  offerIds: CreateBookingArgs.shape.offerIds.optional(),
  itinerary: ItineraryArgs.optional().describe("instead of offers: exactly these flights"),
  travellers: z.array(TravellerOnFile).min(1).max(50),
  customerId: z.string().max(80).optional().describe("the customer's id at the supplier"),
});

export const DirectChangeArgs = ModifyBookingArgs.extend({
  itinerary: ItineraryArgs.optional().describe("what shall be otherwise; flights or cabin as they shall be, or bags"),
  travellers: z.array(TravellerOnFile).min(1).max(50).optional().describe("all of them as they shall be, in the order of the booking"),
  customerId: z.string().max(80).optional(),
});

export const DirectCancelArgs = CancelBookingArgs.extend({
  refundTo: z.string().max(80).optional().describe("where the customer wants the money, when not back to where it came from"),
  refundAmount: Money.optional().describe("how much of it the customer wants back, when they name a sum"),
  flights: z.array(z.string().max(20)).optional().describe("when the customer wants to cancel these alone"),
  customerId: z.string().max(80).optional(),
});

export const CompensationArgs = z.strictObject({
  bookingReference: CancelBookingArgs.shape.bookingReference,
  cause: z.string().min(1).max(100).describe("what went wrong, such as cancelled or delayed"),
  amount: Money,
  form: z.string().max(40).optional().describe("certificate unless the customer wants another one"),
  customerId: z.string().max(80).optional(),
});
