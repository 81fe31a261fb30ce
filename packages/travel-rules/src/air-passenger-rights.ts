import { type Answer, noPromise, type Source } from "./source.ts";

/** Which rules: the European Union's (with Iceland, Norway and Switzerland), or the United Kingdom's. */
export type Regime = "EU261" | "UK261";

export interface DisruptedFlight {
  /** Great circle between the first airport and the last of the booking, in kilometres. */
  distanceKm: number;
  /** ISO 3166 alpha-2 of the airports. */
  departureCountry: string;
  arrivalCountry: string;
  /** Where the operating airline has its licence, alpha-2. */
  carrierCountry: string;
  event:
    | { kind: "delayed"; arrivalDelayMinutes: number }
    | {
        kind: "cancelled";
        /** Days between being told and the scheduled departure. */
        noticeDays: number;
        /** The flight offered instead: minutes it leaves before, and arrives after, the old one. */
        rerouting?: { leavesEarlierMinutes: number; arrivesLaterMinutes: number };
      }
    | { kind: "denied-boarding"; rerouting?: { arrivesLaterMinutes: number } };
  /** Whether something beyond the airline's control caused it, such as weather or air traffic control. Null: not known. */
  extraordinary: boolean | null;
}

export interface PassengerRights extends Answer {
  /** Null where neither set of rules covers the flight. */
  regime: Regime | null;
  /** For each traveller with a seat. Null where nothing is due. */
  compensation: { amount: string; currency: "EUR" | "GBP"; halved: boolean } | null;
  /** What decides, in words for the customer. */
  reasons: string[];
  /** Choice between money back within seven days and another flight. */
  refundOrRerouting: boolean;
  /** Meals, calls, and a hotel when a night comes between. */
  care: boolean;
}

/** Thresholds and amounts of one version of the rules: they are data, because they change. */
export interface RightsTable {
  regime: Regime;
  source: Source;
  currency: "EUR" | "GBP";
  /** Ascending; the first whose `upToKm` is not below the distance counts. */
  bands: readonly { upToKm: number; amount: string; careAfterMinutes: number; halvedWithinMinutes: number }[];
  /** Flights inside the area never count as longer than this band. Kilometres. */
  insideAreaAtMostKm: number | null;
  /** Delay at arrival from which money is due. Minutes. */
  delayMinutes: number;
  /** Delay of the longest band below which half is due. Minutes; null where none. */
  longHaulHalfBelowMinutes: number | null;
}

/** Regulation (EC) No 261/2004, Articles 5 to 9, with the Court's Sturgeon line on delays (C-402/07): three hours at arrival. */
export const eu261: RightsTable = {
  regime: "EU261",
  source: { name: "Regulation (EC) No 261/2004, Articles 5 to 9; CJEU C-402/07 Sturgeon", asOf: "2026-11-21" },
  currency: "EUR",
  bands: [
    { upToKm: 1500, amount: "250.00", careAfterMinutes: 120, halvedWithinMinutes: 120 },
    { upToKm: 3500, amount: "400.00", careAfterMinutes: 180, halvedWithinMinutes: 180 },
    { upToKm: Number.POSITIVE_INFINITY, amount: "600.00", careAfterMinutes: 240, halvedWithinMinutes: 240 },
  ],
  insideAreaAtMostKm: 3500,
  delayMinutes: 180,
  longHaulHalfBelowMinutes: 240,
};

/** The retained regulation as amended by SI 2019/278; amounts in pounds. */
export const uk261: RightsTable = {
  regime: "UK261",
  source: { name: "Regulation (EC) No 261/2004 as retained in UK law (SI 2019/278)", asOf: "2026-11-21" },
  currency: "GBP",
  bands: [
    { upToKm: 1500, amount: "220.00", careAfterMinutes: 120, halvedWithinMinutes: 120 },
    { upToKm: 3500, amount: "350.00", careAfterMinutes: 180, halvedWithinMinutes: 180 },
    { upToKm: Number.POSITIVE_INFINITY, amount: "520.00", careAfterMinutes: 240, halvedWithinMinutes: 240 },
  ],
  insideAreaAtMostKm: null,
  delayMinutes: 180,
  longHaulHalfBelowMinutes: 240,
};

/**
 * EU member states, those of their regions that have country codes of their own and in which the Treaties apply (Articles 349 and 355(1)
 * and (4) TFEU: the French overseas departments, Saint-Martin, Åland), and Iceland, Norway and Switzerland, which apply the same rules.
 */
const area = new Set("AT BE BG HR CY CZ DK EE FI AX FR GF GP MF MQ RE YT DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS NO CH".split(" "));

/** Article 3: all flights from the area, and into it those of its airlines. The UK's own rules also cover EU airlines into the UK. */
export function regimeOf({ departureCountry, arrivalCountry, carrierCountry }: DisruptedFlight): Regime | null {
  if (area.has(departureCountry)) return "EU261";
  if (departureCountry === "GB") return "UK261";
  if (area.has(arrivalCountry) && area.has(carrierCountry)) return "EU261";
  return arrivalCountry === "GB" && (carrierCountry === "GB" || area.has(carrierCountry)) ? "UK261" : null;
}

type Band = RightsTable["bands"][number];

/** Whether a cancellation was announced early enough, or replaced closely enough, that no money is due (Article 5(1)(c)). */
function cancelledInTime({ noticeDays, rerouting }: Extract<DisruptedFlight["event"], { kind: "cancelled" }>): string | undefined {
  if (noticeDays >= 14) return "it was announced at least two weeks before";
  if (!rerouting) return undefined;
  const { leavesEarlierMinutes, arrivesLaterMinutes } = rerouting;
  if (noticeDays >= 7 && leavesEarlierMinutes <= 120 && arrivesLaterMinutes < 240)
    return "it was announced at least a week before and the other flight is close to it";
  if (noticeDays < 7 && leavesEarlierMinutes <= 60 && arrivesLaterMinutes < 120)
    return "the other flight leaves at most an hour earlier and arrives less than two hours later";
  return undefined;
}

/** Half, where the other flight arrives soon enough after the old one (Article 7(2)), or a long flight is late by less than four hours. */
function isHalved({ event }: DisruptedFlight, band: Band, table: RightsTable): boolean {
  if (event.kind === "delayed")
    return band.upToKm === Number.POSITIVE_INFINITY && table.longHaulHalfBelowMinutes !== null && event.arrivalDelayMinutes < table.longHaulHalfBelowMinutes;
  return event.rerouting !== undefined && event.rerouting.arrivesLaterMinutes <= band.halvedWithinMinutes;
}

const half = (amount: string): string => (Number(amount) / 2).toFixed(2);

function whyNothing({ event, extraordinary }: DisruptedFlight, table: RightsTable): string | undefined {
  if (event.kind === "delayed" && event.arrivalDelayMinutes < table.delayMinutes) return `it arrived less than ${table.delayMinutes / 60} hours late`;
  const inTime = event.kind === "cancelled" ? cancelledInTime(event) : undefined;
  if (inTime) return inTime;
  // Being denied boarding against one's will is the airline's own choice, whatever the reason (Article 4(3)).
  return extraordinary === true && event.kind !== "denied-boarding" ? "extraordinary circumstances caused it" : undefined;
}

/** What the rules give each traveller of a disrupted flight. Amounts are before anything the airline already paid. */
export function airPassengerRights(flight: DisruptedFlight, tables: Readonly<Record<Regime, RightsTable>> = { EU261: eu261, UK261: uk261 }): PassengerRights {
  const regime = regimeOf(flight);
  if (!regime)
    return {
      regime: null,
      compensation: null,
      reasons: ["neither the European nor the British rules cover this flight; the airline's own conditions and local law count"],
      refundOrRerouting: false,
      care: false,
      sources: [tables.EU261.source, tables.UK261.source],
      note: noPromise,
    };
  const table = tables[regime];
  const inside = regime === "EU261" && area.has(flight.departureCountry) && area.has(flight.arrivalCountry);
  const counted = inside && table.insideAreaAtMostKm !== null ? Math.min(flight.distanceKm, table.insideAreaAtMostKm) : flight.distanceKm;
  const band = table.bands.find(({ upToKm }) => counted <= upToKm)!;
  const { event } = flight;
  const late = event.kind === "delayed" ? event.arrivalDelayMinutes : undefined;
  const nothing = whyNothing(flight, table);
  const halved = isHalved(flight, band, table);
  return {
    regime,
    compensation: nothing ? null : { amount: halved ? half(band.amount) : band.amount, currency: table.currency, halved },
    reasons: [
      nothing
        ? `no compensation: ${nothing}`
        : `${Math.round(flight.distanceKm)} km${inside && flight.distanceKm > counted ? ", inside the European Union" : ""}`,
      ...(nothing ? [] : halved ? ["halved, because the replacement or the delay stays within the rules' shorter limit"] : []),
      ...(!nothing && flight.extraordinary === null ? ["only if no extraordinary circumstances caused it, which the airline has to show"] : []),
    ],
    refundOrRerouting: late === undefined || late >= 300,
    care: late === undefined || late >= band.careAfterMinutes,
    sources: [table.source],
    note: noPromise,
  };
}
