import { monthOf } from "./calendar.ts";
import type { Place } from "./gazetteer.ts";
import { liesIn } from "./places.ts";
import type { Question, State } from "./state.ts";
import { count, normalise, ordinalWord, toNumber, toOrdinal } from "./text.ts";
import type { Understanding } from "./understanding.ts";

/** The number of an option: "2", "the second one", "option 1". */
function optionNumber(text: string): number | undefined {
  const match = new RegExp(
    `^\\s*(?:(?:the|option|number|no\\.?|#|it's|i|mean|meant|take|choose|please)\\s*)*(\\d{1,2}|${count}|${ordinalWord}|\\d(?:st|nd|rd|th))(?:\\s*(?:one|option|please|\\)|\\.))*\\s*[.!]?\\s*$`,
  ).exec(text);
  return match ? (toNumber(match[1]!) ?? toOrdinal(match[1]!)) : undefined;
}

/** Takes a message as the answer to a question with options. Returns whether it was one. */
export function answerQuestion(state: State, said: Understanding): boolean {
  const asked = state.asked;
  switch (asked?.kind) {
    case "place":
      return answerPlace(state, asked, said);
    case "day":
      return answerDay(state, asked, said);
    case "booking": {
      const n = optionNumber(said.text);
      const reference =
        (said.ids.reference && asked.references.includes(said.ids.reference) ? said.ids.reference : undefined) ??
        (n === undefined ? undefined : asked.references[n - 1]);
      const typed = asked.references.find((one) => said.text.includes(one.toLowerCase()));
      const found = reference ?? typed;
      if (!found || (state.goal.kind !== "cancel" && state.goal.kind !== "change")) return false;
      state.goal.reference = found;
      return true;
    }
    case "item": {
      const n = optionNumber(said.text);
      const vertical = said.intents.verticals.find((one) => asked.verticals.includes(one)) ?? (n === undefined ? undefined : asked.verticals[n - 1]);
      if (!vertical || state.goal.kind !== "change") return false;
      state.goal.vertical = vertical;
      return true;
    }
    default:
      return false;
  }
}

function answerPlace(state: State, asked: Extract<Question, { kind: "place" }>, { text, intents, places }: Understanding): boolean {
  const settle = (place: Place | undefined): boolean => {
    if (!place) return false;
    const namesakes = asked.options.some((option) => option !== place && option.name === place.name);
    state.slots[asked.vertical][asked.slot] = { place, ...(namesakes ? { namesakes } : {}) };
    return true;
  };
  const n = optionNumber(text);
  if (n !== undefined) return settle(asked.options[n - 1]);
  if (asked.options.length === 1 && intents.yes) return settle(asked.options[0]);
  if (intents.no && places.length === 0) {
    delete state.slots[asked.vertical][asked.slot];
    return true;
  }
  const named = places.flatMap(({ candidates }) => candidates).filter((place) => asked.options.some((option) => option.code === place.code));
  if (named.length === 1) return settle(named[0]);
  const words = text
    .replace(/[^\p{L}\p{N} ]/gu, " ")
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 12);
  const phrases = words.flatMap((_, at) => [1, 2, 3].map((length) => words.slice(at, at + length).join(" ")));
  const inside = asked.options.filter((option) =>
    phrases.some(
      (phrase) =>
        phrase.length > 1 &&
        (liesIn(option, phrase) ||
          normalise(option.name) === phrase ||
          option.code.toLowerCase() === phrase ||
          option.airports.some((code) => code.toLowerCase() === phrase)),
    ),
  );
  return inside.length === 1 && settle(inside[0]);
}

function answerDay(state: State, asked: Extract<Question, { kind: "day" }>, { text, intents, dates }: Understanding): boolean {
  const settle = (day: string | undefined): boolean => {
    if (!day) return false;
    const slots = state.slots[asked.vertical];
    slots[asked.slot] = { day };
    // Who writes the day first does so in both dates.
    const { end } = slots;
    const same = asked.slot === "start" && end && "said" in end && end.why === "ambiguous" ? end.options[asked.options.indexOf(day)] : undefined;
    if (same) slots.end = { day: same };
    return true;
  };
  const n = optionNumber(text);
  if (n !== undefined) return settle(asked.options[n - 1]);
  if (asked.options.length === 1 && intents.yes && dates.mentions.length === 0) return settle(asked.options[0]);
  const [mention] = dates.mentions;
  const spec = mention?.spec;
  // "April" is enough to tell 3 April from 4 March.
  const months = spec?.kind === "month" ? [spec.month] : spec?.kind === "dayMonth" && spec.year === undefined ? [spec.month] : [];
  const fitting = asked.options.filter(
    (option) => months.includes(monthOf(option)) && (spec?.kind !== "dayMonth" || Number(option.slice(8)) === spec.dayOfMonth),
  );
  return fitting.length === 1 && settle(fitting[0]);
}
