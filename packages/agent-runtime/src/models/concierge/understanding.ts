import { type Budget, readBudget } from "./amounts.ts";
import { type Dates, readDates } from "./dates.ts";
import type { Gazetteer } from "./gazetteer.ts";
import { type Identifiers, readIdentifiers } from "./identifiers.ts";
import { type Intents, readIntents } from "./intents.ts";
import { type LeaveWish, readLeave } from "./leave.ts";
import { type PlaceMention, readPlaces } from "./places.ts";
import { blank, composed, normalise } from "./text.ts";
import { readTimes, type TimeMention } from "./times.ts";
import { type PartyMention, readParty } from "./travellers.ts";
import { hasWishes, readWishes, type Wishes } from "./wishes.ts";

/** One message, read by itself: what it says, not yet what it means in the conversation. */
export interface Understanding {
  raw: string;
  /** Normalised; positions are those of `raw`. */
  text: string;
  /** `text` without what was recognised, places included. */
  rest: string;
  intents: Intents;
  ids: Identifiers;
  budget?: Budget;
  dates: Dates;
  times: TimeMention[];
  party?: PartyMention;
  wishes: Wishes;
  /** When a flight is to leave. */
  leave?: LeaveWish;
  places: PlaceMention[];
  /** Where the travellers are named: "the names are …". What stands there is about people, not about the trip. */
  namesAt?: number;
}

interface ReadingContext {
  /** The customer's day. */
  today: string;
  gazetteer: Gazetteer;
  /** The question before was about a place. */
  hungry: boolean;
}

const namesPattern =
  /\b(?:(?:our|my|their|the|with|passengers?'?|travell?ers?'?|guests?'?|full|driver's)\s+)*names?\s*(?:is|are|:)|\b(?:passengers?|travell?ers?|guests?)\s*(?:are\s*)?:/;

/** Each reader takes its words away, so that a sum is no date, a date no number of people, and a person no place. */
export function understand(message: string, { today, gazetteer, hungry }: ReadingContext): Understanding {
  const raw = composed(message);
  // "form Madrid to Paris": the same length, so that positions hold.
  const text = normalise(raw).replace(/\bform(?=\s+\p{L}+\s+(?:to|-)\s)/u, "from");
  const ids = readIdentifiers(raw);
  let rest = blank(text, ids.spans);
  const named = namesPattern.exec(text);
  const namesAt = named && named.index > 0 && ids.email ? named.index : undefined;
  if (namesAt !== undefined) rest = blank(rest, [{ start: namesAt, end: rest.length }]);
  const budget = readBudget(rest);
  if (budget) rest = blank(rest, [budget.span]);
  const dates = readDates(rest, today);
  for (const mention of dates.mentions) mention.said = raw.slice(mention.span.start, mention.span.end).trim();
  rest = blank(rest, dates.spans);
  const leave = readLeave(rest);
  const times = readTimes(rest);
  rest = blank(
    rest,
    times.map(({ span }) => span),
  );
  const party = readParty(rest);
  if (party) rest = blank(rest, party.spans);
  const wishes = readWishes(rest);
  rest = blank(rest, wishes.spans);
  if (leave) rest = blank(rest, [leave.span]);
  const places = readPlaces(rest, raw, gazetteer, { hungry });
  rest = blank(
    rest,
    places.map(({ span }) => span),
  );
  return {
    raw,
    text,
    rest,
    intents: readIntents(text),
    ids,
    dates,
    times,
    wishes,
    places,
    ...(budget ? { budget } : {}),
    ...(party ? { party } : {}),
    ...(leave ? { leave: leave.wish } : {}),
    ...(namesAt === undefined ? {} : { namesAt }),
  };
}

/** Whether anything was said of days, people, money or wishes. */
export const hasContent = ({ dates, wishes, party, budget }: Understanding): boolean =>
  dates.mentions.length > 0 || dates.nights !== undefined || hasWishes(wishes) || party !== undefined || budget !== undefined;
