import { spokenMoney } from "./amounts.ts";
import { longMonths, spoken } from "./calendar.ts";
import type { Place } from "./gazetteer.ts";
import type { Vertical } from "./intents.ts";
import type { Missing } from "./party.ts";
import { fullPlaceName, placeName } from "./places.ts";
import type { BookingReading, OfferReading, OutcomeReading, PendingReading, SearchReading } from "./readings.ts";
import type { DaySlot, Party, PlaceSlot, Relaxable, SlotName, Slots } from "./state.ts";
import { list, plural } from "./text.ts";

/** The wording. Plain text without markup, short, no lists of what a card shows anyway. */

const nouns: Record<Vertical, string> = { flight: "flight", hotel: "hotel", car: "rental car" };
export const noun = (vertical: Vertical): string => nouns[vertical];

export const sandboxNote = "Please note: these are sandbox results, demo data and no real travel.";

export const ability = "I can search and book flights, hotels and rental cars, change or cancel a booking, tell you its status, or bring in a colleague.";
export const greeting = (agencyName: string | undefined): string =>
  `Hello${agencyName ? ` and welcome to ${agencyName}` : ""}! ${ability} Where would you like to go?`;
export const help = (agencyName: string | undefined): string =>
  `I am the automatic travel concierge${agencyName ? ` of ${agencyName}` : ""}. ${ability} For example: "a flight from Barcelona to Lisbon on 12 March for two", or "a hotel in Rome from 3 to 6 May".`;
export const outOfScope = `I am sorry, I can only help with travel. ${ability}`;
export const unclear = `I am sorry, I did not quite understand. ${ability}`;
export const adviceRefused = (canHandOver: boolean): string =>
  `I would rather not guess: I can search, book, change and cancel flights, hotels and rental cars, but I have no reliable answer to that.${canHandOver ? ' Shall I bring in a colleague? Just say "talk to a person".' : ""}`;
export const cardWarning = "For your safety, please do not send card numbers in this chat. I do not need one, and I have not used it.";

// ---- questions ---------------------------------------------------------------------------------------------------------

const partyWords = (party: Party): string => {
  const adults = party.adults ?? 1;
  const words = plural(adults, "adult");
  if (party.ages.length === 0) return words;
  return `${words} and ${plural(party.ages.length, "child", "children")} (${list(party.ages.map((age) => (age < 1 ? "under 1" : String(age))))})`;
};

const nameIn = (slot: PlaceSlot | undefined): string | undefined =>
  slot && "place" in slot ? (slot.namesakes ? fullPlaceName(slot.place) : placeName(slot.place)) : undefined;

/** What is known already, so that a question shows that it was heard. */
function known(vertical: Vertical, slots: Slots): string {
  const place = nameIn(slots.place);
  const origin = vertical === "flight" ? nameIn(slots.origin) : undefined;
  const start = slots.start && "day" in slots.start ? spoken(slots.start.day) : undefined;
  const where = vertical === "flight" ? `${origin ? ` from ${origin}` : ""}${place ? ` to ${place}` : ""}` : place ? ` in ${place}` : "";
  return `${nouns[vertical]}${where}${start ? `${vertical === "flight" ? " on" : " from"} ${start}` : ""}`;
}

const whatFor: Record<Vertical, Record<SlotName, string>> = {
  flight: {
    origin: "which city you leave from",
    place: "where you would like to fly",
    dropOff: "",
    start: "on which date you leave",
    end: "on which date you return",
    party: "how many of you travel (with the ages of any children)",
    ages: "how old each child is",
  },
  hotel: {
    origin: "",
    place: "which city it is for",
    dropOff: "",
    start: "your check-in date",
    end: "how many nights you stay",
    party: "how many guests there are (with the ages of any children)",
    ages: "how old each child is",
  },
  car: {
    origin: "",
    place: "where you pick the car up",
    dropOff: "where you return it",
    start: "the pick-up date",
    end: "the return date",
    party: "",
    ages: "",
  },
};

export function askSlots(vertical: Vertical, missing: readonly SlotName[], slots: Slots, party: Party): string {
  if (missing.length === 1 && missing[0] === "ages") {
    if (party.unsplit !== undefined) return `For a group of ${party.unsplit}: how many adults are you, and how old is each child?`;
    return party.agesMissing === 1
      ? "How old will the child be on the day of travel?"
      : `How old will the ${party.agesMissing} children be on the day of travel?`;
  }
  const wanted = list(missing.map((slot) => whatFor[vertical][slot]));
  return `Gladly, a ${known(vertical, slots)}. Could you tell me ${wanted}?`;
}

export const askVertical = (place: Place | undefined): string =>
  `${place ? `${placeName(place)}, lovely. ` : ""}What may I look for: a flight, a hotel or a rental car?`;

const numbered = (options: readonly string[]): string => options.map((option, index) => `${index + 1}. ${option}`).join("\n");

export function askPlace(slot: Extract<PlaceSlot, { said: string }>): string {
  const { said, options, guessed } = slot;
  if (options.length === 0) return `I do not know a city or airport called "${said}". Which city or airport (name or three-letter code) do you mean?`;
  if (guessed && options.length === 1) return `I do not know "${said}". Did you mean ${fullPlaceName(options[0]!)}?`;
  return `${guessed ? `I do not know "${said}". Did you mean one of these?` : `There is more than one ${said}. Which one do you mean?`}\n${numbered(options.map(fullPlaceName))}`;
}

export function askDay(slot: Extract<DaySlot, { said: string }>, which: "start" | "end"): string {
  const { said, why, options, month } = slot;
  switch (why) {
    case "ambiguous":
      return `"${said}" can be read in two ways. Which date do you mean?\n${numbered(options.map(spoken))}`;
    case "past":
      return options[0]
        ? `${capital(said)} has already passed. Did you mean ${spoken(options[0])}?`
        : `"${said}" is in the past. Which date would you like instead?`;
    case "month":
      return `Which day in ${month ? longMonths[month - 1] : "that month"} ${which === "start" ? "would you like to start" : "do you return"}?`;
    case "invalid":
      return `I cannot find the date "${said}" in the calendar. Which date do you mean?`;
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const endBeforeStart = (start: string, end: string): string =>
  `The end (${spoken(end)}) is not after the start (${spoken(start)}). Which end date would you like?`;
export const sameEnds = (place: Place): string => `Origin and destination are both ${placeName(place)}. Where would you like to fly to?`;
export const tooLarge = (n: number): string =>
  `For ${n} travellers a colleague needs to prepare a group booking; I can book up to nine people together. Shall I search for fewer, or would you like to talk to a person?`;

// ---- offers ------------------------------------------------------------------------------------------------------------

function described(vertical: Vertical, slots: Slots, args: Record<string, unknown>, party: Party): string {
  const day = (value: unknown) => (typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value) ? spoken(value.slice(0, 10)) : "");
  const name = (slot: PlaceSlot | undefined, code: unknown) => (slot && "place" in slot && slot.place.code === code ? nameIn(slot)! : String(code ?? ""));
  switch (vertical) {
    case "flight": {
      const back = day(args.returnDate);
      return `from ${name(slots.origin, args.origin)} to ${name(slots.place, args.destination)} on ${day(args.departureDate)}${back ? `, back on ${back},` : ""} for ${partyWords(party)}`;
    }
    case "hotel":
      return `in ${name(slots.place, args.place)} from ${day(args.checkIn)} to ${day(args.checkOut)} for ${partyWords(party)}`;
    case "car": {
      const time = (value: unknown) => String(value ?? "").slice(11, 16);
      return `in ${name(slots.place, args.pickUp)} from ${day(args.pickUpAt)} ${time(args.pickUpAt)} to ${day(args.dropOffAt)} ${time(args.dropOffAt)}${args.dropOff ? `, returned in ${name(slots.dropOff, args.dropOff)}` : ""}`;
    }
  }
}

export interface OffersReply {
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
  const headline =
    offers.length === 1 && only
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

// ---- travellers --------------------------------------------------------------------------------------------------------

export const chosenNote = (offer: OfferReading): string => `Good choice: ${offer.title} for ${spokenMoney(offer.price)}.`;

export function askTravellers(missing: Missing, known: number, carOnly: boolean): string {
  if (missing.mismatch) {
    const { traveller, age } = missing.mismatch;
    return `With that birth date ${traveller.givenName} will be ${age} on the day of travel, which is not what we searched for. Please check the birth date, or tell me the right ages and I will search again.`;
  }
  if (missing.tooMany)
    return `I have noted ${known} names, which is more than the offer is for. Please send me just the names of those who travel, or tell me the number of travellers and I will search again.`;
  const asks: string[] = [];
  const total = missing.names + known;
  if (missing.half.length > 0 && missing.names > 0) asks.push(`the full name (given and family name) of ${list(missing.half)}`);
  else if (missing.names > 0) {
    const who = carOnly
      ? "the driver's full name"
      : known === 0
        ? total === 1
          ? "the traveller's full name"
          : `the full names of ${total === 2 ? "both" : `all ${total}`} travellers`
        : missing.names === 1
          ? "the full name of the other traveller"
          : `the full names of the other ${missing.names} travellers`;
    asks.push(`${who} as in the passport`);
  }
  if (missing.births.length > 0)
    asks.push(
      missing.births.length === 1
        ? `the birth date of the child (${missing.births[0]! < 1 ? "under 1 year" : `age ${missing.births[0]}`})`
        : `the birth dates of the children (ages ${list(missing.births.map(String))})`,
    );
  if (missing.email) asks.push("an e-mail address for the confirmation");
  return `Please send me ${list(asks)}.`;
}

export const unclearBirthNote = (said: string): string => `I cannot tell day and month apart in "${said}": please write the month as a word.`;
export const localPhoneNote = "To note your phone number I would need it with the country code, such as +34; it is optional.";
export const addMore = (vertical: Vertical): string => (vertical === "flight" ? " If you also need a hotel or a car, tell me before." : "");

// ---- bookings ----------------------------------------------------------------------------------------------------------

const writeName: Record<string, string> = { create_booking: "book", modify_booking: "change", cancel_booking: "cancel" };

export function pendingReply(pending: PendingReading): string {
  const verb = writeName[pending.tool] ?? "do";
  const penalty =
    pending.penalty && Number(pending.penalty.amount) > 0
      ? ` ${pending.tool === "cancel_booking" ? "Cancelling" : "The change"} costs ${spokenMoney(pending.penalty)}.`
      : pending.penalty
        ? " There is no fee."
        : "";
  const total = pending.total && pending.tool === "create_booking" ? ` The total is ${spokenMoney(pending.total)}.` : "";
  if (pending.kind === "approval")
    return `A colleague has to approve this first.${total}${penalty} I have passed it on, and you will hear from us as soon as it is decided. Nothing is ${pastOf(verb)} until then.`;
  return `Please check the details shown.${total}${penalty} Answer "yes" and I will ${verb} it; with "no", or without an answer, nothing is ${pastOf(verb)}.`;
}

const pastOf = (verb: string): string => (verb === "book" ? "booked" : verb === "change" ? "changed" : verb === "cancel" ? "cancelled" : "done");

export function outcomeReply({ status, booking, penalty, refund, note }: OutcomeReading): string {
  const { reference } = booking;
  const costs = `${penalty && Number(penalty.amount) > 0 ? ` The fee is ${spokenMoney(penalty)}.` : ""}${refund ? ` ${Number(refund.amount) > 0 ? `${spokenMoney(refund)} will be refunded` : "Nothing will be refunded"}.` : ""}`;
  const extra = note ? ` ${note}` : "";
  switch (status) {
    case "booked":
      return `All done: your booking reference is ${reference}. The confirmation goes to your e-mail address.${extra} Is there anything else, such as a hotel or a car?`;
    case "held":
      return `It is held for you under the reference ${reference}${booking.paymentTimeLimit ? `, to be paid by ${timeLimit(booking.paymentTimeLimit)}` : ""}. It is not ticketed yet.${extra}`;
    case "changed":
      return `Your booking ${reference} is changed.${costs}${extra}`;
    case "cancelled":
      return `Your booking ${reference} is cancelled.${costs}${extra}`;
    case "unknown":
      return `The supplier has not answered clearly yet, so we are checking whether it went through (reference ${reference}). I will not send it twice, and you will hear from us as soon as we know.${extra} Please do not book it elsewhere meanwhile.`;
    case "needs-person":
      return `A colleague is taking care of this personally and will get back to you (reference ${reference}).${extra}`;
  }
}

const timeLimit = (iso: string): string => (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(iso) ? `${spoken(iso.slice(0, 10))} ${iso.slice(11, 16)} UTC` : iso);

const statusWords: Record<string, string> = {
  pending: "being processed",
  held: "held, not ticketed yet",
  confirmed: "confirmed",
  ticketed: "confirmed and ticketed",
  unknown: "being checked with the supplier",
  "cancellation-pending": "being cancelled",
  cancelled: "cancelled",
  voided: "voided",
  refunded: "refunded",
  failed: "not completed",
  "needs-human": "with a colleague",
};
const bookingLine = ({ reference, status, items, total }: BookingReading): string =>
  `${reference}: ${
    items
      .map(({ summary, start }) => summary || (start ? spoken(start.slice(0, 10)) : ""))
      .filter(Boolean)
      .join("; ") || "no items"
  }; ${statusWords[status] ?? status}${total ? `, ${spokenMoney(total)}` : ""}`;

const shown = 5;
export function statusReply(bookings: readonly BookingReading[]): string {
  if (bookings.length === 0)
    return 'I find no bookings under your name here. If you booked through another channel, a colleague can look it up: just say "talk to a person".';
  const lines = bookings.slice(0, shown).map(bookingLine);
  const more = bookings.length > shown ? `\nand ${bookings.length - shown} more.` : "";
  return `${bookings.length === 1 ? "Here is your booking" : `You have ${bookings.length} bookings`}:\n${lines.join("\n")}${more}`;
}

export const askBooking = (bookings: readonly BookingReading[], verb: "cancel" | "change"): string =>
  `Which booking would you like to ${verb}?\n${numbered(bookings.map(bookingLine))}`;
export const askItem = (reference: string, verticals: readonly Vertical[]): string =>
  `What in booking ${reference} would you like to change?\n${numbered(verticals.map((vertical) => `the ${nouns[vertical]}`))}`;
export const noSuchBooking = (reference: string | undefined): string =>
  reference
    ? `I cannot find a booking ${reference} of yours. Please check the reference, or say "talk to a person" and a colleague will look.`
    : "I find no booking of yours that could be changed or cancelled. Do you have a booking reference?";
export const wholeOnly = ({ reference, items }: BookingReading): string =>
  `Booking ${reference} is one trip with ${list(items.map(({ kind }) => `a ${nouns[kind]}`))}, and I can only cancel it as a whole. Say "cancel everything" if that is fine, or "talk to a person" to cancel a part.`;
export const askNewDate = (reference: string, vertical: Vertical): string =>
  `Of course. To which date shall I move the ${nouns[vertical]} of booking ${reference}?`;

// ---- failures ----------------------------------------------------------------------------------------------------------

const reasons: Record<string, string> = {
  PRICE_CHANGED: "The price has changed in the meantime",
  SOLD_OUT: "That offer has just sold out",
  OFFER_EXPIRED: "That offer has expired",
  OFFER_NOT_FOUND: "That offer is no longer available",
};
export const repairNote = (code: string): string => `${reasons[code] ?? "That offer is no longer available"}, and nothing was booked. I have searched again. `;

const sentence = (message: string): string => {
  const trimmed = message.trim();
  return `${capital(trimmed)}${/[.!?]$/.test(trimmed) ? "" : "."}`;
};

export function failureReply(code: string, message: string, canHandOver: boolean): string {
  const person = canHandOver ? ' If you like, a colleague can help: just say "talk to a person".' : "";
  switch (code) {
    case "POLICY_DENIED":
      return `I am sorry, I may not do this: ${sentence(message)}${person}`;
    case "OUTCOME_UNKNOWN":
      return "The supplier has not answered clearly, so we are checking whether it went through. I will not send it twice, and you will hear from us as soon as we know.";
    case "IN_PROGRESS":
      return "This is already being processed; you will hear from us in a moment. Nothing will be done twice.";
    default:
      return `I am sorry, that did not work: ${sentence(message)}${person}`;
  }
}
