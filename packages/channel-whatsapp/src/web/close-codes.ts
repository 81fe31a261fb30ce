/** What to do about a connection that WhatsApp, or the network, has closed. */
export type CloseAction =
  /** At once: it asked for it, as after being connected. */
  | "restart"
  /** Again after a pause that grows. */
  | "retry"
  /** With the newest version of the protocol, after a pause. */
  | "refresh"
  /** Another program has the session: two would throw each other out for ever. A person decides. */
  | "stop"
  /** The phone has removed us: only connecting anew helps. */
  | "logged-out";

export interface CloseMeaning {
  action: CloseAction;
  /** For people. */
  reason: string;
}

const meanings: Readonly<Record<number, CloseMeaning>> = {
  515: { action: "restart", reason: "WhatsApp asked for a restart of the connection" },
  428: { action: "retry", reason: "the connection was closed" },
  408: { action: "retry", reason: "the connection was lost" },
  440: { action: "stop", reason: "another program uses this session of WhatsApp; end it there, then restart the gateway" },
  401: { action: "logged-out", reason: "the phone has removed this gateway; connect it again" },
  403: { action: "logged-out", reason: "WhatsApp does not let this number in; look at the phone, then connect it again" },
  419: { action: "logged-out", reason: "the session is not valid any more; connect it again" },
  411: { action: "retry", reason: "the phone and WhatsApp do not agree about connected devices" },
  405: { action: "refresh", reason: "WhatsApp does not take this version of the protocol any more" },
};

/** What a code means. Those of a server in trouble, and those nobody knows, are tried again, slower and slower. */
export const closeMeaning = (code: number | undefined): CloseMeaning =>
  (code === undefined ? undefined : meanings[code]) ?? { action: "retry", reason: `WhatsApp closed the connection${code === undefined ? "" : ` (${code})`}` };

/** Not more often than this, but for the restart that belongs to being connected. */
export const leastPauseMs = 5_000;
const longestPauseMs = 300_000;

export interface Attempt {
  /** In a row, this one counted; messages did not flow in between. */
  failures: number;
  sinceLastAttemptMs: number;
  /** Messages flowed on the connection that was closed. */
  wasOpen: boolean;
  /** In [0, 1): half of a pause is by chance. */
  random: number;
}

/** The pause before the next attempt. */
export function pauseMs({ action }: Pick<CloseMeaning, "action">, { failures, sinceLastAttemptMs, wasOpen, random }: Attempt): number {
  // What belongs to being connected, once.
  if (action === "restart" && failures <= 1 && !wasOpen) return 0;
  const least = Math.max(0, leastPauseMs - sinceLastAttemptMs);
  if (action === "restart" && failures <= 1) return least;
  const whole = Math.min(longestPauseMs, leastPauseMs * 2 ** Math.min(failures - 1, 10));
  return Math.max(least, Math.round(whole / 2 + (whole / 2) * random));
}
