import type { Gazetteer, Place } from "../gazetteer.ts";

const countries: Record<string, string> = {
  GB: "United Kingdom",
  CA: "Canada",
  US: "United States",
  CR: "Costa Rica",
  PT: "Portugal",
  ES: "Spain",
  FR: "France",
  IT: "Italy",
  DE: "Germany",
  JP: "Japan",
  NO: "Norway",
  HR: "Croatia",
  BR: "Brazil",
};

const city = (code: string, name: string, country: string, weight: number, airports: string[] = [code], region?: string): Place => ({
  kind: "city",
  code,
  name,
  cityName: name,
  country,
  countryName: countries[country]!,
  airports,
  timeZone: "UTC",
  weight,
  ...(region ? { region } : {}),
});
const airport = (code: string, name: string, cityName: string, country: string, weight: number): Place => ({
  kind: "airport",
  code,
  name,
  cityName,
  country,
  countryName: countries[country]!,
  airports: [code],
  timeZone: "UTC",
  weight,
});

const places: Place[] = [
  city("LON", "London", "GB", 100, ["LHR", "LGW", "STN", "LCY"]),
  city("YXU", "London", "CA", 5, ["YXU"], "Ontario"),
  airport("LHR", "London Heathrow", "London", "GB", 60),
  airport("LGW", "London Gatwick", "London", "GB", 40),
  city("SJC", "San Jose", "US", 20, ["SJC"], "California"),
  city("SJO", "San Jose", "CR", 15, ["SJO"]),
  city("PDX", "Portland", "US", 20, ["PDX"], "Oregon"),
  city("PWM", "Portland", "US", 4, ["PWM"], "Maine"),
  city("LIS", "Lisbon", "PT", 40),
  city("OPO", "Porto", "PT", 20),
  city("FAO", "Faro", "PT", 10),
  city("BCN", "Barcelona", "ES", 60),
  city("MAD", "Madrid", "ES", 60),
  city("AGP", "Malaga", "ES", 20),
  city("PAR", "Paris", "FR", 90, ["CDG", "ORY"]),
  city("NCE", "Nice", "FR", 20),
  city("ROM", "Rome", "IT", 60, ["FCO", "CIA"]),
  city("MIL", "Milan", "IT", 50, ["MXP", "LIN"]),
  city("BER", "Berlin", "DE", 50, ["BER"]),
  city("FRA", "Frankfurt", "DE", 60),
  city("NYC", "New York", "US", 100, ["JFK", "EWR", "LGA"], "New York"),
  airport("JFK", "New York John F. Kennedy", "New York", "US", 60),
  city("TYO", "Tokyo", "JP", 90, ["HND", "NRT"]),
  city("OSL", "Oslo", "NO", 30),
  city("SPU", "Split", "HR", 10),
  city("FOR", "Fortaleza", "BR", 10),
];
const aliases: Record<string, string[]> = {
  "new york city": ["NYC"],
  nyc: ["NYC"],
  heathrow: ["LHR"],
  gatwick: ["LGW"],
  lisboa: ["LIS"],
  roma: ["ROM"],
  kennedy: ["JFK"],
};

const index = new Map<string, Place[]>();
for (const place of places)
  for (const name of new Set([place.name.toLowerCase(), place.code.toLowerCase()])) index.set(name, [...(index.get(name) ?? []), place]);
for (const [alias, codes] of Object.entries(aliases))
  index.set(
    alias,
    places.filter(({ code }) => codes.includes(code)),
  );

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}

/** About 25 places, some of one name, for tests of the dialogue. */
export const sampleGazetteer: Gazetteer = {
  find: (name) => index.get(name) ?? [],
  inCountry: (name) => places.filter(({ kind, countryName }) => kind === "city" && countryName.toLowerCase() === name).sort((a, b) => b.weight - a.weight),
  guess: (name) =>
    [...index]
      .filter(([known]) => known.length >= 4 && Math.abs(known.length - name.length) <= 2 && distance(known, name) <= (name.length > 6 ? 2 : 1))
      .flatMap(([, found]) => found)
      .slice(0, 3),
};
