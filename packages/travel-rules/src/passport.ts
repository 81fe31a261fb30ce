import { dayNumber, plusDays, plusMonths } from "./calendar.ts";
import type { Answer, Source } from "./source.ts";

/** How long a passport has to be good for a country. */
export interface PassportRule {
  /** Months, or days, it has to be valid beyond `from`. */
  months?: number;
  days?: number;
  /** Counted from the day of entry or of leaving. */
  from: "entry" | "exit";
  /** It must have been issued within so many years before entry. */
  issuedWithinYears?: number;
  source: Source;
}

const reviewed = "2026-11-21";
const schengenRule: PassportRule = {
  months: 3,
  from: "exit",
  issuedWithinYears: 10,
  source: { name: "Schengen Borders Code, Regulation (EU) 2016/399, Article 6(1)(a)", asOf: reviewed },
};
const stay: Omit<PassportRule, "source"> = { days: 0, from: "exit" };
const sixFromEntry: Omit<PassportRule, "source"> = { months: 6, from: "entry" };
const published = (country: string): Source => ({
  name: `entry requirements published for foreign visitors by ${country}, as commonly stated`,
  asOf: reviewed,
});

const schengenCountries = "AT BE BG HR CZ DK EE FI FR DE GR HU IS IT LV LI LT LU MT NL NO PL PT RO SK SI ES SE CH".split(" ");
const sixMonthCountries = "AE BH BN CN EC EG ID IN JO KE KH KW LA LK MM MY NP OM PH PK PW QA SA SG TH TL TZ UG VN VE".split(" ");
const stayCountries = "AR AU BR CA CL CO GB IE JP KR MX PE US UY".split(" ");

/**
 * A first guide by country, for ordinary passports of foreigners who enter for a holiday. An agency overrides single countries
 * with what it knows; a country that is not here gets the careful answer, six months beyond the stay.
 */
export const passportRules: Readonly<Record<string, PassportRule>> = {
  ...Object.fromEntries(schengenCountries.map((code) => [code, schengenRule])),
  ...Object.fromEntries(sixMonthCountries.map((code) => [code, { ...sixFromEntry, source: published(code) }])),
  ...Object.fromEntries(stayCountries.map((code) => [code, { ...stay, source: published(code) }])),
  TR: { days: 150, from: "entry", source: published("TR") },
  ZA: { days: 30, from: "exit", source: published("ZA") },
  NZ: { months: 3, from: "exit", source: published("NZ") },
};

export interface PassportAnswer extends Answer {
  /** Null when the passport's dates are not all known. */
  valid: boolean | null;
  /** The passport has to be valid on this day. */
  neededUntil: string;
  problems: ("expires-too-early" | "issued-too-long-ago" | "issue-date-unknown")[];
  /** True where the country has no rule here and the careful one was used. */
  assumed: boolean;
}

const careful: PassportRule = {
  months: 6,
  from: "exit",
  source: { name: "no rule on record for this country: six months beyond the stay assumed", asOf: reviewed },
};

/** Whether a passport is good for a stay in a country, on the day and beyond. */
export function passportValidity(
  passport: { expiresOn: string; issuedOn?: string },
  trip: { country: string; entry: string; exit: string },
  rules: Readonly<Record<string, PassportRule>> = passportRules,
): PassportAnswer {
  const known = Object.hasOwn(rules, trip.country) ? rules[trip.country] : undefined;
  const rule = known ?? careful;
  const from = rule.from === "entry" ? trip.entry : trip.exit;
  const counted = rule.months === undefined ? plusDays(from, rule.days ?? 0) : plusMonths(from, rule.months);
  const neededUntil = dayNumber(counted) < dayNumber(trip.exit) ? trip.exit : counted;
  const problems: PassportAnswer["problems"] = [];
  if (dayNumber(passport.expiresOn) < dayNumber(neededUntil)) problems.push("expires-too-early");
  if (rule.issuedWithinYears !== undefined) {
    if (passport.issuedOn === undefined) problems.push("issue-date-unknown");
    else if (dayNumber(plusMonths(passport.issuedOn, 12 * rule.issuedWithinYears)) < dayNumber(trip.entry)) problems.push("issued-too-long-ago");
  }
  const sure = problems.filter((problem) => problem !== "issue-date-unknown");
  return {
    valid: sure.length > 0 ? false : problems.length > 0 ? null : true,
    neededUntil,
    problems,
    assumed: known === undefined,
    sources: [rule.source],
    note: "Countries change this without notice and treat nationalities differently: the embassy's own page counts. A visa or travel permission is a question of its own.",
  };
}
