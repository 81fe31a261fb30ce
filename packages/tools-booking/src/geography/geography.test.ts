import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { aliases } from "./aliases.ts";
import {
  airport,
  airports,
  airportsFor,
  cityCodes,
  createGazetteer,
  distanceKm,
  isDate,
  localToUtc,
  localTravelTime,
  offsetMinutes,
  wallClock,
} from "./index.ts";

const require = createRequire(import.meta.url);

/** New or moved airports that the reference does not have yet, checked by hand. */
const newerThanReference = new Set(["KTI", "PZU", "WVB", "KUN"]);

describe("airports", () => {
  it("stand where an independent source has them, and keep the time it says", { timeout: 120_000 }, async () => {
    const { getAirportByIata } = require("airport-data-js") as typeof import("airport-data-js");
    const zoneAt = require("tz-lookup") as (latitude: number, longitude: number) => string;
    const january = Date.parse("2027-01-15T12:00:00Z");
    const july = Date.parse("2027-07-15T12:00:00Z");
    const offsets = (zone: string) => `${offsetMinutes(zone, january)} ${offsetMinutes(zone, july)}`;
    const wrong: string[] = [];
    for (const { code, latitude, longitude, timeZone, country } of airports().values()) {
      const [reference] = await getAirportByIata(code);
      if (!reference) {
        wrong.push(`${code} is not known`);
        continue;
      }
      const km = distanceKm({ latitude, longitude }, { latitude: Number(reference.latitude), longitude: Number(reference.longitude) });
      if (km > 12 && !newerThanReference.has(code)) wrong.push(`${code} is ${Math.round(km)} km off`);
      if (reference.country_code !== country) wrong.push(`${code} is in ${reference.country_code}`);
      const ours = offsets(timeZone);
      // Near borders one of the two sources is wrong at times; never both.
      if (ours !== offsets(String(reference.time)) && ours !== offsets(zoneAt(latitude, longitude))) wrong.push(`${code} keeps ${reference.time}`);
    }
    expect(wrong).toEqual([]);
    expect(airports().size).toBeGreaterThan(450);
  });

  it("belong to metropolitan areas, busiest first", () => {
    expect(airportsFor("LON").map(({ code }) => code)).toEqual(["LHR", "LGW", "STN", "LTN", "LCY", "SEN"]);
    for (const city of ["PAR", "NYC", "TYO", "MIL", "ROM", "CHI", "WAS", "BUE", "SAO", "RIO", "MOW", "STO", "OSA", "SEL", "BJS", "SHA", "YTO", "YMQ"]) {
      expect({ city, several: airportsFor(city).length > (city === "YMQ" ? 0 : 1) }).toEqual({ city, several: true });
    }
    expect(airportsFor("LHR").map(({ code }) => code)).toEqual(["LHR"]);
    expect(airportsFor("QQQ")).toEqual([]);
  });

  it("have names and zones, and no code twice in one city", () => {
    for (const { code, name, timeZone, cityName } of airports().values()) {
      expect(name.startsWith(cityName)).toBe(true);
      expect(Number.isFinite(offsetMinutes(timeZone, 0))).toBe(true);
      expect(code).toMatch(/^[A-Z]{3}$/);
    }
    for (const city of cityCodes()) {
      const names = airportsFor(city).map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it("have aliases for places that exist", () => {
    for (const line of aliases.trim().split("\n")) expect({ line, known: airportsFor(line.slice(0, 3)).length > 0 }).toEqual({ line, known: true });
  });
});

describe("gazetteer", () => {
  const gazetteer = createGazetteer();
  const found = (name: string) => gazetteer.find(name).map(({ code, country }) => `${code} ${country}`);

  it("knows names, aliases and codes, whatever their case and accents", () => {
    for (const name of ["München", "munchen", "munich", "MUC", "  Muenchen "]) expect(found(name)).toEqual(["MUC DE"]);
    for (const name of ["nyc", "new york", "New York City"]) expect(found(name)).toEqual(["NYC US"]);
    expect(found("saint petersburg")).toEqual(["LED RU"]);
    expect(found("são paulo")).toEqual(["SAO BR"]);
    expect(gazetteer.find("heathrow")).toMatchObject([{ kind: "airport", code: "LHR", name: "London Heathrow", cityName: "London" }]);
    expect(gazetteer.find("lon")[0]).toMatchObject({ kind: "city", airports: ["LHR", "LGW", "STN", "LTN", "LCY", "SEN"], timeZone: "Europe/London" });
  });

  it("returns all namesakes, the busier first", () => {
    expect(found("san jose")).toEqual(["SJC US", "SJO CR"]);
    expect(found("portland")).toEqual(["PDX US", "PWM US"]);
    expect(found("birmingham")).toEqual(["BHX GB", "BHM US"]);
    expect(found("london")).toEqual(["LON GB", "YXU CA"]);
    expect(found("santiago")).toEqual(["SCL CL", "SCQ ES", "STI DO"]);
    expect(found("valencia")).toEqual(["VLC ES", "VLN VE"]);
    expect(found("cordoba").sort()).toEqual(["COR AR", "ODB ES"]);
    expect(found("melbourne")).toEqual(["MEL AU", "MLB US"]);
    expect(found("manchester")).toEqual(["MAN GB", "MHT US"]);
    expect(found("sydney")).toEqual(["SYD AU", "YQY CA"]);
    expect(found("victoria").sort()).toEqual(["SEZ SC", "YYJ CA"]);
    expect(found("alexandria").sort()).toEqual(["AEX US", "ALY EG"]);
    expect(found("portland maine")).toEqual(["PWM US"]);
    expect(found("San José, Costa Rica")).toEqual(["SJO CR"]);
  });

  it("finds nothing for countries and nonsense", () => {
    for (const name of ["spain", "chile", "mexico", "germany", "japan", "australia", "", "xyzzy", "the"])
      expect({ name, found: found(name) }).toEqual({ name, found: [] });
  });

  it("guesses at misspelt names and leaves short ones alone", () => {
    expect(gazetteer.guess!("barcelna").map(({ code }) => code)).toEqual(["BCN"]);
    expect(gazetteer.guess!("frankfrut")[0]?.code).toBe("FRA");
    expect(gazetteer.guess!("amsterdm")[0]?.code).toBe("AMS");
    expect(gazetteer.guess!("rom")).toEqual([]);
    expect(gazetteer.guess!("qqqqqqq")).toEqual([]);
    expect(gazetteer.guess!("lodnon").length).toBeLessThanOrEqual(3);
  });
});

describe("travel time", () => {
  it("moves on over a gap and takes the first of two in a fold", () => {
    expect(localTravelTime("2027-03-28T02:30", "Europe/Madrid")).toEqual({
      local: "2027-03-28T03:30:00",
      timeZone: "Europe/Madrid",
      utc: "2027-03-28T01:30:00Z",
    });
    expect(localTravelTime("2027-10-31T02:30", "Europe/Madrid").utc).toBe("2027-10-31T00:30:00Z");
    expect(localTravelTime("2027-03-28T12:00:00", "Europe/Madrid").utc).toBe("2027-03-28T10:00:00Z");
    expect(localTravelTime("2027-03-27T23:30", "Europe/Madrid").utc).toBe("2027-03-27T22:30:00Z");
  });

  it("knows zones with odd offsets and across the date line", () => {
    expect(new Date(localToUtc("2027-07-01T00:10", "Asia/Kathmandu")).toISOString()).toBe("2027-06-30T18:25:00.000Z");
    expect(new Date(localToUtc("2027-07-01T00:10", "Pacific/Auckland")).toISOString()).toBe("2027-06-30T12:10:00.000Z");
    expect(new Date(localToUtc("2027-01-01T20:00", "Pacific/Honolulu")).toISOString()).toBe("2027-01-02T06:00:00.000Z");
  });

  it("refuses what is no time", () => {
    for (const text of ["2027-02-30T10:00", "2027-13-01T10:00", "2027-01-01", "tomorrow", "2027-01-01T25:00"])
      expect(() => wallClock(text)).toThrow(RangeError);
    expect(() => offsetMinutes("Mars/Olympus", 0)).toThrow(RangeError);
    expect([isDate("2028-02-29"), isDate("2027-02-29"), isDate("2027-2-1")]).toEqual([true, false, false]);
  });

  it("measures the great circle", () => {
    expect(Math.round(distanceKm(airport("LHR")!, airport("JFK")!) / 10)).toBe(554);
    expect(distanceKm(airport("BCN")!, airport("BCN")!)).toBe(0);
  });
});

describe("namesakes and countries", () => {
  const { find, inCountry } = createGazetteer();
  const ratio = (name: string): number => {
    const [first, second] = find(name);
    return first!.weight / second!.weight;
  };

  // A conversation takes the first from six times its namesake on, and asks below.
  it.each(["London", "Manchester", "Sydney", "Melbourne"])("%s is far ahead of its namesake", (name) => expect(ratio(name)).toBeGreaterThanOrEqual(6));
  it.each(["San Jose", "Portland", "Birmingham", "Valencia", "Santiago", "Cordoba"])("%s is not", (name) => expect(ratio(name)).toBeLessThan(6));

  it.each([
    ["italy", "Rome"],
    ["Spain", "Madrid"],
    ["england", "London"],
    ["usa", "New York"],
    ["turkey", "Istanbul"],
  ])("cities of %s start with %s", (country, city) => expect(inCountry?.(country)[0]?.name).toBe(city));
  it("knows no cities of what is no country", () => expect(inCountry?.("rome")).toEqual([]));
});
