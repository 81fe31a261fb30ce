import type { FailureCode, Receipt } from "@travelagent/protocol/messages";

type Failed = Exclude<Receipt, { status: "sent" }>;

/** What is known of a send that went wrong. */
export interface SmtpFault {
  code?: string | undefined;
  responseCode?: number | undefined;
  response?: string | undefined;
  command?: string | undefined;
  message: string;
}

const greyMs = 300_000;
const busyMs = 60_000;

/** How long a server asks us to wait, where it says so in words. */
function waitIn(response: string): number | undefined {
  const said = /(?:try|retry|again|wait|in)\D{0,20}(\d{1,5})\s*(s|sec|seconds?|m|min|minutes?)\b/i.exec(response);
  if (said) return Number(said[1]) * (said[2]!.toLowerCase().startsWith("m") ? 60_000 : 1000);
  return /gr[ae]y-?list/i.test(response) ? greyMs : undefined;
}

/**
 * What a failed send means (RFC 5321, section 4.2). `begun`: some of the mail itself was handed to the server. An answer of the server is
 * believed; without one, what was begun may have arrived and is `unknown`.
 */
export function refusalOf(fault: SmtpFault, begun: boolean): Failed {
  const { code, responseCode, response = "", command } = fault;
  const said = response.replace(/\s+/g, " ").slice(0, 300);
  if (responseCode !== undefined && responseCode >= 400) {
    // Password and token are ours to mend; the mail is as good as before.
    if (code === "EAUTH") return { status: "failed", reason: `the mail server does not take our login: ${said}`, retryable: true, retryAfterMs: busyMs };
    const retryable = responseCode < 500 || responseCode === 503;
    if (retryable) {
      const retryAfterMs = waitIn(said) ?? (responseCode === 421 ? busyMs : undefined);
      return { status: "failed", reason: said, retryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
    const nobody = command === "RCPT TO" && ([550, 551, 553].includes(responseCode) || /\b5\.1\.[1236]\b/.test(said)) && !/\b5\.7\.\d/.test(said);
    const refused: FailureCode | undefined = nobody ? "no-such-recipient" : undefined;
    return { status: "failed", reason: said, retryable: false, ...(refused === undefined ? {} : { code: refused }) };
  }
  if (begun) return { status: "unknown", reason: `the mail server did not say whether it took the mail (${code ?? fault.message})` };
  if (code === "EENVELOPE" || code === "EMESSAGE") return { status: "failed", reason: fault.message, retryable: false };
  return { status: "failed", reason: `the mail server cannot be reached (${code ?? fault.message})`, retryable: true };
}
