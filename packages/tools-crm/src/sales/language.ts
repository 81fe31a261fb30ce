/**
 * How one language makes a promise and names a time. Every expression is the source of a regular expression over text in lower case
 * without accents, in which an apostrophe is always `'`.
 */
export interface PromiseLanguage {
  id: "en" | "de" | "es" | "fr" | "pt" | "it";
  /** Somebody of the agency will come back to the customer: a promise, with or without a time. */
  firm: readonly string[];
  /** Somebody will do something: a promise when it names a time. */
  timed: readonly string[];
  /** It waits for the customer, so no time runs yet. */
  conditional: string;
  /** It is said that it is not done: what stands right before the words of a promise, or among them. */
  denied: { before?: string; within?: string };
  time: TimeWords;
}

export interface TimeWords {
  today: string;
  tomorrow: string;
  dayAfterTomorrow: string;
  /** Monday first. */
  weekdays: readonly string[];
  /** January first. */
  months: readonly string[];
  /** Day and month, with groups `day` and `month`; `MONTH` stands for every name of a month. */
  dates: readonly string[];
  morning: string;
  noon: string;
  afternoon: string;
  evening: string;
  endOfDay: string;
  endOfWeek: string;
  nextWeek: string;
  /** What comes before a span of time: `within`. */
  within: string;
  units: { minute: string; hour: string; day: string; businessDay: string; week: string };
  numbers: Readonly<Record<string, number>>;
  /** Time of day with groups `hour`, and maybe `minute` and `half` (am or pm). */
  clock: readonly string[];
  /** Strictly before the day that follows. */
  before: string;
  /** At once. */
  now: string;
}
