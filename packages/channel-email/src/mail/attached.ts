import type { MediaSource } from "@travelagent/protocol/media";
import type { Mail, MailFile } from "./parse-mail.ts";

/** Parts of how mail is made, and no files that somebody sent. */
const workings = new Set([
  "application/pkcs7-signature",
  "application/x-pkcs7-signature",
  "application/pgp-signature",
  "application/pgp-encrypted",
  "application/ms-tnef",
]);
const mostFiles = 20;

export interface Attached {
  sources: MediaSource[];
  /** More than are taken. */
  left: string[];
}

/** The files somebody sent with a mail. Pictures count when they stand in what the writer says: those of quoted mail and of signatures do not. */
export function attachedTo(mail: Pick<Mail, "files">, pictures: ReadonlySet<string> | undefined): Attached {
  const files = mail.files.filter((file) => !workings.has(file.mimeType) && isSent(file, pictures));
  return {
    sources: files.slice(0, mostFiles).map(({ bytes, fileName, mimeType }) => ({ bytes, fileName, declaredType: mimeType })),
    left: files.slice(mostFiles).map(nameOf),
  };
}

const isSent = ({ inline, contentId, mimeType }: MailFile, pictures: ReadonlySet<string> | undefined): boolean =>
  !(inline && contentId !== undefined && mimeType.startsWith("image/")) || pictures === undefined || pictures.has(contentId);

export const nameOf = ({ fileName, mimeType }: Pick<MailFile, "fileName" | "mimeType">): string => fileName ?? `a file of type ${mimeType}`;
