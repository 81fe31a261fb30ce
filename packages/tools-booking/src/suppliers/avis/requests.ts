import type { Money } from "@travelagent/protocol";
import type { CarOffer } from "../../offer.ts";
import type { BookRequest } from "../../supplier.ts";
import { rejected } from "../rejected.ts";
import type { AvisReference } from "./map-car.ts";

/** The agency, as Avis knows it. */
export interface Account {
  /** ISO 3166-1 alpha-2. */
  country: string;
  iataNumber: string | undefined;
  voucherNumber: string | undefined;
}

/** The parts that Avis's request bodies are made of. */
export const createRequests = ({ country, iataNumber, voucherNumber }: Account) => ({
  product: ({ brand }: AvisReference) => ({ brand, ...(iataNumber ? { iata_number: iataNumber } : {}) }),

  wish: ({ pickUpAt, pickUp, dropOffAt, dropOff, sipp }: AvisReference) => ({
    pickup_date: pickUpAt,
    pickup_location: pickUp,
    dropoff_date: dropOffAt,
    dropoff_location: dropOff,
    vehicle_sipp_code: sipp,
  }),

  rate: ({ rateCode }: AvisReference) => ({ rate: { rate_code: rateCode, country_code: country } }),

  customer({ travellers, contact }: BookRequest<CarOffer>, { age }: AvisReference) {
    const driver = travellers[0];
    if (!driver) throw rejected("invalid_travellers", "somebody must drive; give the name of at least one traveller");
    return {
      contact: {
        first_name: driver.givenName,
        last_name: driver.familyName,
        email: contact.email,
        ...(contact.phone === undefined ? {} : { telephone: contact.phone }),
        age,
        ...(driver.bornOn === undefined ? {} : { date_of_birth: driver.bornOn }),
      },
      address: { country_code: country },
    };
  },

  /** A voucher of the agency pays; without one the driver pays at the counter. */
  payment: ({ amount, currency }: Money) =>
    voucherNumber === undefined
      ? {}
      : { payment_preference: { type: "Voucher", id: voucherNumber, fixed_value: "FixedValue", electronic_indicator: true, amount: Number(amount), currency } },
});
