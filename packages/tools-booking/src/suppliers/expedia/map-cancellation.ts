import type { Money } from "@travelagent/protocol";
import { addDays, localToUtc } from "../../geography/index.ts";
import { add, multiply, sum } from "../../money.ts";
import type { CancellationStep } from "../../offer.ts";
import { cancellationSteps, type PenaltyFrom } from "../cancellation-steps.ts";
import { moneyOf } from "../http/index.ts";
import { nightsOf } from "./map-price.ts";
import type { CancelPenalty, DateRange, Pricing } from "./wire.ts";

/** What Rapid says about cancelling a stay, kept as it came, so that it can be worked out again at another price. */
export interface CancelRules {
  refundable: boolean;
  penalties: CancelPenalty[];
  nonrefundable: DateRange[];
}

export interface Stay {
  /** YYYY-MM-DD. */
  checkIn: string;
  /** ISO UTC. */
  checkInUtc: string;
  timeZone: string;
  rooms: readonly Pricing[];
  total: Money;
}

/** With an offset as it should be; without one it is meant at the house. */
const instant = (text: string, timeZone: string): number =>
  /(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : localToUtc(text.replace(/\.\d+$/, "").slice(0, 19), timeZone);

/** Amount, nights and per cent are charged together where more than one is there. They count for each room, as rooms are cancelled one by one. */
function costOf(penalty: CancelPenalty, nights: readonly Money[], { rooms, total }: Stay): Money {
  const { currency } = total;
  const parts: Money[] = [];
  if (penalty.amount !== undefined) {
    // Nothing here converts, so what is in another currency counts as everything rather than as too little.
    if ((penalty.currency ?? currency) !== currency) return total;
    parts.push(multiply(moneyOf(penalty.amount, currency), { numerator: BigInt(rooms.length), denominator: 1n }));
  }
  if (penalty.nights !== undefined) parts.push(sum(nights.slice(0, Number(penalty.nights)), currency));
  if (penalty.percent !== undefined) {
    const hundredths = Math.round(Number.parseFloat(String(penalty.percent)) * 100);
    parts.push(multiply(total, { numerator: BigInt(hundredths), denominator: 10_000n }));
  }
  return sum(parts, currency);
}

/**
 * The canonical steps. Nights within a non-refundable range, its last day included, are lost whatever else holds. After the last
 * window, and from check-in on, everything is lost.
 */
export function cancellationOf({ refundable, penalties, nonrefundable }: CancelRules, stay: Stay, now: number): CancellationStep[] {
  const { total, timeZone } = stay;
  const nights = nightsOf(stay.rooms, total.currency);
  const windows = penalties
    .map((penalty) => ({ penalty, at: instant(penalty.start, timeZone), end: penalty.end === undefined ? undefined : instant(penalty.end, timeZone) }))
    .sort((a, b) => a.at - b.at);
  const open = windows.some(({ at, end }) => at <= now && (end === undefined || end > now));
  if (!refundable && !open && nonrefundable.length === 0) return cancellationSteps([{ at: Number.NEGATIVE_INFINITY, penalty: total }], total, now);
  const lost = sum(
    nights.filter((_, i) => nonrefundable.some(({ start, end }) => start <= addDays(stay.checkIn, i) && addDays(stay.checkIn, i) <= end)),
    total.currency,
  );
  const rules: PenaltyFrom[] = [{ at: Number.NEGATIVE_INFINITY, penalty: lost }];
  for (const [i, { penalty, at, end }] of windows.entries()) {
    rules.push({ at, penalty: add(lost, costOf(penalty, nights, stay)) });
    const next = windows[i + 1]?.at;
    if (end !== undefined && next !== undefined && next > end) rules.push({ at: end, penalty: lost });
    if (end !== undefined && next === undefined) rules.push({ at: end, penalty: total });
  }
  const arrival = Date.parse(stay.checkInUtc);
  return cancellationSteps([...rules.filter(({ at }) => at < arrival), { at: arrival, penalty: total }], total, now);
}
