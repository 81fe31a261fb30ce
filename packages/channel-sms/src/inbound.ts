import type { InboundMessage } from "@travelagent/protocol/messages";
import { isE164 } from "./numbers.ts";
import type { SmsEvent } from "./provider.ts";

export const smsChannel = "sms";

/** Null for what nobody wrote to us. */
export function inboundOf(
  { externalId, from, text, sentAt, files }: Extract<SmsEvent, { kind: "message" }>,
  { accountId, own, now }: { accountId: string; own: string | undefined; now: number },
): InboundMessage | null {
  if (from === "" || from === own) return null;
  return {
    address: { channel: smsChannel, accountId, chatType: "direct", peerId: from },
    externalId,
    senderId: from,
    text,
    sentAt: sentAt ?? now,
    ...(files > 0 ? { refusedAttachments: Array.from({ length: Math.min(files, 10) }, () => ({ reason: "pictures and files cannot be taken by SMS" })) } : {}),
    // Names and short codes belong to machines, and nothing can be sent to them.
    ...(isE164(from) ? {} : { automated: "it came from a name or a short number" }),
  };
}
