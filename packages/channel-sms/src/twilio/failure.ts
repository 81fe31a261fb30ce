import type { FailureCode, Receipt } from "@travelagent/protocol/messages";

/** https://www.twilio.com/docs/api/errors, those for which something else than trying again helps. */
const codes: Readonly<Record<number, FailureCode>> = {
  21211: "no-such-recipient",
  21214: "no-such-recipient",
  21217: "no-such-recipient",
  21610: "opted-out",
  21614: "no-such-recipient",
  30005: "no-such-recipient",
  30006: "no-such-recipient",
};

/** What the number means, for people. */
const meanings: Readonly<Record<number, string>> = {
  21211: "this is no telephone number",
  21214: "this number cannot be reached",
  21217: "this is no telephone number",
  21408: "Twilio may not send to this country; allow it in the console of Twilio under geo permissions",
  21606: "the number we send from cannot send text messages",
  21610: "the customer told the carrier to stop our messages",
  21612: "this number cannot be reached from ours",
  21614: "this is no mobile number",
  21659: "the number we send from is not ours",
  30003: "the telephone is switched off or out of reach",
  30004: "the carrier blocks messages to this number",
  30005: "the number does not exist",
  30006: "this is a landline",
  30007: "the carrier took it for unwanted advertising",
  30008: "the carrier did not say why",
  30034: "the number we send from is not registered with the carriers",
};

export const failureCodeOf = (code: number): FailureCode | undefined => codes[code];

export const reasonOf = (code: number, message?: string): string => {
  const meaning = meanings[code] ?? message;
  return meaning === undefined ? `Twilio gave error ${code}` : `${meaning} (Twilio ${code})`;
};

/** A refusal that Twilio answered with. */
export function refusedBy(status: number, body: string, retryAfterMs: number | undefined): Exclude<Receipt, { status: "sent" }> {
  let error: { code?: unknown; message?: unknown } = {};
  try {
    error = JSON.parse(body) as typeof error;
  } catch {
    // A proxy's page.
  }
  const code = typeof error.code === "number" ? error.code : undefined;
  const reason = code === undefined ? `Twilio answered ${status}` : reasonOf(code, typeof error.message === "string" ? error.message : undefined);
  const failure = code === undefined ? undefined : failureCodeOf(code);
  if (status === 429 || code === 20429) return { status: "failed", reason, retryable: true, retryAfterMs: retryAfterMs ?? 1000 };
  if (status === 503 && code !== undefined) return { status: "failed", reason, retryable: true, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  // Whoever answers so may have taken it before.
  if (status >= 500) return { status: "unknown", reason };
  // Nobody of Twilio said no: something between us and them did.
  if (code === undefined && status !== 401 && status !== 403 && status !== 404 && status !== 400) return { status: "unknown", reason };
  return { status: "failed", reason, retryable: status === 401, ...(failure === undefined ? {} : { code: failure }) };
}
