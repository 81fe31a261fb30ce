import { airportsFor } from "../../geography/index.ts";
import { compare } from "../../money.ts";
import type { CarOffer, CarQuery } from "../../offer.ts";
import type { SupplierCall } from "../../supplier.ts";
import { bestOf } from "../best-of.ts";
import { eachReadable, readable } from "../readable.ts";
import { createCatalogue } from "./catalogue.ts";
import { carOffer } from "./map-car.ts";
import type { Session } from "./session.ts";
import { carModels, carProduct, carSearch, carSuppliers, depots } from "./wire-cars.ts";

export function createCarSearch(session: Session, { live, wallet }: { live: boolean; wallet: boolean }) {
  const { post, clock, country, language } = session;
  const now = () => clock.now();
  const paged = (page: string | undefined) => (page === undefined ? { maximum_results: 100 } : { maximum_results: 100, page });
  const models = createCatalogue(
    async (page, call) => {
      const { data, metadata } = await post("read", "cars/details", paged(page), carModels, call);
      return { entries: data, ...(metadata?.next_page ? { next: metadata.next_page } : {}) };
    },
    { now },
  );
  const places = createCatalogue(
    async (page, call) => {
      const { data, metadata } = await post("read", "cars/depots", { ...paged(page), languages: [language] }, depots, call);
      return { entries: data, ...(metadata?.next_page ? { next: metadata.next_page } : {}) };
    },
    { now, pagesAtOnce: 5 },
  );
  const names = new Map<number, string>();

  async function suppliersOf(ids: readonly number[], call: SupplierCall): Promise<ReadonlyMap<number, string>> {
    const missing = [...new Set(ids)].filter((id) => !names.has(id));
    if (missing.length > 0) {
      const { data } = await post("read", "cars/suppliers", { suppliers: missing.slice(0, 100) }, carSuppliers, call);
      for (const { id, name } of data) names.set(id, name);
    }
    return names;
  }

  return async function searchCars(query: CarQuery, call: SupplierCall): Promise<CarOffer[]> {
    const from = airportsFor(query.pickUp)[0];
    const to = airportsFor(query.dropOff)[0];
    if (!from || !to) return [];
    const at = (local: string) => `${local.slice(0, 16)}:00`;
    const asked = {
      booker: { country },
      currency: query.currency,
      driver: { age: query.driverAge },
      maximum_results: 100,
      ...(query.automaticOnly ? { filters: { transmission_type: "automatic" } } : {}),
      route: {
        pickup: { datetime: at(query.pickUpAt), location: { airport: from.code } },
        dropoff: { datetime: at(query.dropOffAt), location: { airport: to.code } },
      },
      sort: { by: "price" },
    };
    const { data, search_token: token } = await post("read", "cars/search", asked, carSearch, call);
    const products = eachReadable(carProduct, data);
    if (products.length === 0) return [];
    const context = {
      query,
      token,
      from,
      to,
      models: await models.entries(
        products.map(({ car }) => car),
        call,
      ),
      depots: await places.entries(
        products.flatMap(({ route }) => [route.pickup.depot, route.dropoff.depot]),
        call,
      ),
      suppliers: await suppliersOf(
        products.map(({ supplier }) => supplier),
        call,
      ),
      wallet,
      sandbox: !live,
      now: now(),
    };
    const offers = products.flatMap((product) => readable(() => carOffer(product, context)) ?? []);
    const fitting = offers.filter(
      ({ price, vendor, vehicle }) =>
        (!query.maxTotal || compare(price.total, query.maxTotal) <= 0) &&
        (query.vendors === undefined || query.vendors.includes(vendor.code)) &&
        (query.category === undefined || query.category === vehicle.category || query.category === vehicle.acriss) &&
        (!query.automaticOnly || vehicle.transmission === "automatic"),
    );
    return bestOf(fitting, query.limit, ({ vehicle }) => vehicle.acriss);
  };
}
