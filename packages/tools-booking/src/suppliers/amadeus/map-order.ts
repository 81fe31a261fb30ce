import type { Money } from "@travelagent/protocol";
import { sum } from "../../money.ts";
import type { SupplierOrder } from "../../supplier.ts";
import { journeysOf, type Names } from "./map-flight.ts";
import { grandTotal } from "./map-price.ts";
import { officeTime } from "./time-limit.ts";
import type { WireFlightOrder, WireItinerary } from "./wire-flights.ts";

/** What we keep about an order, since Amadeus does not know it or forgets it. */
export interface FlightRecord {
  /** From Amadeus' traveller ids to ours. */
  travellers: Readonly<Record<string, string>>;
  names: Names;
  /** Milliseconds: when a hold lapses, should the order not say it. */
  lapsesAt?: number;
  /** The order as it was read last. */
  last: SupplierOrder;
  /** A cancellation was sent with these terms; gone from Amadeus then means cancelled. */
  cancelling?: { penalty: Money; refund: Money };
}

export type Kept = Omit<FlightRecord, "last" | "cancelling">;

/** An order that was moved to an airport we do not know is still an order. */
function journeysIfKnown(itineraries: readonly WireItinerary[], names: Names): Pick<SupplierOrder, "journeys"> {
  try {
    return { journeys: journeysOf(itineraries, names) };
  } catch (error) {
    if (error instanceof RangeError) return {};
    throw error;
  }
}

/** An order without tickets is confirmed; one that Amadeus will cancel by itself is held. */
export function orderOf(order: WireFlightOrder, key: string, { travellers, names, lapsesAt }: Kept, officeTimeZone: string): SupplierOrder {
  const { id, associatedRecords = [], flightOffers, tickets = [] } = order;
  const agreement = order.ticketingAgreement ?? order.ticketingAggreement;
  const { currency } = flightOffers[0]!.price;
  const documents = tickets
    .filter(({ documentType = "ETICKET", documentStatus = "ISSUED" }) => documentType === "ETICKET" && documentStatus === "ISSUED")
    .map(({ documentNumber, travelerId }): SupplierOrder["documents"][number] => {
      const ours = travelerId === undefined ? undefined : travellers[travelerId];
      return { type: "ETKT", number: documentNumber.replace("-", ""), ...(ours === undefined ? {} : { travellerId: ours }) };
    });
  const limit = agreement?.dateTime === undefined ? lapsesAt : officeTime(agreement.dateTime, officeTimeZone);
  const held = documents.length === 0 && agreement?.option === "DELAY_TO_CANCEL" && limit !== undefined;
  return {
    reference: id,
    key,
    status: documents.length > 0 ? "ticketed" : held ? "held" : "confirmed",
    locators: [...new Set(associatedRecords.map(({ reference }) => reference))],
    total: sum(flightOffers.map(grandTotal), currency),
    ...(held ? { paymentTimeLimit: new Date(limit).toISOString() } : {}),
    documents,
    ...journeysIfKnown(
      flightOffers.flatMap(({ itineraries }) => itineraries),
      names,
    ),
  };
}

/** An order id in a path. Some ids come percent-encoded already; encoding them twice asks for another order. */
export function idInPath(id: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(id));
  } catch {
    return encodeURIComponent(id);
  }
}
