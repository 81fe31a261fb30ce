import { createHmac } from "node:crypto";
import type { Webhooks } from "../webhooks.ts";
import type { MessageDoc } from "./messages.ts";

export interface Callbacks {
  /** Tells the client where its message is, at the address the message came with. */
  status(message: MessageDoc): void;
  /** Hands over what a customer wrote. */
  inbound(message: MessageDoc, optOut: "STOP" | "START" | "HELP" | undefined): void;
}

/** Posts as Twilio makes them: a form, signed over the address and the sorted fields with the account's token. */
export function twilioCallbacks(webhooks: Webhooks, { account, authToken }: { account: string; authToken: string }): Callbacks {
  const signed = (fields: Record<string, string>) => (url: string) => {
    const text = Object.keys(fields)
      .sort()
      .reduce((so, name) => so + name + fields[name], url);
    return {
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-twilio-signature": createHmac("sha1", authToken).update(text, "utf8").digest("base64"),
        "i-twilio-idempotency-token": fields.MessageSid + (fields.MessageStatus ?? ""),
      },
      body: new URLSearchParams(fields).toString(),
    };
  };
  const common = ({ sid, to, from, messagingServiceSid }: MessageDoc): Record<string, string> => ({
    AccountSid: account,
    ApiVersion: "2010-04-01",
    MessageSid: sid,
    SmsSid: sid,
    To: to,
    ...(from === null ? {} : { From: from }),
    ...(messagingServiceSid === null ? {} : { MessagingServiceSid: messagingServiceSid }),
  });
  return {
    status(message) {
      if (message.statusCallback === null) return;
      const fields = {
        ...common(message),
        MessageStatus: message.status,
        SmsStatus: message.status,
        ...(message.errorCode === null ? {} : { ErrorCode: String(message.errorCode) }),
      };
      webhooks.post(signed(fields), message.statusCallback);
    },
    inbound(message, optOut) {
      const fields = {
        ...common(message),
        Body: message.body,
        NumMedia: "0",
        NumSegments: "1",
        SmsMessageSid: message.sid,
        SmsStatus: "received",
        ...(optOut === undefined ? {} : { OptOutType: optOut }),
      };
      webhooks.post(signed(fields));
    },
  };
}
