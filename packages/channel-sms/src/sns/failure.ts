import type { DeliveryReport, FailureCode, Receipt } from "@travelagent/protocol/messages";
import type { SmsEvent } from "../provider.ts";

const field = (xml: string, name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

export const messageIdOf = (xml: string): string | undefined => field(xml, "MessageId");

/** Keys that AWS does not know, or not any more. */
export const isUnknownKey = (xml: string): boolean =>
  ["InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException", "ExpiredToken", "InvalidAccessKeyId"].includes(field(xml, "Code") ?? "");

/** A refusal that SNS answered with. */
export function refusedBy(status: number, xml: string, retryAfterMs: number | undefined): Exclude<Receipt, { status: "sent" }> {
  const code = field(xml, "Code");
  const reason = code === undefined ? `SNS answered ${status}` : `${field(xml, "Message") || "refused"} (SNS ${code})`;
  if (status === 429 || code?.startsWith("Throttl")) return { status: "failed", reason, retryable: true, retryAfterMs: retryAfterMs ?? 1000 };
  if (status >= 500 || code === undefined) return { status: "unknown", reason };
  if (code === "OptedOut")
    return { status: "failed", reason: "the customer told the carrier to stop our messages (SNS OptedOut)", retryable: false, code: "opted-out" };
  const wrongNumber = (code === "InvalidParameter" || code === "InvalidParameterValue") && /phone ?number/i.test(reason);
  return { status: "failed", reason, retryable: false, ...(wrongNumber ? { code: "no-such-recipient" } : {}) };
}

function codeOf(words: string): FailureCode | undefined {
  if (/opted out/i.test(words)) return "opted-out";
  return /invalid phone number|landline|not a valid/i.test(words) ? "no-such-recipient" : undefined;
}

/** An event of End User Messaging, or a line of the delivery log that was passed on to a topic. */
export function deliveryOf(value: unknown, now: number): SmsEvent {
  const { eventType, messageId, eventTimestamp, messageStatusDescription, notification, delivery, status } = value as {
    eventType?: unknown;
    messageId?: unknown;
    eventTimestamp?: unknown;
    messageStatusDescription?: unknown;
    notification?: { messageId?: unknown };
    delivery?: { providerResponse?: unknown };
    status?: unknown;
  };
  const id = messageId ?? notification?.messageId;
  const said = String(messageStatusDescription ?? delivery?.providerResponse ?? "");
  const state: DeliveryReport["state"] | undefined =
    eventType === "TEXT_DELIVERED" || status === "SUCCESS"
      ? "delivered"
      : status === "FAILURE" ||
          (typeof eventType === "string" &&
            /^TEXT_(INVALID|UNREACHABLE|CARRIER_UNREACHABLE|BLOCKED|CARRIER_BLOCKED|SPAM|UNKNOWN|TTL_EXPIRED|PROTECT_BLOCKED|INVALID_MESSAGE)$/.test(eventType))
        ? "failed"
        : undefined;
  if (typeof id !== "string" || state === undefined) return { kind: "nothing" };
  const code = state === "failed" ? (codeOf(said) ?? (eventType === "TEXT_INVALID" ? "no-such-recipient" : undefined)) : undefined;
  return {
    kind: "report",
    report: {
      externalId: id,
      state,
      at: typeof eventTimestamp === "number" ? eventTimestamp : now,
      ...(state === "failed" ? { reason: said === "" ? "the carrier did not say why" : said.slice(0, 200) } : {}),
      ...(code === undefined ? {} : { code }),
    },
  };
}
