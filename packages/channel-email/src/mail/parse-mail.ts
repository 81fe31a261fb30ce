import { createHash } from "node:crypto";
import PostalMime, { type Address, type Attachment, addressParser, type Email, type Mailbox } from "postal-mime";
import { plainAddress } from "../peer.ts";

/** A mail taken apart. Nothing in it is trusted. */
export interface Mail {
  /** With its angle brackets. A mail without one gets one made of what is in it: the same whenever it is read. */
  messageId: string;
  inReplyTo: readonly string[];
  references: readonly string[];
  from: { address: string; name: string } | undefined;
  /** More than one From, or none that can be read: nobody can say whose it is. */
  fromIsPlain: boolean;
  recipients: readonly string[];
  subject: string;
  /** By what the sender says. */
  date: number | undefined;
  /** Values in the order of the mail, topmost first; names in small letters. */
  header(name: string): readonly string[];
  text: string | undefined;
  html: string | undefined;
  files: readonly MailFile[];
  /** Not all of it was read, or not all of it can be. */
  damaged: boolean;
}

export interface MailFile {
  fileName: string | undefined;
  mimeType: string;
  bytes: Uint8Array;
  /** Shown in the text, under this id. */
  contentId: string | undefined;
  inline: boolean;
}

const limits = { maxNestingDepth: 60, maxHeadersSize: 1024 * 1024, maxRfc822NestingDepth: 3 };
const longestHeader = 256 * 1024;

/** Never rejects: of what cannot be read as it should, the head is read, and of that what can be. `cut`: the rest was left on the server. */
export async function parseMail(source: Uint8Array, { cut = false }: { cut?: boolean } = {}): Promise<Mail> {
  const whole = await tried(source);
  const email = whole ?? (await tried(headOf(source))) ?? { headers: [], headerLines: [], attachments: [] };
  const boxes = mailboxes(email.from ? [email.from] : []);
  const [first] = boxes;
  const address = first && plainAddress(first.address);
  const headers = (name: string) => email.headers.filter(({ key }) => key === name).map(({ value }) => value);
  return {
    messageId: idsIn(headers("message-id")[0] ?? "")[0] ?? madeId(source),
    inReplyTo: idsIn(headers("in-reply-to").join(" ")),
    references: idsIn(headers("references").join(" ")),
    from: address ? { address, name: clean(first.name).slice(0, 120) } : undefined,
    fromIsPlain: Boolean(address) && headers("from").length === 1 && addressParser(headers("from")[0]!, { flatten: true }).length === 1,
    recipients: mailboxes([...(email.to ?? []), ...(email.cc ?? [])]).flatMap(({ address: to }) => plainAddress(to) ?? []),
    subject: clean(email.subject ?? "").slice(0, 500),
    date: dateOf(email.date),
    header: headers,
    text: email.text,
    html: email.html,
    files: email.attachments.map(fileOf),
    damaged: cut || whole === undefined,
  };
}

async function tried(source: Uint8Array): Promise<Email | undefined> {
  try {
    return await PostalMime.parse(source, limits);
  } catch {
    return undefined;
  }
}

function headOf(source: Uint8Array): Uint8Array {
  const head = Buffer.from(source.subarray(0, longestHeader)).toString("latin1");
  const end = /\r?\n\r?\n/.exec(head);
  // Without its type the head alone is a mail without words.
  return Buffer.from((end ? head.slice(0, end.index) : head).replace(/^content-type:.*(?:\r?\n[ \t].*)*/gim, "X-Type: unreadable"), "latin1");
}

/** The ids between angle brackets; of what has none, nothing. */
export const idsIn = (value: string): string[] => [...new Set([...value.matchAll(/<[^<>\s]{1,500}>/g)].slice(0, 200).map(([id]) => id))];

const madeId = (source: Uint8Array): string => `<${createHash("sha256").update(source).digest("hex").slice(0, 40)}@no-message-id.invalid>`;
const mailboxes = (addresses: readonly Address[]): Mailbox[] =>
  addresses.flatMap((entry) => ("group" in entry && entry.group ? entry.group : [entry as Mailbox])).filter(({ address }) => address !== "");
const clean = (text: string): string => text.replace(/[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\s]+/gu, " ").trim();

function dateOf(value: string | undefined): number | undefined {
  const at = Date.parse(value ?? "");
  return Number.isNaN(at) ? undefined : at;
}

function fileOf({ filename, mimeType, disposition, contentId, related, content }: Attachment): MailFile {
  return {
    fileName: filename === null ? undefined : clean(filename).slice(0, 255) || undefined,
    mimeType,
    bytes: typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content),
    contentId: contentId?.replace(/^<|>$/g, ""),
    inline: related === true || disposition === "inline",
  };
}
