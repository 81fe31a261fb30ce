import type { Attachment } from "@travelagent/protocol/messages";
import MailComposer from "nodemailer/lib/mail-composer";
import { type KnownMail, shortened } from "../known-mail.ts";
import { mailBody } from "./mail-html.ts";
import { ownMark } from "./own-mark.ts";

export interface ComposeOptions {
  from: string;
  to: string;
  messageId: string;
  /** Known again by it. */
  mark: string;
  /** Markdown. */
  text: string;
  /** The mail it answers. */
  answers: KnownMail | undefined;
  /** Of a mail that answers none. */
  subject: string;
  files: readonly { attachment: Attachment; bytes: Uint8Array }[];
  /** A program wrote it, as an answer (`auto-replied`) or of its own accord (`auto-generated`). Undefined: a person did. */
  automatic: "auto-replied" | "auto-generated" | undefined;
  at: Date;
}

export interface Composed {
  raw: Buffer;
  subject: string;
  /** What it answers, oldest first. */
  parents: string[];
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, " ").trim();

/** `Re:` once, whatever stands there in which language. */
export const answerSubject = (subject: string): string => {
  const bare = oneLine(subject).replace(/^(?:(?:re|aw|sv|antw|rif|res|ref|r)(?:\[\d+\])?\s?:\s*)+/i, "");
  return bare === "" ? "Re:" : `Re: ${bare}`;
};

/** A whole mail, as it goes out and as it is kept. */
export async function compose({ from, to, messageId, mark, text, answers, subject, files, automatic, at }: ComposeOptions): Promise<Composed> {
  const parents = answers ? shortened([...new Set([...answers.parents, answers.messageId])]) : [];
  const line = answers ? answerSubject(answers.subject) : oneLine(subject);
  const raw = await new MailComposer({
    from,
    to,
    subject: line,
    messageId,
    date: at,
    ...(answers ? { inReplyTo: answers.messageId, references: parents } : {}),
    ...mailBody(text),
    headers: {
      [ownMark]: mark,
      // Nobody's machine is to answer ours. What it could not deliver it may say.
      "x-auto-response-suppress": "DR, RN, NRN, OOF, AutoReply",
      ...(automatic === undefined ? {} : { "auto-submitted": automatic }),
    },
    attachments: files.map(({ attachment: { fileName, mimeType }, bytes }) => ({
      filename: fileName ?? "file",
      contentType: mimeType,
      content: Buffer.from(bytes),
      contentDisposition: "attachment",
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  return { raw, subject: line, parents };
}
