import { spokenMoney } from "./amounts.ts";
import { spoken } from "./calendar.ts";
import type { Vertical } from "./intents.ts";
import type { Missing } from "./party.ts";
import type { BookingReading, OfferReading, OutcomeReading, PendingReading } from "./readings.ts";
import { capital, list } from "./text.ts";
import { noun, numbered } from "./wording.ts";

/** The wording. Plain text without markup, short, no lists of what a card shows anyway. */

export const ability = "I can search and book flights, hotels and rental cars, change or cancel a booking, tell you its status, or bring in a colleague.";
export const greeting = (agencyName: string | undefined): string =>
  `Hello${agencyName ? ` and welcome to ${agencyName}` : ""}! ${ability} Where would you like to go?`;
export const help = (agencyName: string | undefined): string =>
  `I am the automatic travel concierge${agencyName ? ` of ${agencyName}` : ""}. ${ability} For example: "a flight from Barcelona to Lisbon on 12 March for two", or "a hotel in Rome from 3 to 6 May".`;
export const outOfScope = `I am sorry, I can only help with travel. ${ability}`;
export const englishOnly =
  'I am sorry, I only understand English. Please write in plain English, for example: "a flight from Madrid to Paris on 12 March for two".';
export const emergency =
  "I can only help with travel. If somebody is ill or in danger, please call the emergency services now: 112 in most of Europe, 911 in North America.";
export const noMail =
  "I do not send e-mails: the confirmation is the card here in the chat, with your reference. Ask me for your bookings any time to see it again.";
export const sorry = "I am sorry about that. Shall I bring in a colleague? Answer yes and I pass the conversation on.";
export const unclear = `I am sorry, I did not quite understand. ${ability}`;
export const adviceRefused = (canHandOver: boolean): string =>
  `I would rather not guess: I can search, book, change and cancel flights, hotels and rental cars, but I have no reliable answer to that.${canHandOver ? ' Shall I bring in a colleague? Just say "talk to a person".' : ""}`;
export const cardWarning = "For your safety, please do not send card numbers in this chat. I do not need one, and I have not used it.";

// ---- travellers --------------------------------------------------------------------------------------------------------

export const chosenNote = (offer: OfferReading): string => `Good choice: ${offer.title} for ${spokenMoney(offer.price)}.`;

/** What suppliers want to know beyond names and an e-mail address. */
const askNeeds = ({ adultBirths, genders, births, phone }: Missing, total: number): string[] => [
  ...(adultBirths === 0 ? [] : [total === 1 ? "the date of birth" : births.length > 0 ? "those of the adults" : "everybody's date of birth"]),
  ...(genders === 0 ? [] : [total === 1 ? "the gender in the passport (female, male or X)" : "each one's gender in the passport (female, male or X)"]),
  ...(phone ? ["a telephone number with its country code, such as +34"] : []),
];

export function askTravellers(missing: Missing, known: number, carOnly: boolean): string {
  if (missing.mismatch) {
    const { traveller, age } = missing.mismatch;
    return `With that birth date ${traveller.givenName} will be ${age} on the day of travel, which is not what we searched for. Answer "yes" and I search again with that age, or send me the right birth date.`;
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
        : `the birth dates of the children (ages ${list(missing.births.map((age) => (age < 1 ? "under 1" : String(age))))})`,
    );
  asks.push(...askNeeds(missing, total));
  if (missing.email) asks.push(asks.length > 0 ? "an e-mail address for the booking" : "an e-mail address for the booking; suppliers ask for one");
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
  const total = !pending.total
    ? ""
    : pending.tool === "create_booking"
      ? ` The total is ${spokenMoney(pending.total)}.`
      : pending.tool === "modify_booking" && Number(pending.total.amount) > 0
        ? ` With the difference of price you pay ${spokenMoney(pending.total)} now.`
        : "";
  if (pending.kind === "approval")
    return `A colleague has to approve this first.${total}${penalty} I have passed it on, and you will hear from us as soon as it is decided. Nothing is ${pastOf(verb)} until then.`;
  return `Please check the details shown.${pending.tool === "modify_booking" ? `${penalty}${total}` : `${total}${penalty}`} Answer "yes" and I will ${verb} it; with "no", or without an answer, nothing is ${pastOf(verb)}.`;
}

const pastOf = (verb: string): string => (verb === "book" ? "booked" : verb === "change" ? "changed" : verb === "cancel" ? "cancelled" : "done");

export function outcomeReply({ status, booking, penalty, refund, note }: OutcomeReading): string {
  const { reference } = booking;
  const fee = penalty && Number(penalty.amount) > 0 ? ` The fee is ${spokenMoney(penalty)}.` : "";
  const back = refund && Number(refund.amount) > 0 ? ` ${spokenMoney(refund)} will be refunded.` : "";
  const extra = note ? ` ${note}` : "";
  switch (status) {
    case "booked":
      return `All done: your booking reference is ${reference}. Everything is on the card; ask me any time to see it again.${extra} ${anythingElse(booking)}`;
    case "held":
      return `It is held for you under the reference ${reference}${booking.paymentTimeLimit ? `, to be paid by ${timeLimit(booking.paymentTimeLimit)}` : ""}. It is not ticketed yet.${extra}`;
    case "changed":
      return `Your booking ${reference} is changed.${fee}${back}${extra}`;
    case "cancelled":
      return `Your booking ${reference} is cancelled.${fee}${back || (refund ? " Nothing will be refunded." : "")}${extra}`;
    case "awaiting-payment":
      return `One step is left for ${reference}: the payment.${extra}`;
    case "unknown":
      return `The supplier has not answered clearly yet, so we are checking whether it went through (reference ${reference}). I will not send it twice, and you will hear from us as soon as we know.${extra} Please do not book it elsewhere meanwhile.`;
    case "needs-person":
      return `A colleague is taking care of this personally and will get back to you (reference ${reference}).${extra}`;
  }
}

/** Offers what the trip does not have yet. */
function anythingElse({ items }: BookingReading): string {
  const others = (["hotel", "car"] as const).filter((kind) => items.every((item) => item.kind !== kind));
  return others.length > 0
    ? `Is there anything else, such as ${list(
        others.map((kind) => `a ${noun(kind)}`),
        "or",
      )}?`
    : "Is there anything else I can do for you?";
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
  `What in booking ${reference} would you like to change?\n${numbered(verticals.map((vertical) => `the ${noun(vertical)}`))}`;
export const noSuchBooking = (reference: string | undefined): string =>
  reference
    ? `I cannot find a booking ${reference} of yours. Please check the reference, or say "talk to a person" and a colleague will look.`
    : "I find no booking of yours that could be changed or cancelled. Do you have a booking reference?";
export const wholeOnly = ({ reference, items }: BookingReading): string =>
  `Booking ${reference} is one trip with ${list(items.map(({ kind }) => `a ${noun(kind)}`))}, and I can only cancel it as a whole. Say "cancel everything" if that is fine, or "talk to a person" to cancel a part.`;
export const askNewDate = (reference: string, vertical: Vertical): string =>
  `Of course. To which date shall I move the ${noun(vertical)} of booking ${reference}?`;

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
