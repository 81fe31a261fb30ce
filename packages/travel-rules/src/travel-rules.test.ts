import { describe, expect, it } from "vitest";
import { ageOn, plusMonths } from "./calendar.ts";
import { clockNames, deadline, usTwentyFourHours } from "./clocks.ts";
import { minimumConnection } from "./connections.ts";
import { flightEmissions } from "./emissions.ts";
import { packageTravel } from "./package-travel.ts";
import { passportRules, passportValidity } from "./passport.ts";
import { secureFlight } from "./secure-flight.ts";
import { partyProblems, passengerTypeOn } from "./travellers.ts";

describe("ages", () => {
  it.each([
    ["2025-03-12", "2027-03-11", "INF"],
    ["2025-03-12", "2027-03-12", "CHD"],
    ["2015-03-12", "2027-03-11", "CHD"],
    ["2015-03-12", "2027-03-12", "ADT"],
    ["2024-02-29", "2026-02-28", "INF"],
    ["2024-02-29", "2026-03-01", "CHD"],
  ])("born %s counts on %s as %s", (bornOn, date, ptc) => expect(passengerTypeOn(bornOn, date)).toBe(ptc));

  it("refuses somebody who is not born yet", () => expect(() => ageOn("2027-05-01", "2027-04-30")).toThrow(/date of birth/));

  it("names what an airline would refuse in a party", () => {
    expect(partyProblems([{ ptc: "ADT" }, { ptc: "INF", bornOn: "2026-06-01" }], "2027-03-12")).toEqual([]);
    const codes = (party: Parameters<typeof partyProblems>[0]) => partyProblems(party, "2027-03-12").map(({ code }) => code);
    expect(codes([{ ptc: "ADT" }, { ptc: "INF" }, { ptc: "INF" }])).toEqual(["infant-without-adult"]);
    expect(codes([{ ptc: "CHD", bornOn: "2018-01-01" }])).toEqual(["child-alone"]);
    // Turns two between the way there and the way back.
    expect(codes([{ ptc: "ADT" }, { ptc: "INF", bornOn: "2025-03-12" }])).toEqual(["type-does-not-fit-age"]);
    expect(codes(Array.from({ length: 10 }, () => ({ ptc: "ADT" as const })))).toEqual(["too-many-travellers"]);
  });
});

describe("passports", () => {
  const trip = (country: string) => ({ country, entry: "2027-03-01", exit: "2027-03-15" });
  it("count three months beyond the exit and ten years since the issue for Schengen", () => {
    expect(passportValidity({ expiresOn: "2027-06-15", issuedOn: "2020-01-01" }, trip("ES"))).toMatchObject({ valid: true, neededUntil: "2027-06-15" });
    expect(passportValidity({ expiresOn: "2027-06-14", issuedOn: "2020-01-01" }, trip("ES"))).toMatchObject({ valid: false, problems: ["expires-too-early"] });
    expect(passportValidity({ expiresOn: "2027-12-31", issuedOn: "2017-02-28" }, trip("ES"))).toMatchObject({
      valid: false,
      problems: ["issued-too-long-ago"],
    });
    expect(passportValidity({ expiresOn: "2027-12-31" }, trip("ES"))).toMatchObject({ valid: null, problems: ["issue-date-unknown"] });
  });
  it.each([
    ["TH", "2027-09-01"],
    ["GB", "2027-03-15"],
    ["ZA", "2027-04-14"],
    ["TR", "2027-07-29"],
    ["NZ", "2027-06-15"],
  ])("have to be valid for %s until %s", (country, until) => {
    expect(passportValidity({ expiresOn: until }, trip(country))).toMatchObject({ valid: true, neededUntil: until, assumed: false });
  });
  it("take the careful rule where none is on record, and an agency's own before that", () => {
    expect(passportValidity({ expiresOn: "2027-09-14" }, trip("BT"))).toMatchObject({ valid: false, neededUntil: "2027-09-15", assumed: true });
    const own = { ...passportRules, BT: { months: 1, from: "exit" as const, source: { name: "own", asOf: "2026-01-01" } } };
    expect(passportValidity({ expiresOn: "2027-09-14" }, trip("BT"), own)).toMatchObject({ valid: true, assumed: false });
  });
  it("end a month on its last day", () => expect(plusMonths("2027-11-30", 3)).toBe("2028-02-29"));
});

describe("connections", () => {
  it("add up border, terminal, airport and tickets", () => {
    expect(minimumConnection(45, { domestic: true })).toMatchObject({ minimumMinutes: 45, enough: true, by: "table" });
    expect(minimumConnection(74, { domestic: false })).toMatchObject({ minimumMinutes: 75, enough: false });
    expect(minimumConnection(100, { domestic: false, terminalChange: true }).minimumMinutes).toBe(105);
    expect(minimumConnection(100, { domestic: false, airportChange: true }).minimumMinutes).toBe(210);
    expect(minimumConnection(100, { domestic: false, separateTickets: true }, 60)).toMatchObject({ minimumMinutes: 150, enough: false, by: "supplier" });
  });
});

describe("emissions", () => {
  it("count distance and cabin, and name their source", () => {
    const economy = flightEmissions([{ distanceKm: 5555, cabin: "ECONOMY" }]);
    expect(economy.kilograms).toBe(832);
    expect(flightEmissions([{ distanceKm: 5555, cabin: "BUSINESS" }]).kilograms).toBe(2413);
    expect(
      flightEmissions([
        { distanceKm: 500, cabin: "ECONOMY" },
        { distanceKm: 501, cabin: "ECONOMY" },
      ]).kilograms,
    ).toBe(205);
    expect(economy.sources[0]!.asOf).toBe("2019-06-04");
  });
});

describe("secure flight", () => {
  it("asks for everything on routes that touch the US, and nothing elsewhere", () => {
    const traveller = { givenName: "Ana", familyName: "Silva" };
    expect(secureFlight(traveller, { countries: ["PT", "US"], departsAt: "2027-03-12T10:00:00Z" })).toMatchObject({
      applies: true,
      missing: ["bornOn", "gender"],
      dueAt: "2027-03-09T10:00:00.000Z",
    });
    expect(secureFlight(traveller, { countries: ["PT", "FR"], departsAt: "2027-03-12T10:00:00Z" })).toMatchObject({ applies: false, missing: [] });
  });
});

describe("clocks", () => {
  it.each([
    ["package-refund", "2027-03-15"],
    ["package-voucher", "2028-03-01"],
    ["complaint-acknowledgement", "2027-03-08"],
    ["complaint-answer", "2027-04-30"],
    ["eu261-refund", "2027-03-08"],
    ["us-refund-card", "2027-03-10"],
    ["us-refund-other", "2027-03-21"],
  ] as const)("%s from 1 March 2027 ends on %s", (name, dueOn) => expect(deadline(name, "2027-03-01").dueOn).toBe(dueOn));
  it("name a source each", () => {
    for (const name of clockNames) expect(deadline(name, "2027-03-01").sources[0]!.name.length).toBeGreaterThan(10);
  });
  it("never promise the US rule of 24 hours", () => {
    const asked = (departsAt: string, touchesUs = true) => usTwentyFourHours({ bookedAt: "2027-03-01T12:00:00Z", departsAt, touchesUs });
    expect(asked("2027-03-08T12:00:00Z")).toMatchObject({ mayApply: true, until: "2027-03-02T12:00:00.000Z" });
    expect(asked("2027-03-08T11:59:00Z").mayApply).toBe(false);
    expect(asked("2027-06-01T00:00:00Z", false).mayApply).toBe(false);
    expect(asked("2027-06-01T00:00:00Z").note).toContain("does not bind agencies");
  });
});

describe("packages", () => {
  const at = (soldAt: string) => ({ kind: "transport" as const, soldAt });
  const hotel = (soldAt: string) => ({ kind: "accommodation" as const, soldAt });
  const stay = { one: false, hours: 72, nights: 3 };
  it("are two kinds of services sold as one, or within 24 hours", () => {
    expect(packageTravel([at("2027-01-01T10:00:00Z"), hotel("2027-01-02T10:00:00Z")], stay).isPackage).toBe(true);
    expect(packageTravel([at("2027-01-01T10:00:00Z"), hotel("2027-01-02T10:00:01Z")], stay).isPackage).toBe(false);
    expect(packageTravel([at("2027-01-01T10:00:00Z"), hotel("2027-02-01T10:00:00Z")], { ...stay, one: true }).isPackage).toBe(true);
    expect(packageTravel([at("2027-01-01T10:00:00Z"), at("2027-01-01T11:00:00Z")], stay).isPackage).toBe(false);
  });
  it("leave out day trips and small extras", () => {
    const extra = { kind: "other" as const, soldAt: "2027-01-01T10:00:00Z" };
    expect(packageTravel([at(extra.soldAt), { ...extra, share: 0.24 }], { ...stay, one: true }).isPackage).toBe(false);
    expect(packageTravel([at(extra.soldAt), { ...extra, share: 0.25 }], { ...stay, one: true }).isPackage).toBe(true);
    expect(packageTravel([at(extra.soldAt), { ...extra, share: 0.1, essential: true }], { ...stay, one: true }).isPackage).toBe(true);
    expect(packageTravel([at(extra.soldAt), hotel(extra.soldAt)], { one: true, hours: 10, nights: 0 }).isPackage).toBe(false);
  });
});
