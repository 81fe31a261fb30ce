import type { Money } from "@travelagent/protocol";
import { spokenMoney } from "./amounts.ts";
import { spoken } from "./calendar.ts";
import type { Vertical } from "./intents.ts";
import { leavingThen } from "./offer-times.ts";
import type { OfferReading, SearchReading } from "./readings.ts";
import type { Party, PlaceSlot, Relaxable, Slots } from "./state.ts";
import { list, plural } from "./text.ts";
import { nameIn, partyWords } from "./wording.ts";

const sandboxNote = "Please note: these are sandbox results, demo data and no real travel.";

const cabinWords: Record<string, string> = { PREMIUM_ECONOMY: "premium economy", BUSINESS: "business class", FIRST: "first class" };

function budgetOf(value: unknown): Money | undefined {
  const { amount, currency } = (value ?? {}) as Partial<Money>;
  return typeof amount === "string" && typeof currency === "string" ? { amount, currency } : undefined;
}

function described(vertical: Vertical, slots: Slots, args: Record<string, unknown>, party: Party): string {
  const day = (value: unknown) => (typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value) ? spoken(value.slice(0, 10)) : "");
  const name = (slot: PlaceSlot | undefined, code: unknown) => (slot && "place" in slot && slot.place.code === code ? nameIn(slot)! : String(code ?? ""));
  const limit = budgetOf(args.maxTotal);
  const upTo = limit ? `, up to ${spokenMoney(limit)}` : "";
  switch (vertical) {
    case "flight": {
      const back = day(args.returnDate);
      const kind = [args.directOnly === true ? "direct flights only" : "", typeof args.cabin === "string" ? (cabinWords[args.cabin] ?? "") : ""].filter(
        Boolean,
      );
      return `from ${name(slots.origin, args.origin)} to ${name(slots.place, args.destination)} on ${day(args.departureDate)}${back ? `, back on ${back},` : ""} for ${partyWords(party)}${kind.length > 0 ? `, ${kind.join(", ")}` : ""}${upTo}`;
    }
    case "hotel": {
      const kind = [
        typeof args.rooms === "number" && args.rooms > 1 ? `${args.rooms} rooms` : "",
        typeof args.minStars === "number" ? `${plural(args.minStars, "star")} or more` : "",
        args.refundableOnly === true ? "with free cancellation" : "",
      ].filter(Boolean);
      return `in ${name(slots.place, args.place)} from ${day(args.checkIn)} to ${day(args.checkOut)} for ${partyWords(party)}${kind.length > 0 ? `, ${kind.join(", ")}` : ""}${upTo}`;
    }
    case "car": {
      const time = (value: unknown) => String(value ?? "").slice(11, 16);
      const kind = [
        typeof args.category === "string" ? (args.category === "suv" ? "SUV" : args.category) : "",
        args.automaticOnly === true ? "automatic" : "",
      ].filter(Boolean);
      return `in ${name(slots.place, args.pickUp)} from ${day(args.pickUpAt)} ${time(args.pickUpAt)} to ${day(args.dropOffAt)} ${time(args.dropOffAt)}${args.dropOff ? `, returned in ${name(slots.dropOff, args.dropOff)}` : ""}${kind.length > 0 ? `, ${kind.join(", ")}` : ""}${upTo}`;
    }
  }
}

interface OffersReply {
  search: SearchReading;
  args: Record<string, unknown>;
  slots: Slots;
  party: Party;
  sandboxFirst: boolean;
  /** The search is for a change of this booking. */
  changing?: string;
  /** Chosen before, for the same trip. */
  chosen: OfferReading[];
}

function partial({ missing, asked }: SearchReading): string {
  if (missing === 0) return "";
  return missing >= asked
    ? " No supplier could be reached."
    : ` ${missing === 1 ? "One supplier" : `${missing} suppliers`} could not be reached, so there may be more.`;
}

export function offersReply({ search, args, slots, party, sandboxFirst, changing, chosen }: OffersReply): string {
  const { offers, vertical } = search;
  const many =
    vertical === "car" ? plural(offers.length, "car") : vertical === "hotel" ? plural(offers.length, "hotel offer") : plural(offers.length, "flight");
  const cheapest = tagged(offers, "cheapest") ?? lowest(offers);
  const fastest = vertical === "flight" ? tagged(offers, "fastest") : undefined;
  const [only] = offers;
  const headline = slots.leave
    ? leavingLine(offers, slots.leave)
    : vertical === "flight" && slots.refundable
      ? refundLine(offers)
      : offers.length === 1 && only
        ? `It is ${only.title} for ${spokenMoney(only.price)}.`
        : [
            cheapest
              ? `The cheapest is number ${cheapest.number} at ${spokenMoney(cheapest.price)}${fastest && fastest.offerId === cheapest.offerId ? ", which is also the fastest" : ""}`
              : "",
            fastest && fastest.offerId !== cheapest?.offerId ? `the fastest number ${fastest.number} at ${spokenMoney(fastest.price)}` : "",
          ]
            .filter(Boolean)
            .join(", ") + (cheapest || fastest ? "." : "");
  const oneWay =
    vertical === "flight" && args.returnDate === undefined && changing === undefined && slots.roundTrip === undefined
      ? " This is one way; name a return date if you need one."
      : "";
  const choose = offers.length === 1 ? "Answer with 1 to take it" : "Answer with a number to choose";
  const then = changing ? `${choose}, and I will prepare the change of booking ${changing}.` : `${choose}, or tell me what to change.`;
  const noted = chosen.length > 0 ? `Noted: ${list(chosen.map(({ title }) => title))}. ` : "";
  return `${noted}I found ${many} ${described(vertical, slots, args, party)}. ${headline}${partial(search)}${oneWay} ${then}${sandboxFirst ? `\n${sandboxNote}` : ""}`.replaceAll(
    "  ",
    " ",
  );
}

/** More numbers than these are not read. */
const mostNumbers = 6;

/** Of flights: which give the whole money back. Other kinds are searched for it. */
function refundLine(offers: readonly OfferReading[]): string {
  const fitting = offers.filter(({ lines }) => lines.some((line) => /^refund: allowed, free/i.test(line)));
  const best = lowest(fitting) ?? fitting[0];
  return best
    ? fitting.length === 1
      ? `Number ${best.number} is refunded in full, at ${spokenMoney(best.price)}.`
      : `${fitting.length} of them are refunded in full; the cheapest of those is number ${best.number} at ${spokenMoney(best.price)}.`
    : "None of them is refunded in full.";
}

function leavingLine(offers: readonly OfferReading[], leave: NonNullable<Slots["leave"]>): string {
  const fitting = leavingThen(offers, leave);
  const best = lowest(fitting) ?? fitting[0];
  if (!best) return `None of them leaves ${leave.said}.`;
  if (fitting.length === offers.length) return `All leave ${leave.said}; the cheapest is number ${best.number} at ${spokenMoney(best.price)}.`;
  if (fitting.length === 1) return `Number ${best.number} leaves ${leave.said}, at ${spokenMoney(best.price)}.`;
  if (fitting.length > mostNumbers)
    return `${fitting.length} of them leave ${leave.said}; the cheapest of those is number ${best.number} at ${spokenMoney(best.price)}.`;
  return `Numbers ${list(fitting.map(({ number }) => String(number)))} leave ${leave.said}; the cheapest of them is number ${best.number} at ${spokenMoney(best.price)}.`;
}

const tagged = (offers: readonly OfferReading[], tag: string): OfferReading | undefined =>
  offers.find(({ tags }) => tags.some((one) => one.toLowerCase() === tag));
function lowest(offers: readonly OfferReading[]): OfferReading | undefined {
  if (new Set(offers.map(({ price }) => price.currency)).size > 1) return undefined;
  return [...offers].sort((a, b) => Number(a.price.amount) - Number(b.price.amount))[0];
}

const relaxations: Record<Relaxable, string> = {
  direct: "flights with a stop as well",
  budget: "without the price limit",
  minStars: "with fewer stars",
  refundable: "with offers that cannot be cancelled for free",
  automatic: "with manual cars as well",
  category: "for any kind of car",
  cabin: "in economy",
};

export function noOffers(search: SearchReading, args: Record<string, unknown>, slots: Slots, party: Party, relax: Relaxable | undefined): string {
  const what = search.vertical === "car" ? "no car" : search.vertical === "hotel" ? "no hotel" : "no flight";
  const proposal = relax ? `Shall I look ${relaxations[relax]}?` : "Shall we try other dates or another place nearby?";
  return `I am sorry, I found ${what} ${described(search.vertical, slots, args, party)}.${partial(search)} ${proposal}`;
}

export const nothingCheaper = (offer: OfferReading | undefined): string =>
  `I found nothing cheaper for the same request.${offer ? ` The best price remains number ${offer.number} at ${spokenMoney(offer.price)}.` : ""} Other dates may help: tell me which, or answer with a number to choose.`;

export const details = (offer: OfferReading): string =>
  `Number ${offer.number}: ${offer.title}, ${spokenMoney(offer.price)}.${offer.lines.length > 0 ? `\n${offer.lines.join("\n")}` : ""}\nAnswer with ${offer.number} to take it.`;

export const severalFit = (offers: readonly OfferReading[]): string =>
  `${offers.length > 1 ? "More than one offer fits" : "I am not sure which offer you mean"}: numbers ${list(offers.map(({ number }) => String(number)))}. Which number shall it be?`;
export const outOfRange = (n: number, offers: readonly OfferReading[]): string =>
  `There is no number ${n} in the list. ${offers.length === 1 ? "Answer with 1 to take the offer" : `Please choose a number from ${offers[0]?.number ?? 1} to ${offers.at(-1)?.number ?? offers.length}`}, or tell me what to change.`;
