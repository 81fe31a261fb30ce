import type { Clock } from "@travelagent/protocol/ports";
import { z } from "zod";
import { airportsFor, type Coordinates } from "../../geography/index.ts";
import type { SupplierCall } from "../../supplier.ts";
import { type SupplierHttp, understand } from "../http/index.ts";
import { ownCall } from "../own-call.ts";
import { eachReadable } from "../readable.ts";
import { type PropertyContent, propertyContent, type Region, region } from "./wire.ts";

/** A city as Rapid knows it: what to ask prices for, best known houses first. */
export interface Place {
  timeZone: string;
  centre: Coordinates;
  properties: PropertyContent[];
}

export interface Places {
  /** Undefined where we or Rapid know no such place. Searches for the same place wait for the same answer, so none of them can give it up. */
  at(code: string): Promise<Place | undefined>;
}

/** Rapid's own limit for one request. */
const mostProperties = 250;
/** Names and addresses change rarely, and asking for them costs two requests more. */
const keptMs = 24 * 3_600_000;
const mostPlaces = 300;

export function createPlaces({ http, language, clock }: { http: SupplierHttp; language: string; clock: Clock }): Places {
  const known = new Map<string, { place: Promise<Place | undefined>; until: number }>();
  const common = { language, supply_source: "expedia" };

  /** The city that belongs to an airport has the hotels; the airport's own region only those beside the runway. */
  async function cityRegion(code: string, call: SupplierCall): Promise<Region | undefined> {
    const include = ["details", "property_ids"];
    const reply = await http.read({ method: "GET", path: "regions", route: "regions", query: { ...common, include, iata_location_code: code } }, call);
    const found = understand("expedia", "read", () => z.array(region).parse(reply.body));
    const city = found.map(({ associations }) => associations?.multi_city_vicinity?.[0] ?? associations?.city?.[0]).find((id) => id !== undefined);
    if (city === undefined) return found.find(({ property_ids }) => (property_ids?.length ?? 0) > 0);
    const path = `regions/${encodeURIComponent(city)}`;
    const one = await http.read({ method: "GET", path, route: "regions/{id}", query: { ...common, include } }, call);
    return understand("expedia", "read", () => region.parse(one.body));
  }

  async function load(code: string, call: SupplierCall): Promise<Place | undefined> {
    const airport = airportsFor(code)[0];
    if (!airport) return undefined;
    const at = await cityRegion(code, call);
    const ids = at?.property_ids?.slice(0, mostProperties) ?? [];
    if (ids.length === 0) return undefined;
    const include = ["name", "address", "ratings", "location", "rank", "checkin", "checkout"];
    const query = { ...common, include, property_id: ids };
    const reply = await http.read({ method: "GET", path: "properties/content", route: "properties/content", query }, call);
    const content = understand("expedia", "read", () => z.record(z.string(), z.unknown()).parse(reply.body));
    const properties = eachReadable(propertyContent, Object.values(content));
    properties.sort((a, b) => (a.rank ?? Number.MAX_SAFE_INTEGER) - (b.rank ?? Number.MAX_SAFE_INTEGER));
    const { coordinates } = at!;
    const centre = coordinates
      ? { latitude: coordinates.center_latitude, longitude: coordinates.center_longitude }
      : { latitude: airport.latitude, longitude: airport.longitude };
    return { timeZone: airport.timeZone, centre, properties };
  }

  return {
    at(code) {
      const now = clock.now();
      const kept = known.get(code);
      if (kept && kept.until > now) return kept.place;
      const place = load(code, ownCall(code)).catch((error: unknown) => {
        known.delete(code);
        throw error;
      });
      if (known.size >= mostPlaces) known.delete(known.keys().next().value!);
      known.set(code, { place, until: now + keptMs });
      return place;
    },
  };
}
