import type { InboundMessage } from "@travelagent/protocol/messages";
import { whatsappChannel } from "../address.ts";
import { inWords, isGroup, isHidden, jidOf, numberAmong } from "./jids.ts";
import type { WebMessage } from "./link.ts";

/** Who we are there. */
export interface Me {
  /** As `+34910000001`. */
  number: string;
  lid?: string;
}

export interface WebRead {
  message: InboundMessage;
  /** Of somebody of the agency, on the phone. */
  fromMe: boolean;
  file?: { what: string; fileName?: string; declaredType?: string; voice?: true };
}

type Fields = Record<string, unknown>;
const fieldsOf = (given: unknown): Fields | undefined => (typeof given === "object" && given !== null ? (given as Fields) : undefined);
const textOf = (given: unknown): string | undefined => (typeof given === "string" ? given : undefined);

/** Some messages lie in another one: those that vanish, that may be seen once, files with words. */
const wrappers = ["ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension", "documentWithCaptionMessage", "editedMessage"];
function unwrapped(given: Fields): Fields {
  for (let content = given, depth = 0; ; depth += 1) {
    const inner = depth < 6 ? wrappers.map((name) => fieldsOf(fieldsOf(content[name])?.message)).find((one) => one !== undefined) : undefined;
    if (!inner) return content;
    content = inner;
  }
}

const files = {
  imageMessage: "a photo",
  videoMessage: "a video",
  ptvMessage: "a video",
  audioMessage: "an audio file",
  documentMessage: "a file",
  stickerMessage: "a sticker",
} as const;

const protocol = { revoke: 0, edit: 14 };
export const sentAt = ({ messageTimestamp: given }: WebMessage): number => Number(fieldsOf(given)?.low ?? given ?? 0) * 1000;

/** Whether a message could not be decrypted: WhatsApp's client asks for it again by itself. */
export const isUnreadable = ({ messageStubType: stub, message }: WebMessage): boolean => !message && (stub === 2 || stub === "CIPHERTEXT");

/**
 * What a message says to us. Undefined for what is no message of a person: news of the app, keys, broadcasts, channels. `numberOf` answers
 * for names that hide a number; a person without one is known by the name.
 */
export async function webInbound(
  given: WebMessage,
  { accountId, me, numberOf }: { accountId: string; me: Me; numberOf(lid: string): Promise<string | undefined> },
): Promise<WebRead | undefined> {
  const { key, message } = given;
  const chat = jidOf(key.remoteJid);
  if (!chat || !key.id || !message || !(isGroup(chat) || numberAmong(key.remoteJid) !== undefined || isHidden(chat))) return undefined;
  const content = unwrapped(message);
  const said = saidBy(content, me);
  if (!said) return undefined;
  const person = async (...names: (string | null | undefined)[]): Promise<string | undefined> => {
    const known = numberAmong(...names);
    const hidden = names.map(jidOf).find((jid) => jid !== undefined && isHidden(jid));
    return known ?? (hidden && ((await numberOf(inWords(hidden))) ?? inWords(hidden)));
  };
  const group = isGroup(chat);
  const fromMe = key.fromMe === true;
  const peerId = group ? inWords(chat) : await person(key.remoteJid, key.remoteJidAlt);
  const senderId = fromMe ? me.number : group ? await person(key.participant, key.participantAlt) : peerId;
  if (peerId === undefined || senderId === undefined) return undefined;
  const { file, mentioned, ...words } = said;
  return {
    message: {
      address: { channel: whatsappChannel, accountId, chatType: group ? "group" : "direct", peerId },
      externalId: key.id,
      senderId,
      ...(given.pushName && !fromMe ? { senderName: given.pushName } : {}),
      sentAt: sentAt(given),
      ...(group ? { mentioned } : {}),
      ...words,
    },
    fromMe,
    ...(file ? { file } : {}),
  };
}

type Said = Pick<InboundMessage, "text"> & Partial<InboundMessage> & { mentioned: boolean; file?: NonNullable<WebRead["file"]> };

function saidBy(content: Fields, me: Me): Said | undefined {
  const plain = textOf(content.conversation);
  if (plain !== undefined && plain !== "") return { text: plain, mentioned: false };
  const extended = fieldsOf(content.extendedTextMessage);
  if (extended) return { text: textOf(extended.text) ?? "", ...contextOf(extended, me) };
  for (const [name, what] of Object.entries(files)) {
    const file = fieldsOf(content[name]);
    if (!file) continue;
    const voice = file.ptt === true;
    const fileName = textOf(file.fileName);
    const declaredType = textOf(file.mimetype);
    return {
      text: textOf(file.caption) ?? "",
      ...contextOf(file, me),
      file: {
        what: voice ? "a voice message" : what,
        ...(fileName === undefined ? {} : { fileName }),
        ...(declaredType === undefined ? {} : { declaredType }),
        ...(voice ? { voice: true as const } : {}),
      },
    };
  }
  return otherKinds(content, me);
}

function otherKinds(content: Fields, me: Me): Said | undefined {
  const place = fieldsOf(content.locationMessage) ?? fieldsOf(content.liveLocationMessage);
  if (place) {
    const [latitude, longitude] = [Number(place.degreesLatitude), Number(place.degreesLongitude)];
    const name = [textOf(place.name), textOf(place.address)].filter(Boolean).join(", ");
    const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
    return {
      text: `My location: ${latitude}, ${longitude}${name === "" ? "" : ` (${name})`}`,
      ...(isPlace ? { location: { latitude, longitude, ...(name === "" ? {} : { name }) } } : {}),
      ...contextOf(place, me),
    };
  }
  const list = fieldsOf(content.contactsArrayMessage)?.contacts;
  const contacts = fieldsOf(content.contactMessage) ? [content.contactMessage] : Array.isArray(list) ? (list as unknown[]) : undefined;
  if (contacts)
    return {
      text: `Contact: ${contacts
        .map((one) => {
          const { displayName, vcard } = fieldsOf(one) ?? {};
          return [textOf(displayName), ...[...String(vcard ?? "").matchAll(/^TEL[^:]*:(.+)$/gm)].map(([, number]) => number?.trim())].filter(Boolean).join(" ");
        })
        .join("; ")}`,
      mentioned: false,
    };
  const reaction = fieldsOf(content.reactionMessage);
  const under = textOf(fieldsOf(reaction?.key)?.id);
  if (reaction)
    return textOf(reaction.text)
      ? {
          text: `(reacted with ${textOf(reaction.text)})`,
          ...(under === undefined ? {} : { replyTo: under }),
          automated: "a sign under a message, no message",
          mentioned: false,
        }
      : undefined;
  const told = fieldsOf(content.protocolMessage);
  const changed = fieldsOf(told?.editedMessage);
  const edits = textOf(fieldsOf(told?.key)?.id);
  if (changed && edits !== undefined && (told?.type === protocol.edit || told?.type === "MESSAGE_EDIT")) {
    const now = saidBy(unwrapped(changed), me);
    return now && { text: now.text, edits, mentioned: now.mentioned };
  }
  if (told || fieldsOf(content.senderKeyDistributionMessage) || Object.keys(content).every((name) => name === "messageContextInfo")) return undefined;
  return { text: "(sent something that cannot be read here)", mentioned: false };
}

/** What it answers, whose words it is, and whether we are meant. */
function contextOf(content: Fields, me: Me): Pick<Said, "mentioned" | "replyTo" | "tainted"> {
  const context = fieldsOf(content.contextInfo) ?? {};
  const isUs = (name: unknown): boolean => {
    const jid = jidOf(textOf(name));
    return jid !== undefined && (numberAmong(textOf(name)) === me.number || (me.lid !== undefined && inWords(jid) === me.lid));
  };
  const answered = textOf(context.stanzaId);
  const named = Array.isArray(context.mentionedJid) ? (context.mentionedJid as unknown[]) : [];
  return {
    mentioned: named.some(isUs) || (answered !== undefined && isUs(context.participant)),
    ...(answered === undefined ? {} : { replyTo: answered }),
    ...(context.isForwarded === true ? { tainted: true } : {}),
  };
}
