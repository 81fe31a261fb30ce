import { chunkText, renderText } from "@travelagent/channel-kit";
import type { Attachment, OutboundMessage } from "@travelagent/protocol/messages";
import { type Choice, choicesOf } from "../buttons.ts";
import { short } from "../short.ts";
import { whatsappMarkup } from "../whatsapp-markup.ts";

/** What one message of WhatsApp's says. A file is uploaded first, and its id takes its place. */
export type Part = { body: Record<string, unknown> } | { file: Attachment; caption?: string };

/** https://developers.facebook.com/docs/whatsapp/cloud-api/messages */
export const maxTextLength = 4096;
/** Of the text above buttons, and of the words under a picture. */
const maxBody = 1024;
const maxButtons = 3;
export const maxRows = 10;
const room = { button: 20, row: 24, detail: 72, opener: 20 };

const MiB = 1024 * 1024;
export const mediaLimits: Record<Attachment["kind"], number> = { image: 5 * MiB, audio: 16 * MiB, video: 16 * MiB, document: 100 * MiB };

/** What WhatsApp takes of each kind, by the bytes. */
const mediaTypes: Record<Attachment["kind"], RegExp> = {
  image: /^image\/(?:jpeg|png)$/,
  audio: /^audio\/(?:aac|amr|mpeg|mp4|ogg)$/,
  video: /^video\/(?:mp4|3gpp)$/,
  document: /^(?:text\/plain|application\/(?:pdf|msword|vnd\.ms-(?:excel|powerpoint)|vnd\.openxmlformats-officedocument\.[\w.]+))$/,
};

export const isTaken = ({ kind, mimeType, bytes }: Attachment): boolean => mediaTypes[kind].test(mimeType.split(";")[0]!.trim()) && bytes <= mediaLimits[kind];

/** A message as WhatsApp's messages, in order: text with its buttons under the last piece, then files, then the place. */
export function partsOf(message: OutboundMessage, { chooseLabel }: { chooseLabel: string }): Part[] {
  const files = (message.attachments ?? []).filter(isTaken);
  const named = (message.attachments ?? [])
    .filter((file) => !isTaken(file))
    .map(({ fileName, kind }) => `[${fileName ?? kind}: WhatsApp does not take files of this kind]`);
  const text = [whatsappMarkup(message.text), renderText({ text: "", ...(message.cards ? { cards: message.cards } : {}) }), ...named]
    .filter((part) => part !== "")
    .join("\n\n");
  const choices = choicesOf(message).slice(0, maxRows);
  const [only] = files;
  const captioned = files.length === 1 && only && only.kind !== "audio" && choices.length === 0 && text !== "" && text.length <= maxBody;
  return [
    ...(captioned ? [{ file: only, caption: text }] : [...textParts(text, choices, chooseLabel), ...files.map((file) => ({ file }))]),
    ...(message.location ? [{ body: { type: "location", location: message.location } }] : []),
  ];
}

function textParts(text: string, choices: readonly Choice[], chooseLabel: string): Part[] {
  const pieces = chunkText(text, { maxLength: maxTextLength });
  if (choices.length === 0) return pieces.map(plain);
  const last = pieces.pop() ?? "";
  const above = last.length <= maxBody ? [] : chunkText(last, { maxLength: maxBody });
  const under = above.pop() ?? last;
  // What stands above is one message again where no block of code was torn for it.
  const head = above.length === 0 ? [] : above.join("").includes("```") ? above : [last.slice(0, last.lastIndexOf(under)).trimEnd()];
  return [
    ...[...pieces, ...head].map(plain),
    { body: { type: "interactive", interactive: interactive(under === "" ? chooseLabel : under, choices, chooseLabel) } },
  ];
}

const plain = (body: string): Part => ({ body: { type: "text", text: { body, preview_url: false } } });

function interactive(text: string, choices: readonly Choice[], chooseLabel: string): Record<string, unknown> {
  const titles = new Set(choices.map(({ label }) => label));
  const asButtons =
    choices.length <= maxButtons && titles.size === choices.length && choices.every(({ label, detail }) => label.length <= room.button && detail === undefined);
  if (asButtons)
    return { type: "button", body: { text }, action: { buttons: choices.map(({ id, label }) => ({ type: "reply", reply: { id, title: label } })) } };
  const rows = choices.map(({ id, label, detail }) => {
    const title = short(label, room.row);
    const description = [title === label ? undefined : label, detail].filter((line) => line !== undefined).join(" · ");
    return { id, title, ...(description === "" ? {} : { description: short(description, room.detail) }) };
  });
  return { type: "list", body: { text }, action: { button: short(chooseLabel, room.opener), sections: [{ title: short(chooseLabel, room.row), rows }] } };
}
