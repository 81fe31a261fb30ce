import type { Money } from "@travelagent/protocol";
import { travelportPapers } from "../../documents/wire-papers.ts";
import type { Cabin, FlightQuery } from "../../offer.ts";
import type { Contact, OpenedPaper, Traveller } from "../../supplier.ts";
import { type FlightTerms, partyOf, passengerCode } from "./terms.ts";

/** What an access may ask in: current accounts by type name, older ones by a wrapper of the same name. */
export type Envelope = "typed" | "wrapped";

const cabins: Readonly<Record<Cabin, string>> = { ECONOMY: "Economy", PREMIUM_ECONOMY: "PremiumEconomy", BUSINESS: "Business", FIRST: "First" };

export function searchRequest(query: FlightQuery, envelope: Envelope): unknown {
  const leg = (from: string, to: string, date: string) => ({ "@type": "SearchCriteriaFlight", departureDate: date, From: { value: from }, To: { value: to } });
  const request = {
    "@type": "CatalogProductOfferingsRequestAir",
    // Without it nothing is kept in the cache, and nothing can be booked by reference.
    offersPerPage: Math.max(1, Math.min(query.limit, 50)),
    maxNumberOfUpsellsToReturn: 2,
    contentSourceList: ["GDS", "NDC"],
    PassengerCriteria: partyOf(query).map(({ ptc, number, age }) => ({
      "@type": "PassengerCriteria",
      number,
      passengerTypeCode: passengerCode(ptc),
      ...(age === undefined ? {} : { age }),
    })),
    SearchCriteriaFlight: [
      leg(query.origin, query.destination, query.departureDate),
      ...(query.returnDate === undefined ? [] : [leg(query.destination, query.origin, query.returnDate)]),
    ],
    SearchModifiersAir: {
      "@type": "SearchModifiersAir",
      CabinPreference: [{ "@type": "CabinPreference", preferenceType: "Permitted", cabins: [cabins[query.cabin]] }],
      ...(query.directOnly ? { FlightType: { "@type": "FlightType", connectionType: "NonStopDirect" } } : {}),
    },
    PricingModifiersAir: { "@type": "PricingModifiersAir", currencyCode: query.currency },
    CustomResponseModifiersAir: { "@type": "CustomResponseModifiersAir", SearchRepresentation: "Journey" },
  };
  return envelope === "typed"
    ? { "@type": "CatalogProductOfferingsQueryRequest", CatalogProductOfferingsRequest: request }
    : { CatalogProductOfferingsQueryRequest: { CatalogProductOfferingsRequest: request } };
}

const value = (id: string) => ({ Identifier: { value: id } });

/** Names an offer by reference into the search's cache; the same for pricing it and for adding it to a workbench. */
export function offerRequest({ search, selections }: FlightTerms): unknown {
  return {
    OfferQueryBuildFromCatalogProductOfferings: {
      BuildFromCatalogProductOfferingsRequest: {
        "@type": "BuildFromCatalogProductOfferingsRequestAir",
        CatalogProductOfferingsIdentifier: value(search),
        CatalogProductOfferingSelection: selections.map(({ offering, product }) => ({
          "@type": "CatalogProductOfferingSelection",
          CatalogProductOfferingIdentifier: value(offering),
          ProductIdentifier: [value(product)],
        })),
      },
    },
  };
}

const genders = { M: "Male", F: "Female", X: "Unknown" } as const;
const digits = (phone: string): string => phone.replace(/\D/g, "");

/** Every traveller carries the telephone: a contact beside them does not count as one. */
export function travelerRequest(
  { id, givenName, familyName, ptc, bornOn, gender }: Traveller,
  { email, phone }: Contact & { phone: string },
  papers?: readonly OpenedPaper[],
): unknown {
  return {
    Traveler: {
      "@type": "Traveler",
      id: `trav_${id}`,
      passengerTypeCode: passengerCode(ptc),
      ...(bornOn === undefined ? {} : { birthDate: bornOn }),
      ...(gender === undefined ? {} : { gender: genders[gender] }),
      PersonName: { "@type": "PersonNameDetail", Given: givenName, Surname: familyName },
      Telephone: [{ "@type": "Telephone", phoneNumber: digits(phone), role: "Mobile" }],
      Email: [{ value: email }],
      ...travelportPapers(papers),
    },
  };
}

export const cashRequest = (): unknown => ({ FormOfPaymentCash: { "@type": "FormOfPaymentCash", id: "formOfPayment_1", FormOfPaymentRef: "formOfPayment_1" } });

export const contactRequest = ({ email, phone }: Contact & { phone: string }): unknown => ({
  PrimaryContact: { Telephone: [{ "@type": "Telephone", phoneNumber: digits(phone), role: "Mobile" }], Email: [{ value: email }] },
});

/** Stands in the record for people who look for a lost booking. */
export const commentRequest = (key: string): unknown => ({
  ReservationCommentListRequest: {
    ReservationCommentID: [
      {
        "@type": "ReservationComment",
        id: "ReservationComment_1",
        commentSource: "Agency",
        Comment: [{ name: "Notepad", value: `AGENCY KEY ${key.toUpperCase()}` }],
      },
    ],
  },
});

export const commitRequest = (): unknown => ({
  ReservationQueryCommitReservation: { "@type": "ReservationQueryCommitReservation", enableTwoStepCommitInd: false, errorWhenOfferPriceChangesInd: true },
});

export const paymentRequest = (total: Money, offerRefs: readonly string[]): unknown => ({
  Payment: {
    "@type": "Payment",
    id: "payment_1",
    Amount: { code: total.currency, value: Number(total.amount) },
    FormOfPaymentIdentifier: { id: "formOfPayment_1", FormOfPaymentRef: "formOfPayment_1" },
    OfferIdentifier: offerRefs.map((offerRef) => ({ id: offerRef, offerRef })),
  },
});

export const cancelRequest = (): unknown => ({ "@type": "CancelRequest", cancelAllInd: true });
