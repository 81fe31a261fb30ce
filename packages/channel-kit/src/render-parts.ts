import type { Attachment, Button, OutboundMessage, Place } from "@travelagent/protocol/messages";
import type { ChannelFeatures } from "./adapter.ts";
import { renderText } from "./render.ts";
import { type ChunkOptions, chunkText } from "./text.ts";

export interface PartsOptions {
  /** Longest text of one message where that is shorter than the platform's own limit, UTF-16 units. */
  textChunkLimit?: number;
  maxLines?: number;
  chunkMode?: NonNullable<ChunkOptions["mode"]>;
  /** Files can be read and sent. False: each is named in the text. Default true. */
  files?: boolean;
}

/**
 * A message as the messages of one platform, in the order they are sent; at least one. What the platform does not show becomes words:
 * nothing a customer needs is ever missing from the text. What it quotes goes with the first part, what stands under it with the last.
 */
export function renderParts(message: OutboundMessage, features: ChannelFeatures, options: PartsOptions = {}): OutboundMessage[] {
  const { textChunkLimit = features.maxTextLength, maxLines, chunkMode, files = true } = options;
  if (message.template && features.templates) {
    const { text, template, attachments, replyTo } = message;
    const sent = split(attachments, files ? features.media : undefined).fitting;
    return [{ text, template, ...(sent.length > 0 ? { attachments: sent } : {}), ...(replyTo === undefined ? {} : { replyTo }) }];
  }
  const { cards = [], buttons = [], attachments, location, subject, replyTo } = message;
  const keepsCards = features.cards && cards.length > 0;
  const most = features.buttons ?? 0;
  const places = features.locations && location ? { location } : {};
  const { fitting, others } = split(attachments, files ? features.media : undefined);
  const text = [
    keepsCards ? message.text.trim() : renderText({ text: message.text, cards }),
    buttons.slice(most).map(asLine).join("\n"),
    location && !features.locations ? inWords(location) : "",
    others.length > 0 ? `Not attached here: ${others.map(named).join(", ")}. Ask us to send it another way.` : "",
  ]
    .filter((part) => part !== "")
    .join("\n\n");
  // A card's own buttons are said in its text.
  const tapped = [...buttons, ...(keepsCards ? [] : cards.flatMap((card) => ("buttons" in card ? card.buttons : [])))].slice(0, most);
  const texts = chunkText(text, {
    maxLength: Math.max(2, Math.min(features.maxTextLength, textChunkLimit)),
    ...(maxLines === undefined ? {} : { maxLines }),
    ...(chunkMode === undefined ? {} : { mode: chunkMode }),
  });
  const below: Omit<OutboundMessage, "text"> = {
    ...(keepsCards ? { cards } : {}),
    ...(tapped.length > 0 ? { buttons: tapped } : {}),
    ...(fitting.length > 0 ? { attachments: fitting } : {}),
    ...places,
  };
  const all = texts.length > 0 ? texts : [""];
  return all.map((part, index) => ({
    text: part,
    ...(subject === undefined ? {} : { subject }),
    ...(index === 0 && replyTo !== undefined ? { replyTo } : {}),
    ...(index === all.length - 1 ? below : {}),
  }));
}

/** Which files the platform takes. */
function split(attachments: readonly Attachment[] = [], media: ChannelFeatures["media"] = {}): { fitting: Attachment[]; others: Attachment[] } {
  const fits = ({ kind, bytes }: Attachment): boolean => bytes <= (media[kind] ?? -1);
  return { fitting: attachments.filter(fits), others: attachments.filter((attachment) => !fits(attachment)) };
}

const asLine = ({ label, text }: Button): string =>
  label.trim().toLowerCase() === text.trim().toLowerCase() ? `- Answer "${text}"` : `- ${label}: answer "${text}"`;

function inWords({ latitude, longitude, name }: Place): string {
  const link = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}`;
  return `${name ?? `${latitude}, ${longitude}`}: ${link}`;
}

const named = ({ fileName, kind, bytes }: Attachment): string => `${fileName ?? `a file (${kind})`} (${sizeOf(bytes)})`;
const sizeOf = (bytes: number): string => (bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`);
