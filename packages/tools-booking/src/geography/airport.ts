import { africaMiddleEast } from "./airports/africa-middle-east.ts";
import { americas } from "./airports/americas.ts";
import { asiaPacific } from "./airports/asia-pacific.ts";
import { europe } from "./airports/europe.ts";

export interface Airport {
  /** IATA. */
  code: string;
  /** `London Heathrow`; the city's name where the city has one airport. */
  name: string;
  /** IATA: the metropolitan code, or the airport's own. */
  city: string;
  cityName: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  countryName: string;
  /** A state or province where people name it to tell places apart. */
  region?: string;
  latitude: number;
  longitude: number;
  /** IANA. */
  timeZone: string;
  /** 9 is among the busiest of the world, 1 is local. */
  rank: number;
}

const countryLine = /^= (\S\S) (\S+) (.+)$/;
const airportLine = /^(\w{3})(?:\/(\w{3}))? (\S+) (\S+) (\d) ([^[@|]+?)(?: \[(.+)\])?(?: @(\S+))?(?: \| (.+))?$/;

function parse(text: string, into: Map<string, Airport>): void {
  let country = { code: "", zone: "", name: "" };
  for (const line of text.trim().split("\n")) {
    const opened = countryLine.exec(line);
    if (opened) {
      country = { code: opened[1]!, zone: opened[2]!, name: opened[3]! };
      continue;
    }
    const [, code, city = code, latitude, longitude, rank, cityName, region, zone, part] = airportLine.exec(line)!;
    into.set(code!, {
      code: code!,
      name: part ? `${cityName} ${part}` : cityName!,
      city: city!,
      cityName: cityName!,
      country: country.code,
      countryName: country.name,
      ...(region ? { region } : {}),
      latitude: Number(latitude),
      longitude: Number(longitude),
      timeZone: zone ?? country.zone,
      rank: Number(rank),
    });
  }
}

let byCode: Map<string, Airport> | undefined;
let byCity: Map<string, Airport[]> | undefined;

/** All airports by code, read on first use. */
export function airports(): ReadonlyMap<string, Airport> {
  if (!byCode) {
    byCode = new Map();
    for (const text of [europe, americas, asiaPacific, africaMiddleEast]) parse(text, byCode);
  }
  return byCode;
}

function cities(): ReadonlyMap<string, Airport[]> {
  if (!byCity) {
    byCity = new Map();
    for (const airport of airports().values()) byCity.set(airport.city, [...(byCity.get(airport.city) ?? []), airport]);
    for (const group of byCity.values()) group.sort((a, b) => b.rank - a.rank);
  }
  return byCity;
}

export function airport(code: string): Airport | undefined {
  return airports().get(code);
}

/** Every city code with its airports, busiest first. */
export function cityCodes(): IterableIterator<string> {
  return cities().keys();
}

/** Airports of a city, busiest first. A code that is a city's wins over the airport of the same code (`SHA`, `HOU`). Empty for an unknown code. */
export function airportsOfCity(city: string): readonly Airport[] {
  return cities().get(city) ?? [];
}

/** What a traveller means by `code`: all airports of a city, or the one airport. Busiest first, empty for an unknown code. */
export function airportsFor(code: string): readonly Airport[] {
  const ofCity = airportsOfCity(code);
  if (ofCity.length > 0) return ofCity;
  const one = airport(code);
  return one ? [one] : [];
}
