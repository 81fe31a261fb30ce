import type { InboundMessage } from "@travelagent/protocol/messages";
import { peerOf, whatsappChannel } from "../address.ts";
import { pressed } from "../buttons.ts";
import type { CloudMessage } from "./webhook.ts";

/** A file that came, still with WhatsApp. */
export interface CloudFile {
  id: string;
  /** For people: "a photo". */
  what: string;
  fileName?: string;
  declaredType?: string;
  voice?: true;
}

export interface Read {
  message: InboundMessage;
  file?: CloudFile;
}

const files = { image: "a photo", video: "a video", audio: "an audio file", document: "a file", sticker: "a sticker" } as const;

/** What a customer's message says to us. Undefined for what says nothing: a reaction that was taken back, a greeting of the app itself. */
export function inboundOf(given: CloudMessage, { accountId, names }: { accountId: string; names: ReadonlyMap<string, string> }): Read | undefined {
  const said = saidBy(given);
  if (!said) return undefined;
  const { file, ...words } = said;
  const peerId = peerOf(given.from);
  const name = names.get(given.from);
  const { context } = given;
  return {
    message: {
      address: { channel: whatsappChannel, accountId, chatType: "direct", peerId },
      externalId: given.id,
      senderId: peerId,
      ...(name === undefined || name === "" ? {} : { senderName: name }),
      sentAt: Number(given.timestamp) * 1000,
      ...(context?.id === undefined ? {} : { replyTo: context.id }),
      // Somebody else's words, passed on.
      ...(context?.forwarded || context?.frequently_forwarded ? { tainted: true } : {}),
      ...words,
    },
    ...(file ? { file } : {}),
  };
}

type Said = Pick<InboundMessage, "text"> & Partial<InboundMessage> & { file?: CloudFile };

function saidBy(given: CloudMessage): Said | undefined {
  const { type, text, location, contacts, reaction, interactive, button } = given;
  if (text) return { text: text.body };
  const chosen = interactive?.button_reply ?? interactive?.list_reply;
  if (chosen) return pressed(chosen.id, chosen.title) ?? { text: chosen.title };
  // Under a template: what it says was agreed with WhatsApp.
  if (button) return pressed(button.payload ?? "", button.text) ?? { text: button.text };
  for (const [kind, what] of Object.entries(files) as [keyof typeof files, string][]) {
    const sent = given[kind];
    if (sent)
      return {
        text: sent.caption ?? "",
        file: {
          id: sent.id,
          what: sent.voice ? "a voice message" : what,
          ...(sent.filename === undefined ? {} : { fileName: sent.filename }),
          ...(sent.mime_type === undefined ? {} : { declaredType: sent.mime_type }),
          ...(sent.voice ? { voice: true as const } : {}),
        },
      };
  }
  if (location) {
    const { latitude, longitude } = location;
    const name = [location.name, location.address].filter(Boolean).join(", ");
    const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
    return {
      text: `My location: ${latitude}, ${longitude}${name === "" ? "" : ` (${name})`}`,
      ...(isPlace ? { location: { latitude, longitude, ...(name === "" ? {} : { name }) } } : {}),
    };
  }
  if (contacts) {
    const lines = contacts.map(({ name, phones = [], emails = [] }) =>
      [name?.formatted_name, ...phones.map(({ phone }) => phone), ...emails.map(({ email }) => email)].filter(Boolean).join(" "),
    );
    return { text: `Contact: ${lines.join("; ")}` };
  }
  if (reaction) {
    if (!reaction.emoji) return undefined;
    return { text: `(reacted with ${reaction.emoji})`, replyTo: reaction.message_id, automated: "a sign under a message, no message" };
  }
  if (type === "system") return system(given);
  if (type === "request_welcome") return undefined;
  if (type === "order") return { text: "(sent an order from a catalogue, which cannot be read here)" };
  return { text: "(sent something that WhatsApp does not pass on)" };
}

/** The platform itself speaks of the customer. Nobody is joined to another number by that: it is on record for people. */
function system({ from, system: told }: CloudMessage): Said | undefined {
  const other = told?.wa_id ?? told?.new_wa_id;
  if (other !== undefined && other !== from && /^\d{7,15}$/.test(other))
    return {
      text: `(WhatsApp says that this customer has a new number: ${peerOf(other)})`,
      automated: "WhatsApp tells of a changed number; make sure who writes from the new one",
    };
  return { text: `(WhatsApp says: ${told?.body ?? "something about this customer changed"})`, automated: "WhatsApp tells of a change" };
}
