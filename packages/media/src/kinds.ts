import type { Attachment } from "@travelagent/protocol/messages";

/** Largest file of each kind, in bytes. */
export type KindLimits = Readonly<Record<Attachment["kind"], number>>;

const mib = 1024 * 1024;

/** What messengers take, so that what comes in on one can go out on another. A document is held in memory as a whole while it is read. */
export const standardLimits: KindLimits = { image: 6 * mib, audio: 16 * mib, video: 16 * mib, document: 25 * mib };

const documents = new Set([
  "application/pdf",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  "application/vnd.oasis.opendocument.text",
  "application/vnd.oasis.opendocument.spreadsheet",
  "application/vnd.apple.pkpass",
  "text/calendar",
  "text/csv",
  "text/plain",
  "text/vcard",
]);
const pictures = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "image/heif", "image/avif"]);

/** Undefined for a type that is not taken: programs, archives, pages, drawings with scripts, old office files that may hold macros. */
export function kindOf(mimeType: string): Attachment["kind"] | undefined {
  if (pictures.has(mimeType)) return "image";
  if (documents.has(mimeType)) return "document";
  if (/^audio\/(?:ogg|opus|mpeg|mp4|x-m4a|aac|amr|wav|vnd\.wave|flac|x-flac|webm)$/.test(mimeType)) return "audio";
  if (/^video\/(?:mp4|3gpp|quicktime|webm)$/.test(mimeType)) return "video";
  return undefined;
}
