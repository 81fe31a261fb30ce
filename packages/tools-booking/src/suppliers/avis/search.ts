import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { airportsFor } from "../../geography/index.ts";
import { compare } from "../../money.ts";
import type { CarOffer, CarQuery } from "../../offer.ts";
import type { SupplierCall } from "../../supplier.ts";
import { bestOf } from "../best-of.ts";
import { carVendorCode } from "../car-vendor.ts";
import { type SupplierHttp, understand } from "../http/index.ts";
import { eachReadable, readable } from "../readable.ts";
import { codeWithin } from "../rejected.ts";
import { avisOffer, type Brand, localSeconds } from "./map-car.ts";
import { nothingThere } from "./problems.ts";
import { vehicle, vehicles } from "./wire.ts";

export interface SearchParts {
  http: SupplierHttp;
  clock: Clock;
  log: Logger;
  brands: readonly Brand[];
  country: string;
  iataNumber: string | undefined;
  voucher: boolean;
  live: boolean;
}

export async function searchCars(
  { http, clock, log, brands, country, iataNumber, voucher, live }: SearchParts,
  query: CarQuery,
  call: SupplierCall,
): Promise<CarOffer[]> {
  const from = airportsFor(query.pickUp)[0];
  const to = airportsFor(query.dropOff)[0];
  const asked = brands.filter((brand) => query.vendors === undefined || query.vendors.includes(carVendorCode(brand, brand)));
  if (!from || !to || asked.length === 0) return [];

  async function ofBrand(brand: Brand): Promise<CarOffer[]> {
    const route = {
      brand,
      pickup_date: localSeconds(query.pickUpAt),
      pickup_location: from!.code,
      dropoff_date: localSeconds(query.dropOffAt),
      dropoff_location: to!.code,
      country_code: country,
      age: query.driverAge,
      iata_number: iataNumber,
      paperless: voucher ? true : undefined,
      transaction_id: call.requestId,
    };
    const reply = await http
      .read({ method: "GET", path: "cars/catalog/v2/vehicles", route: "cars/catalog/v2/vehicles", query: route }, call)
      .catch((error: unknown) => {
        if (nothingThere.has(String(codeWithin(error)))) return undefined;
        throw error;
      });
    if (!reply) return [];
    const found = understand("avis", "read", () => vehicles.parse(reply.body));
    const { pickup_location: pickUp, dropoff_location: dropOff } = found.reservation ?? {};
    const context = { query, brand, from: from!, to: to!, pickUp, dropOff, voucher, sandbox: !live, now: clock.now() };
    return eachReadable(vehicle, found.vehicles).flatMap((one) => readable(() => avisOffer(one, context)) ?? []);
  }

  const results = await Promise.allSettled(asked.map(ofBrand));
  const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  // One brand that does not answer leaves the others.
  if (failures.length === results.length) throw failures[0];
  for (const failure of failures) log.warn("a brand of Avis did not answer", { supplier: "avis", code: TravelAgentError.from(failure).code });
  const offers = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  const fitting = offers.filter(
    ({ price, vehicle: { category, acriss, transmission } }) =>
      (!query.maxTotal || compare(price.total, query.maxTotal) <= 0) &&
      (query.category === undefined || query.category === category || query.category === acriss) &&
      (!query.automaticOnly || transmission === "automatic"),
  );
  return bestOf(fitting, query.limit, ({ vehicle: { acriss } }) => acriss);
}
