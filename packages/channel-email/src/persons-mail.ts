import type { PersonsMessage } from "@travelagent/channel-kit";
import type { KnownMail, KnownMails } from "./known-mail.ts";
import { mailText } from "./mail/mail-text.ts";
import type { Mail } from "./mail/parse-mail.ts";
import { ownMark } from "./outgoing/own-mark.ts";
import { emailChannel, mailAddressOf } from "./peer.ts";

/** It went out through us, whatever id its provider gave it on the way. */
export async function isOurOwn(mail: Mail, ours: ReadonlySet<string>, known: KnownMails): Promise<boolean> {
  if ((await known.get(mail.messageId))?.direction === "out") return true;
  return mail.header(ownMark).length > 0 && mail.from !== undefined && ours.has(mail.from.address);
}

/** What somebody of the agency wrote in their mail program into one of our conversations; undefined for other mail of theirs. */
export async function personsMailOf(
  mail: Mail,
  { accountId, known, arrivedAt, maxTextLength }: { accountId: string; known: KnownMails; arrivedAt: number; maxTextLength: number },
): Promise<{ message: PersonsMessage; known: KnownMail } | undefined> {
  const ids = [...mail.inReplyTo, ...[...mail.references].reverse()];
  const found = await known.among(ids);
  const answered = ids
    .map((id) => found.find(({ messageId }) => messageId === id))
    .find((one) => one !== undefined && mail.recipients.includes(mailAddressOf(one.peerId)));
  if (!answered) return undefined;
  const { peerId, threadId } = answered;
  const { text } = mailText(mail, maxTextLength);
  return {
    message: {
      address: { channel: emailChannel, accountId, chatType: "direct", peerId, ...(threadId === "" ? {} : { threadId }) },
      externalId: mail.messageId,
      text: text === "" ? "(a mail without words of its own)" : text,
      sentAt: arrivedAt,
    },
    known: { messageId: mail.messageId, peerId, threadId, direction: "person", state: "done", subject: mail.subject, parents: mail.references, at: arrivedAt },
  };
}
