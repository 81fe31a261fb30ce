import type { Gazetteer, Place } from "@travelagent/agent-runtime/models/concierge";
import { type Airport, airports, airportsOfCity, cityCodes } from "./airport.ts";
import { aliases } from "./aliases.ts";
import { editDistance, foldName } from "./name.ts";

function cityPlace(code: string): Place {
  const group = airportsOfCity(code);
  const main = group[0]!;
  return {
    kind: "city",
    code,
    name: main.cityName,
    cityName: main.cityName,
    country: main.country,
    countryName: main.countryName,
    ...(main.region ? { region: main.region } : {}),
    airports: group.map(({ code }) => code),
    timeZone: main.timeZone,
    weight: main.rank * 10 + Math.min(9, group.length),
  };
}

function airportPlace(airport: Airport): Place {
  return {
    kind: "airport",
    code: airport.code,
    name: airport.name,
    cityName: airport.cityName,
    country: airport.country,
    countryName: airport.countryName,
    ...(airport.region ? { region: airport.region } : {}),
    airports: [airport.code],
    timeZone: airport.timeZone,
    weight: airport.rank * 10,
  };
}

interface Index {
  names: Map<string, Place[]>;
  /** Cities of each country, the most travelled first. */
  countries: Map<string, Place[]>;
  /** Names long enough to be misspelt, by first letter. */
  guessable: Map<string, string[]>;
}

function buildIndex(): Index {
  const names = new Map<string, Place[]>();
  const places = new Map<string, Place>();
  const learn = (name: string, place: Place) => {
    const key = foldName(name);
    const known = names.get(key) ?? [];
    if (!known.includes(place))
      names.set(
        key,
        [...known, place].sort((a, b) => b.weight - a.weight),
      );
  };
  for (const code of cityCodes()) {
    const place = cityPlace(code);
    places.set(code, place);
    learn(code, place);
    learn(place.name, place);
    learn(`${place.name} ${place.countryName}`, place);
    if (place.region) learn(`${place.name} ${place.region}`, place);
  }
  for (const airport of airports().values()) {
    const city = places.get(airport.city)!;
    const alone = city.airports.length === 1;
    // A city with one airport is one place: the traveller who names either means both.
    const place = alone ? city : airportPlace(airport);
    if (!places.has(airport.code)) {
      places.set(airport.code, place);
      learn(airport.code, place);
    }
    learn(airport.name, place);
    learn(`${airport.name} airport`, place);
    learn(`${airport.code} airport`, place);
    const part = airport.name.slice(airport.cityName.length + 1);
    if (part.length >= 4 && !ambiguousParts.has(part.toLowerCase())) {
      learn(part, place);
      learn(`${part} airport`, place);
    }
  }
  for (const line of aliases.trim().split("\n")) {
    const [code, list] = line.split(": ") as [string, string];
    const place = places.get(code);
    if (place) for (const name of list.split(", ")) learn(name, place);
  }
  const guessable = new Map<string, string[]>();
  for (const name of names.keys()) {
    if (name.length >= 5) guessable.set(name[0]!, [...(guessable.get(name[0]!) ?? []), name]);
  }
  const countries = new Map<string, Place[]>();
  const byWeight = [...places.values()].filter(({ kind }) => kind === "city").sort((a, b) => b.weight - a.weight);
  for (const place of byWeight) {
    const names = [foldName(place.countryName), ...(otherNames[place.country] ?? [])];
    for (const name of names) countries.set(name, [...(countries.get(name) ?? []), place]);
  }
  return { names, countries, guessable };
}

/** What people call countries beside the name they have here. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  AE: ["uae", "emirates", "the emirates"],
  CI: ["cote d'ivoire"],
  CZ: ["czech republic"],
  GB: ["uk", "great britain", "britain", "england"],
  KR: ["korea"],
  NL: ["holland"],
  TR: ["turkey", "turkiye"],
  US: ["usa", "united states of america", "america", "the states"],
};

/** Words that name an airport only together with its city. */
const ambiguousParts = new Set(["city", "north", "south", "international", "capital", "heliport", "hobby", "fort worth"]);

/** Knows the airports and cities of this package by name, alias and code. The index is built on the first question and costs a few milliseconds. */
export function createGazetteer(): Gazetteer {
  let index: Index | undefined;
  return {
    find(name) {
      index ??= buildIndex();
      return [...(index.names.get(foldName(name)) ?? [])];
    },
    inCountry(name) {
      index ??= buildIndex();
      return [...(index.countries.get(foldName(name)) ?? [])];
    },
    guess(name) {
      index ??= buildIndex();
      const wanted = foldName(name);
      if (wanted.length < 5) return [];
      const most = wanted.length >= 8 ? 2 : 1;
      const found = new Map<Place, number>();
      // A wrong first letter is rare, except when the first two are swapped.
      for (const letter of new Set([wanted[0]!, wanted[1]!])) {
        for (const candidate of index.guessable.get(letter) ?? []) {
          const edits = editDistance(wanted, candidate, most);
          if (edits > most) continue;
          for (const place of index.names.get(candidate)!) found.set(place, Math.min(edits, found.get(place) ?? edits));
        }
      }
      return [...found]
        .sort(([a, x], [b, y]) => x - y || b.weight - a.weight)
        .slice(0, 3)
        .map(([place]) => place);
    },
  };
}
