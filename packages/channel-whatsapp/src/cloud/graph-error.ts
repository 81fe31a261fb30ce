import type { FailureCode, Receipt } from "@travelagent/protocol/messages";

type Failed = Exclude<Receipt, { status: "sent" }>;

/** An error in Graph's own form: it did not do what was asked. */
export interface GraphError {
  code: number;
  message: string;
  /** In words, where there are better ones. */
  details?: string;
}

interface Meaning {
  /** Trying the same again may work. */
  retryable?: true;
  /** At least so long after. */
  waitMs?: number;
  /** Whom the wait is for: that one chat, or the account. */
  waits?: "chat" | "account";
  code?: FailureCode;
  /** Something is wrong with the account itself, and people should know. */
  account?: string;
  /** The token is not valid any more. */
  loggedOut?: true;
}

/** Errors of the Cloud API whose meaning is more than "refused" (https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes). */
const meanings: Readonly<Record<number, Meaning>> = {
  0: { retryable: true, waitMs: 300_000, loggedOut: true },
  190: { retryable: true, waitMs: 300_000, loggedOut: true },
  2: { retryable: true },
  4: { retryable: true, waitMs: 60_000, waits: "account" },
  80007: { retryable: true, waitMs: 60_000, waits: "account" },
  130429: { retryable: true, waitMs: 2_000, waits: "account" },
  131048: {
    retryable: true,
    waitMs: 3_600_000,
    waits: "account",
    account: "WhatsApp limits this number because messages of it were blocked or reported as spam",
  },
  131056: { retryable: true, waitMs: 10_000, waits: "chat" },
  131000: { retryable: true },
  131016: { retryable: true, waitMs: 5_000 },
  131057: { retryable: true, waitMs: 60_000 },
  133004: { retryable: true, waitMs: 5_000 },
  131047: { code: "reply-window-closed" },
  131026: { code: "no-such-recipient" },
  131030: { code: "no-such-recipient" },
  131050: { code: "opted-out" },
  131031: { account: "WhatsApp has locked this account" },
  131042: { account: "the way of paying for WhatsApp does not work" },
  131045: { account: "this number is not registered with WhatsApp" },
  133010: { account: "this number is not registered with WhatsApp" },
  131037: { account: "WhatsApp has not approved the display name of this number" },
  368: { account: "WhatsApp has blocked this account for a breach of its policies" },
};

export const meaningOf = ({ code }: Pick<GraphError, "code">): Meaning =>
  meanings[code] ?? (code >= 132_000 && code < 133_000 ? { code: "template-refused" } : {});

export const inWords = ({ code, message, details }: GraphError): string =>
  `${details === undefined || details === message ? message : `${message}: ${details}`} (${code})`.replaceAll(/\(#\d+\)\s*/g, "");

/** What it means for a message that Graph refused it. `retryAfterMs`: the wait it named itself. */
export function refusalOf(error: GraphError, httpStatus: number, retryAfterMs?: number): Failed {
  const meaning = meaningOf(error);
  const wait = retryAfterMs ?? meaning.waitMs;
  // An error nobody knows, with a code of a broken server: it may have sent before it broke.
  if (httpStatus >= 500 && !(error.code in meanings) && meaning.code === undefined) return { status: "unknown", reason: inWords(error) };
  return {
    status: "failed",
    reason: inWords(error),
    retryable: meaning.retryable === true || httpStatus === 429,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(meaning.code === undefined ? {} : { code: meaning.code }),
  };
}
