import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import { airPassengerRights, clockNames, type DisruptedFlight, deadline, flightEmissions, passportValidity, schengenStay } from "@travelagent/travel-rules";
import * as z from "zod";
import { type Airport, airport, distanceKm } from "../geography/index.ts";

const date = z.iso.date();
const iata = z.string().regex(/^[A-Z]{3}$/);
const country = z
  .string()
  .regex(/^[A-Z]{2}$/)
  .describe("ISO alpha-2");
const minutes = z.int().min(0).max(20_000);

const Args = z.strictObject({
  question: z.enum(["passenger-rights", "schengen", "passport", "emissions", "deadline"]).describe("fill the object of that name"),
  rights: z
    .strictObject({
      from: iata,
      to: iata,
      airlineCountry: country.optional().describe("where the operating airline is licensed; needed for flights into the EU or UK from elsewhere"),
      event: z.enum(["delayed", "cancelled", "denied-boarding"]),
      arrivalDelayMinutes: minutes.optional(),
      noticeDays: z.int().min(0).max(400).optional().describe("cancelled: days between being told and departure"),
      otherFlight: z.strictObject({ leavesEarlierMinutes: minutes, arrivesLaterMinutes: minutes }).optional(),
      extraordinary: z.boolean().optional().describe("left out when the cause is not known"),
    })
    .optional(),
  schengen: z
    .strictObject({
      entry: date,
      exit: date,
      earlierStays: z
        .array(z.strictObject({ entry: date, exit: date }))
        .max(50)
        .describe("of the last 180 days"),
    })
    .optional(),
  passport: z.strictObject({ country, entry: date, exit: date, expiresOn: date, issuedOn: date.optional() }).optional(),
  emissions: z
    .strictObject({
      flights: z
        .array(z.strictObject({ from: iata, to: iata, cabin: z.enum(["ECONOMY", "PREMIUM_ECONOMY", "BUSINESS", "FIRST"]) }))
        .min(1)
        .max(12),
    })
    .optional(),
  deadline: z.strictObject({ name: z.enum(clockNames), from: date }).optional(),
});
type Args = z.infer<typeof Args>;

const missing = (what: string) => new TravelAgentError("INVALID_REQUEST", `this question needs "${what}"; give it and ask again`);

function known(code: string): Airport {
  const found = airport(code);
  if (!found) throw new TravelAgentError("INVALID_REQUEST", `${code} is no airport on record; use its IATA code`);
  return found;
}

function eventOf({ event, arrivalDelayMinutes, noticeDays, otherFlight }: NonNullable<Args["rights"]>): DisruptedFlight["event"] {
  const rerouting = otherFlight ? { rerouting: otherFlight } : {};
  if (event === "denied-boarding") return { kind: event, ...rerouting };
  if (event === "cancelled") {
    if (noticeDays === undefined) throw missing("rights.noticeDays");
    return { kind: event, noticeDays, ...rerouting };
  }
  if (arrivalDelayMinutes === undefined) throw missing("rights.arrivalDelayMinutes");
  return { kind: event, arrivalDelayMinutes };
}

function answer(args: Args): unknown {
  switch (args.question) {
    case "passenger-rights": {
      if (!args.rights) throw missing("rights");
      const [from, to] = [known(args.rights.from), known(args.rights.to)];
      return airPassengerRights({
        distanceKm: distanceKm(from, to),
        departureCountry: from.country,
        arrivalCountry: to.country,
        carrierCountry: args.rights.airlineCountry ?? "",
        event: eventOf(args.rights),
        extraordinary: args.rights.extraordinary ?? null,
      });
    }
    case "schengen": {
      if (!args.schengen) throw missing("schengen");
      return schengenStay(args.schengen, args.schengen.earlierStays);
    }
    case "passport": {
      if (!args.passport) throw missing("passport");
      const { country: to, entry, exit, expiresOn, issuedOn } = args.passport;
      return passportValidity({ expiresOn, ...(issuedOn === undefined ? {} : { issuedOn }) }, { country: to, entry, exit });
    }
    case "emissions": {
      if (!args.emissions) throw missing("emissions");
      return flightEmissions(args.emissions.flights.map(({ from, to, cabin }) => ({ distanceKm: distanceKm(known(from), known(to)), cabin })));
    }
    case "deadline": {
      if (!args.deadline) throw missing("deadline");
      return deadline(args.deadline.name, args.deadline.from);
    }
  }
}

/** Rules of travel that code can work out, so that no model answers them by heart. Every answer names its source and its date. */
export const travelRulesTool = (): Tool =>
  defineTool({
    name: "travel_rules",
    description:
      "Work out passenger rights (EU261, UK261), Schengen days, passport validity, flight emissions or a legal deadline. Tell the customer the source, its date and the note; promise nothing beyond it.",
    group: "booking",
    args: Args,
    effect: "read",
    timeoutMs: 5000,
    execute: async (args) => ({ content: { question: args.question, ...(answer(args) as object) } }),
  });
