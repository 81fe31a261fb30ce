import { airportsOfCity, displaced } from "../../../geography/index.ts";
import { cityCentre } from "./centres.ts";
import type { Dice } from "./hash.ts";

export interface RoomType {
  code: string;
  name: string;
  beds: string;
  /** People it sleeps. */
  sleeps: number;
  factor: number;
  /** Rooms of this type in the house. */
  count: number;
}

export interface Property {
  id: string;
  name: string;
  stars: number;
  address: string;
  city: string;
  country: string;
  latitude: number;
  longitude: number;
  timeZone: string;
  distanceToCentreKm: number;
  /** Euro a night for the smallest room at an ordinary time. */
  usualRate: number;
  rooms: readonly RoomType[];
}

const firstWords = [
  "Aurelia",
  "Marlowe",
  "Casa Nova",
  "Linden",
  "Bellevue",
  "Meridian",
  "Solano",
  "Harbour",
  "Orchard",
  "Vela",
  "Alcove",
  "Juniper",
  "Mirador",
  "Northgate",
  "Palma Real",
  "Saffron",
  "Tamarind",
  "Willow",
  "Old Mill",
  "Quay",
];
const kinds: Record<number, readonly string[]> = {
  2: ["Inn", "Rooms", "Guesthouse"],
  3: ["Hotel", "House", "Lodge"],
  4: ["Hotel", "Suites", "Boutique Hotel"],
  5: ["Grand Hotel", "Palace", "Resort"],
};
const streets = [
  "Station Road",
  "Market Street",
  "Garden Lane",
  "Harbour Street",
  "Museum Square",
  "Bridge Street",
  "Park Avenue",
  "Castle Hill",
  "Mill Lane",
  "Cathedral Square",
];

/** Countries where a bed costs clearly more or less than elsewhere. */
const priceLevel: Readonly<Record<string, number>> = {
  CH: 1.5,
  IS: 1.45,
  NO: 1.3,
  DK: 1.25,
  GB: 1.25,
  US: 1.3,
  FR: 1.15,
  IE: 1.2,
  NL: 1.15,
  AE: 1.2,
  QA: 1.2,
  JP: 1.1,
  SG: 1.35,
  HK: 1.2,
  AU: 1.15,
  NZ: 1.05,
  MV: 2.4,
  SC: 1.7,
  MU: 1.3,
  PF: 2,
  PT: 0.95,
  ES: 1,
  GR: 0.95,
  PL: 0.75,
  CZ: 0.8,
  HU: 0.75,
  RO: 0.7,
  BG: 0.65,
  AL: 0.6,
  TR: 0.75,
  EG: 0.6,
  MA: 0.7,
  TN: 0.6,
  IN: 0.6,
  TH: 0.65,
  VN: 0.55,
  ID: 0.6,
  MY: 0.6,
  PH: 0.65,
  LK: 0.55,
  NP: 0.5,
  MX: 0.8,
  CO: 0.65,
  PE: 0.7,
  BO: 0.5,
  AR: 0.75,
  BR: 0.7,
  CN: 0.7,
  ZA: 0.7,
  GE: 0.6,
  RS: 0.65,
  UA: 0.55,
};

/** The invented houses of a city, the same for ever. Empty for a code that is no city. */
export function propertiesOf(city: string, dice: Dice): Property[] {
  const main = airportsOfCity(city)[0];
  const centre = cityCentre(city);
  if (!main || !centre) return [];
  const level = (0.62 + main.rank * 0.07) * (priceLevel[main.country] ?? 0.85);
  return Array.from({ length: 5 + main.rank * 3 }, (_, i) => {
    const id = `${city}${String(i + 1).padStart(2, "0")}`;
    const key = `property ${id}`;
    const stars = [2, 3, 3, 3, 4, 4, 4, 5][Math.floor(dice.draw(`${key} stars`) * 8)]!;
    const distance = Math.round((0.2 + 6 * dice.draw(`${key} distance`) ** 2) * 10) / 10;
    const place = displaced(centre, distance, 360 * dice.draw(`${key} bearing`));
    const size = 8 + Math.floor(40 * dice.draw(`${key} size`));
    const word = firstWords[(i * 7 + dice.between(0, 19, `names ${city}`)) % firstWords.length]!;
    const kind = dice.pick(kinds[stars]!, `${key} kind`);
    return {
      id,
      name: `${word} ${kind} ${main.cityName}${i >= firstWords.length ? " Central" : ""}`,
      stars,
      address: `${dice.between(1, 180, `${key} number`)} ${dice.pick(streets, `${key} street`)}, ${main.cityName}`,
      city: main.cityName,
      country: main.country,
      latitude: Math.round(place.latitude * 1e5) / 1e5,
      longitude: Math.round(place.longitude * 1e5) / 1e5,
      timeZone: main.timeZone,
      distanceToCentreKm: distance,
      usualRate: { 2: 58, 3: 88, 4: 135, 5: 260 }[stars]! * level * (1.18 - 0.05 * distance) * (0.88 + 0.24 * dice.draw(`${key} rate`)),
      rooms: [
        { code: "STD", name: "Standard Double", beds: "1 double bed", sleeps: 2, factor: 1, count: size },
        { code: "SUP", name: "Superior Twin", beds: "2 single beds", sleeps: 3, factor: 1.22, count: Math.ceil(size / 2) },
        { code: "FAM", name: "Family Room", beds: "1 double bed and 2 single beds", sleeps: 4, factor: 1.55, count: Math.ceil(size / 5) },
      ],
    };
  });
}
