/** A text somebody got, as the platform keeps it. */
export interface SentSms {
  id: string;
  to: string;
  from: string;
  text: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** What the platform was asked for beside number and text, by its own names. */
  fields: Readonly<Record<string, string>>;
}

/** How the next send goes wrong. */
export type SmsFault =
  /** The platform refuses it with an answer of its own kind. */
  | { status: number; code: number | string; message?: string; retryAfter?: number }
  /** It takes place, and the answer is lost on the way. */
  | "lost"
  /** No answer comes for as long as the caller waits. */
  | "hang";
