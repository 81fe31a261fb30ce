import { type Budget, readBudget } from "./amounts.ts";
import { type Dates, readDates } from "./dates.ts";
import type { Gazetteer } from "./gazetteer.ts";
import { type Identifiers, readIdentifiers } from "./identifiers.ts";
import { type Intents, readIntents } from "./intents.ts";
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
  places: PlaceMention[];
}

interface ReadingContext {
  /** The customer's day. */
  today: string;
  gazetteer: Gazetteer;
  /** The question before was about a place. */
  hungry: boolean;
}

/** Each reader takes its words away, so that a sum is no date, a date no number of people, and a person no place. */
export function understand(message: string, { today, gazetteer, hungry }: ReadingContext): Understanding {
  const raw = composed(message);
  const text = normalise(raw);
  const ids = readIdentifiers(raw);
  let rest = blank(text, ids.spans);
  const budget = readBudget(rest);
  if (budget) rest = blank(rest, [budget.span]);
  const dates = readDates(rest, today);
  for (const mention of dates.mentions) mention.said = raw.slice(mention.span.start, mention.span.end).trim();
  rest = blank(rest, dates.spans);
  const times = readTimes(rest);
  rest = blank(
    rest,
    times.map(({ span }) => span),
  );
  const party = readParty(rest);
  if (party) rest = blank(rest, party.spans);
  const wishes = readWishes(rest);
  rest = blank(rest, wishes.spans);
  const places = readPlaces(rest, raw, gazetteer, { hungry });
  rest = blank(
    rest,
    places.map(({ span }) => span),
  );
  return { raw, text, rest, intents: readIntents(text), ids, dates, times, wishes, places, ...(budget ? { budget } : {}), ...(party ? { party } : {}) };
}

/** Whether anything was said of days, people, money or wishes. */
export const hasContent = ({ dates, wishes, party, budget }: Understanding): boolean =>
  dates.mentions.length > 0 || dates.nights !== undefined || hasWishes(wishes) || party !== undefined || budget !== undefined;
