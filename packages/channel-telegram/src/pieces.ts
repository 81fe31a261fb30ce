import { chunkText, renderText } from "@travelagent/channel-kit";
import type { Attachment, OutboundMessage, Place } from "@travelagent/protocol/messages";

/** Of a text, after markup is read (https://core.telegram.org/bots/api#sendmessage). */
export const maxTextLength = 4096;

/** One call of the Bot API. */
export type Piece = { kind: "text"; text: string } | { kind: "file"; attachment: Attachment } | { kind: "place"; place: Place };

/** What a message is made of, in the order it is sent: the words, then the files, then the place. Buttons stand under the last words. */
export function piecesOf(message: OutboundMessage): Piece[] {
  return [
    ...chunkText(renderText(message), { maxLength: maxTextLength }).map((text) => ({ kind: "text" as const, text })),
    ...(message.attachments ?? []).map((attachment) => ({ kind: "file" as const, attachment })),
    ...(message.location ? [{ kind: "place" as const, place: message.location }] : []),
  ];
}
