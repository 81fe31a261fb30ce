import type { Attachment, InboundMessage } from "@travelagent/protocol/messages";

const kinds: Readonly<Record<Attachment["kind"], string>> = { image: "picture", audio: "recording", video: "film", document: "document" };

const size = (bytes: number): string => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / (1024 * 1024)).toFixed(1)} MB`);

const line = ({ id, kind, voice, fileName, mimeType, bytes }: Attachment): string =>
  `[${voice ? "voice message" : kinds[kind]}${fileName === undefined ? "" : ` ${fileName}`}, ${mimeType}, ${size(bytes)}, ${id}]`;

/** What came with a message, in words: a model reads no bytes of strangers, and a person sees in every list that something came. */
export function fileLines({
  attachments = [],
  refusedAttachments = [],
  location,
}: Pick<InboundMessage, "attachments" | "refusedAttachments" | "location">): string[] {
  return [
    ...attachments.map(line),
    ...refusedAttachments.map(({ fileName, reason }) => `[a file${fileName === undefined ? "" : ` ${fileName}`} was not kept: ${reason}]`),
    ...(location ? [`[place ${location.latitude}, ${location.longitude}${location.name === undefined ? "" : `: ${location.name}`}]`] : []),
  ];
}

/** The message with a line behind its words for each thing that came with it. */
export function withFileLines(message: InboundMessage): InboundMessage {
  const lines = fileLines(message);
  return lines.length === 0 ? message : { ...message, text: [message.text.trim(), ...lines].filter((part) => part !== "").join("\n") };
}

/** The words without those lines, for who is shown the files themselves. */
export function wordsAlone(text: string, came: Pick<InboundMessage, "attachments" | "refusedAttachments" | "location">): string {
  let rest = text;
  for (const own of fileLines(came).reverse()) if (rest.endsWith(own)) rest = rest.slice(0, -own.length).trimEnd();
  return rest;
}
