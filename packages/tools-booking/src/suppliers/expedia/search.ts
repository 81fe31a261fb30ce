import type { Clock } from "@travelagent/protocol/ports";
import { compare } from "../../money.ts";
import type { HotelOffer, HotelQuery } from "../../offer.ts";
import type { SupplierCall } from "../../supplier.ts";
import { bestOf } from "../best-of.ts";
import { type SupplierHttp, understand } from "../http/index.ts";
import { eachReadable, readable } from "../readable.ts";
import { offerOf } from "./map-offer.ts";
import { occupanciesOf } from "./map-price.ts";
import type { Places } from "./places.ts";
import { availability, rate, room } from "./wire.ts";

export interface SearchParts {
  http: SupplierHttp;
  places: Places;
  clock: Clock;
  live: boolean;
  language: string;
  /** Where it is sold, ISO 3166-1 alpha-2. */
  pointOfSale: string;
  holdMinutes: number | undefined;
}

/** Rates of one house that are looked at. */
const ratesPerHouse = 4;

export async function searchHotels(
  { http, places, clock, live, language, pointOfSale, holdMinutes }: SearchParts,
  query: HotelQuery,
  call: SupplierCall,
): Promise<HotelOffer[]> {
  const place = await places.at(query.place);
  const houses = place?.properties.filter(({ ratings }) => query.minStars === undefined || Number(ratings?.property?.rating ?? 0) >= query.minStars) ?? [];
  if (!place || houses.length === 0) return [];
  const occupancies = occupanciesOf(query);
  const reply = await http.read(
    {
      method: "GET",
      path: "properties/availability",
      route: "properties/availability",
      query: {
        checkin: query.checkIn,
        checkout: query.checkOut,
        currency: query.currency,
        country_code: pointOfSale,
        language,
        occupancy: occupancies,
        property_id: houses.map(({ property_id: id }) => id),
        rate_plan_count: ratesPerHouse,
        sales_channel: "agent_tool",
        sales_environment: "hotel_only",
        // Only these can be paid by the agency's account, without a card.
        filter: query.refundableOnly ? ["expedia_collect", "refundable"] : ["expedia_collect"],
        include: ["rooms.rates.holdable"],
      },
    },
    call,
  );
  const found = understand("expedia", "read", () => availability.parse(reply.body));
  const byId = new Map(houses.map((house) => [house.property_id, house]));
  const context = { query, occupancies, place, sandbox: !live, now: clock.now(), holdMinutes };
  const offers = found.flatMap(({ property_id: id, rooms }) => {
    const house = byId.get(id);
    if (!house) return [];
    return eachReadable(room, rooms).flatMap((one) =>
      eachReadable(rate, one.rates).flatMap((given) => readable(() => offerOf(house, one, given, context)) ?? []),
    );
  });
  const fitting = offers.filter(
    ({ price, conditions }) => (!query.maxTotal || compare(price.total, query.maxTotal) <= 0) && (!query.refundableOnly || conditions.refund.allowed === true),
  );
  return bestOf(fitting, query.limit, ({ property }) => property.id);
}
