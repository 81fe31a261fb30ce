import type { Shelf, World } from "../kit/index.ts";

export type MessageStatus = "accepted" | "queued" | "sent" | "delivered" | "undelivered" | "failed" | "received";

export interface MessageDoc {
  sid: string;
  to: string;
  from: string | null;
  messagingServiceSid: string | null;
  body: string;
  status: MessageStatus;
  direction: "inbound" | "outbound-api";
  errorCode: number | null;
  statusCallback: string | null;
  madeAt: number;
  updatedAt: number;
}

export const messageShelf = (world: World): Shelf<MessageDoc> => world.shelf("twilio", "message");

const date = (ms: number): string => new Date(ms).toUTCString().replace("GMT", "+0000");

/** How many messages the text is split into: 160 letters of the phone alphabet, 70 of any other, fewer when split. */
function segments(body: string): number {
  const plain = /^[\n\r !"#$%&'()*+,\-./0-9:;<=>?@A-Za-z_£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà^{}\\[\]~|€]*$/.test(body);
  const length = plain ? body.replace(/[\^{}\\[\]~|€]/g, "$&$&").length : body.length;
  const [single, part] = plain ? [160, 153] : [70, 67];
  return length <= single ? 1 : Math.ceil(length / part);
}

export function messageView(account: string, message: MessageDoc) {
  const uri = `/2010-04-01/Accounts/${account}/Messages/${message.sid}`;
  return {
    account_sid: account,
    api_version: "2010-04-01",
    body: message.body,
    date_created: date(message.madeAt),
    date_sent: message.status === "queued" || message.status === "accepted" ? null : date(message.updatedAt),
    date_updated: date(message.updatedAt),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : "Unreachable destination handset",
    from: message.from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: "0",
    num_segments: String(segments(message.body)),
    price: null,
    price_unit: "USD",
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}
