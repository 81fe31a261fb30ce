/** Where an answer comes from. Rules of states change: an answer without its date is a guess. */
export interface Source {
  /** The text the rule stands in. */
  name: string;
  /** YYYY-MM-DD: when the rule was last compared with that text here. */
  asOf: string;
}

/** Every answer of this package: what it rests on, and what it is not. */
export interface Answer {
  sources: readonly Source[];
  /** For the customer, to be shown with the answer. */
  note: string;
}

export const noPromise =
  "This is arithmetic on published rules and no promise: who is liable, and what is paid, the airline, a border officer or a court decides.";
