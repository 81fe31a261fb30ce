import { type Money, TravelAgentError } from "@travelagent/protocol";
import { amountOf, minor, sayMoney } from "./amounts.ts";
import { type Bar, escapeHtml, svgBars, textBars } from "./charts.ts";
import type { EffectCount, Effects } from "./effects.ts";
import type { PriceHistory } from "./price-history.ts";
import type { TravelJobServices } from "./services.ts";
import { isSure, type Trip, type TripItem } from "./trip.ts";
import { dayIn, instantOf, limitEnd, sayIn } from "./zoned.ts";

/** The agency's figures of one day. No names: it is read on many screens. */
export interface Digest {
  /** YYYY-MM-DD, on the agency's calendar. */
  date: string;
  timeZone: string;
  bookings: { made: number; cancelled: number; sales: Money[] };
  travelling: { leaving: number; underway: number; nextSevenDays: number };
  money: { open: Money[]; overdue: number };
  work: { needsPerson: number; tasksOpen: number; tasksOverdue: number; unansweredChanges: number };
  /** Limits that end within a day and a half after the day. */
  limits: { reference: string; until: string; what: string }[];
  prices: { looks: number; priced: number; drops: number };
  /** What the jobs did. */
  jobs: EffectCount[];
  /** Bookings made on each of the last fourteen days. */
  fortnight: { date: string; made: number }[];
}

export interface Digests {
  /** Figures of that day, as the bookings stand now. Raises `INVALID_REQUEST` for what is no day. */
  of(date: string): Promise<Digest>;
  /** The day before that instant. */
  yesterday(now: number): string;
}

export interface DigestOptions {
  services: Pick<TravelJobServices, "trips" | "tasks">;
  effects: Effects;
  history: PriceHistory;
  /** IANA zone of the agency. */
  timeZone: string;
}

const dayMs = 86_400_000;
const fortnightDays = 14;
const lookBackMs = 400 * dayMs;
const given = new Set(["cancelled", "voided", "refunded"]);

/** Amounts by currency. */
function total(amounts: readonly Money[]): Money[] {
  const sums = new Map<string, Money>();
  for (const amount of amounts) {
    const known = sums.get(amount.currency);
    sums.set(amount.currency, known ? amountOf(minor(known) + minor(amount), amount) : amount);
  }
  return [...sums.values()].sort((a, b) => a.currency.localeCompare(b.currency));
}

const plusDays = (date: string, days: number): string => new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);

export function createDigests({ services, effects, history, timeZone }: DigestOptions): Digests {
  return {
    yesterday: (now) => plusDays(dayIn(now, timeZone), -1),

    async of(date) {
      if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(Date.parse(`${date}T00:00:00Z`)) || plusDays(date, 0) !== date)
        throw new TravelAgentError("INVALID_REQUEST", `"${date}" is no day; write it as 2027-03-28`);
      const from = instantOf(`${date}T00:00:00`, timeZone);
      const to = instantOf(`${plusDays(date, 1)}T00:00:00`, timeZone);
      const within = (at: number): boolean => at >= from && at < to;
      const made = new Map(Array.from({ length: fortnightDays }, (_, index) => [plusDays(date, index - fortnightDays + 1), 0]));
      const sales: Money[] = [];
      const open: Money[] = [];
      const figures = { made: 0, cancelled: 0, leaving: 0, underway: 0, nextSevenDays: 0, overdue: 0, needsPerson: 0, unansweredChanges: 0 };
      const limits: (Digest["limits"][number] & { at: number })[] = [];
      const takeItem = (trip: Trip, item: TripItem): void => {
        const [start, end] = [Date.parse(item.start.utc), Date.parse(item.end.utc)];
        if (isSure(item)) {
          if (within(start)) figures.leaving += 1;
          if (start < to && end >= from) figures.underway += 1;
          if (start >= to && start < to + 7 * dayMs) figures.nextSevenDays += 1;
          if (item.openChange === "major") figures.unansweredChanges += 1;
        }
        const limit = item.status === "held" && item.timeLimit !== undefined ? limitEnd(item.timeLimit, item.timeLimitZone) : undefined;
        if (limit !== undefined && limit >= from && limit < to + 1.5 * dayMs)
          limits.push({ reference: trip.reference, until: sayIn(limit, item.timeLimitZone), what: item.summary, at: limit });
      };
      const take = (trip: Trip): void => {
        const day = dayIn(trip.createdAt, timeZone);
        if (made.has(day)) made.set(day, made.get(day)! + 1);
        if (within(trip.createdAt)) {
          figures.made += 1;
          sales.push(...trip.items.filter(isSure).map((item) => item.total));
        }
        if (given.has(trip.status) && within(trip.updatedAt)) figures.cancelled += 1;
        if (trip.attention !== undefined) figures.needsPerson += 1;
        if (minor(trip.due) > 0n) {
          open.push(trip.due);
          if (trip.dueAt !== undefined && trip.dueAt < to) figures.overdue += 1;
        }
        for (const item of trip.items) takeItem(trip, item);
      };
      for (let cursor: string | undefined; ; ) {
        const page = await services.trips.page({ createdSince: from - lookBackMs, ...(cursor === undefined ? {} : { cursor }) });
        page.trips.forEach(take);
        cursor = page.nextCursor;
        if (cursor === undefined) break;
      }
      const jobs = await effects.counts(from, to);
      const tasks = await services.tasks.count();
      const looks = await history.count(from, to);
      const drops = jobs
        .filter(({ job, kind, state }) => job === "price-monitoring" && kind !== "price-drop" && state === "done")
        .reduce((sum, { count }) => sum + count, 0);
      return {
        date,
        timeZone,
        bookings: { made: figures.made, cancelled: figures.cancelled, sales: total(sales) },
        travelling: { leaving: figures.leaving, underway: figures.underway, nextSevenDays: figures.nextSevenDays },
        money: { open: total(open), overdue: figures.overdue },
        work: { needsPerson: figures.needsPerson, tasksOpen: tasks.open, tasksOverdue: tasks.overdue, unansweredChanges: figures.unansweredChanges },
        limits: limits.sort((a, b) => a.at - b.at).map(({ reference, until, what }) => ({ reference, until, what })),
        prices: { ...looks, drops },
        jobs,
        fortnight: [...made].map(([day, count]) => ({ date: day, made: count })),
      };
    },
  };
}

const say = (amounts: readonly Money[]): string => (amounts.length === 0 ? "nothing" : amounts.map(sayMoney).join(", "));

const lines = ({ bookings, travelling, money, work, prices }: Digest): [string, string][] => [
  ["Bookings", `${bookings.made} made, ${bookings.cancelled} given back; sold ${say(bookings.sales)}`],
  ["Travelling", `${travelling.leaving} leave, ${travelling.underway} under way, ${travelling.nextSevenDays} in the seven days after`],
  ["Open payments", `${say(money.open)}; ${money.overdue} overdue`],
  [
    "For people",
    `${work.needsPerson} bookings, ${work.tasksOpen} tasks (${work.tasksOverdue} late), ${work.unansweredChanges} schedule changes nobody answered`,
  ],
  ["Prices", `${prices.looks} looked at, ${prices.drops} drops told`],
];

const bars = ({ fortnight }: Digest): Bar[] => fortnight.map(({ date, made }) => ({ label: date.slice(5), value: made }));

const jobLine = ({ job, kind, state, count }: EffectCount): string => `${job}: ${kind} ${state} ${count}`;

/** For a terminal or a message. */
export function digestText(digest: Digest): string {
  return [
    `Digest of ${digest.date} (${digest.timeZone})`,
    ...lines(digest).map(([what, figures]) => `${what}: ${figures}`),
    ...(digest.limits.length === 0 ? [] : ["", "Limits:", ...digest.limits.map(({ reference, until, what }) => `- ${until}  ${reference}  ${what}`)]),
    ...(digest.jobs.length === 0 ? [] : ["", "Jobs:", ...digest.jobs.map((one) => `- ${jobLine(one)}`)]),
    "",
    "Bookings made:",
    textBars(bars(digest)),
  ].join("\n");
}

/** A page that stands on its own: no script, nothing from elsewhere. */
export function digestPage(digest: Digest): string {
  const rows = lines(digest).map(([what, figures]) => `<tr><th>${escapeHtml(what)}</th><td>${escapeHtml(figures)}</td></tr>`);
  const list = (title: string, items: readonly string[]): string =>
    items.length === 0 ? "" : `<h2>${escapeHtml(title)}</h2><ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join("")}</ul>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Digest of ${escapeHtml(digest.date)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}th{text-align:left;padding-right:1.5rem;vertical-align:top}svg{width:100%}</style></head>
<body><h1>Digest of ${escapeHtml(digest.date)}</h1><p>${escapeHtml(digest.timeZone)}</p><table>${rows.join("")}</table>
<h2>Bookings made</h2>${svgBars("Bookings made on each of the last fourteen days", bars(digest))}
${list(
  "Limits",
  digest.limits.map(({ reference, until, what }) => `${until}: ${reference}, ${what}`),
)}${list("Jobs", digest.jobs.map(jobLine))}</body></html>
`;
}
