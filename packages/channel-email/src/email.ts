import type { ChannelAdapter, ChannelHost } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import { systemClock } from "@travelagent/protocol/ports";
import { createCursors } from "./cursors.ts";
import { createFolderWatch, type FetchedMail, type FolderWatch, type FolderWatchOptions } from "./imap/folder-watch.ts";
import { openImap } from "./imap/open-imap.ts";
import { findSentFolder, isInFolder, putInSent } from "./imap/sent-folder.ts";
import { inboundOf } from "./inbound.ts";
import { createKnownMails, type KnownMail } from "./known-mail.ts";
import { bounceOf } from "./mail/bounce.ts";
import { type Mail, parseMail } from "./mail/parse-mail.ts";
import { createTokenSource } from "./oauth.ts";
import type { EmailOptions } from "./options.ts";
import { ownMark, ownMessageId } from "./outgoing/own-mark.ts";
import { createSender, mostFileBytes } from "./outgoing/sender.ts";
import { domainOf, emailChannel, plainAddress } from "./peer.ts";
import { isOurOwn, personsMailOf } from "./persons-mail.ts";
import { createSmtp } from "./smtp/smtp.ts";
import { tables, tablesOwner } from "./tables.ts";

type Taken = Awaited<ReturnType<FolderWatchOptions["take"]>>;
type State = "running" | "degraded" | "logged-out";

const dayMs = 24 * 3_600_000;
const maxTextLength = 100_000;
const nothing: Taken = { seen: false, remember: undefined };

/**
 * A mailbox as a channel. Makes its tables and connects to nobody until it is started. Raises `CONFIG_INVALID` for a `from` that is no
 * address and for servers without a user.
 */
export async function createEmail(options: EmailOptions): Promise<ChannelAdapter> {
  const { from, aliases = [], imap, db, accountId = "default", folders = ["INBOX"], authentication = {}, markSeen = true } = options;
  const { pollMs = 60_000, aliveMs = 240_000, answerMs = 30_000, maxMailBytes = 25 * 1024 * 1024, rememberMs = 400 * dayMs, clock = systemClock } = options;
  const fromAddress = plainAddress(from);
  if (fromAddress === null) throw new TravelAgentError("CONFIG_INVALID", `"${from}" is no address to send mail from; write "Name <hello@agency.example>"`);
  if (imap.user === undefined) throw new TravelAgentError("CONFIG_INVALID", "the mailbox has no user; set imap.user");
  await db.migrate(tablesOwner, tables);

  const ours = new Set([fromAddress, ...aliases.flatMap((alias) => plainAddress(alias) ?? [])]);
  const tokens = options.oauth && createTokenSource(options.oauth, clock);
  const cursors = createCursors(db, accountId);
  const known = createKnownMails(db, accountId);
  const smtp = createSmtp({ server: options.smtp, tokens, answerMs });
  let host: ChannelHost | undefined;
  let watches: FolderWatch[] = [];
  let sent: { folder: string; watch: FolderWatch } | undefined;
  let told: State = "running";
  const states = new Map<string, { state: State; reason: string | undefined }>();
  let cancelPruning = () => {};

  const sender = createSender({
    from,
    fromAddress,
    accountId,
    subject: options.subject ?? `Message from ${/^\s*"?([^"<]+?)"?\s*</.exec(from)?.[1] ?? fromAddress}`,
    smtp,
    known,
    db,
    clock,
    onSent(messageId, raw) {
      const to = sent;
      void to?.watch
        .use((client) => putInSent(client, to.folder, messageId, raw, new Date(clock.now())))
        .catch((error: unknown) => host?.log.warn("a copy of a mail could not be put into the folder of sent mail", { error: String(error) }));
    },
    isInSent: async (messageId) => sent?.watch.use((client) => isInFolder(client, messageId)),
  });

  function report(folder: string, state: State, reason?: string): void {
    states.set(folder, { state, reason });
    const worst = [...states.values()].find((one) => one.state === "logged-out") ?? [...states.values()].find((one) => one.state === "degraded");
    const now = worst?.state ?? "running";
    if (now === told) return;
    told = now;
    host?.report?.(now, worst?.reason);
  }

  /** A mail of a folder that is read. */
  async function takeIn({ source, cut, arrivedAt }: FetchedMail): Promise<Taken> {
    const to = hostNow();
    const mail = await parseMail(source, { cut });
    if ((await isOurOwn(mail, ours, known)) || (await known.get(mail.messageId))) return nothing;
    await tellBounce(to, mail, arrivedAt);
    const { message, known: remember } = await inboundOf(mail, {
      accountId,
      ours,
      authentication,
      maxTextLength: options.maxTextLength ?? 20_000,
      known,
      host: to,
      arrivedAt,
    });
    const isTaken = await hostNow()
      .receive(message)
      .then(() => true, passOver);
    // What nobody here answers stays unread for people.
    return { seen: markSeen && isTaken && message.automated === undefined, remember };
  }

  async function tellBounce(to: ChannelHost, mail: Mail, at: number): Promise<void> {
    const bounce = bounceOf(mail);
    if (!bounce || !to.delivered) return;
    const about = (await known.among(bounce.messageIds)).find(({ direction }) => direction === "out");
    if (about)
      await to.delivered({
        externalId: about.messageId,
        state: "failed",
        at,
        reason: bounce.reason,
        ...(bounce.code === undefined ? {} : { code: bounce.code }),
      });
  }

  /** A mail of the folder with sent mail. */
  async function takeSent({ source, cut, arrivedAt }: FetchedMail): Promise<Taken> {
    const to = hostNow();
    const mail = await parseMail(source, { cut });
    if (await known.get(mail.messageId)) return nothing;
    if (await isOurOwn(mail, ours, known)) return { seen: false, remember: await renamed(mail) };
    const theirs = await personsMailOf(mail, { accountId, known, arrivedAt, maxTextLength });
    if (!theirs) return nothing;
    await to.personWrote?.(theirs.message);
    return { seen: false, remember: theirs.known };
  }

  /** Its provider gave our mail another Message-ID: answers to it will name that one. */
  async function renamed(mail: Mail): Promise<KnownMail | undefined> {
    const original = await known.get(ownMessageId(mail.header(ownMark)[0]?.trim() ?? "", domainOf(fromAddress!)));
    return original && { ...original, messageId: mail.messageId, state: "done" };
  }

  function hostNow(): ChannelHost {
    if (!host) throw new TravelAgentError("UNAVAILABLE", "the channel is not running");
    return host;
  }

  const watchOf = (folder: string, take: FolderWatchOptions["take"], log: ChannelHost["log"]): FolderWatch =>
    createFolderWatch({
      folder,
      open: () => openImap({ server: imap, tokens, answerMs }),
      take,
      report: (state, reason) => report(folder, state, reason),
      db,
      cursors,
      known,
      pollMs,
      aliveMs,
      answerMs,
      maxMailBytes,
      clock,
      log,
    });

  async function sentFolder(): Promise<string | undefined> {
    if (options.sentFolder === false) return undefined;
    const client = await openImap({ server: imap, tokens, answerMs });
    try {
      return await findSentFolder(client, options.sentFolder);
    } finally {
      await client.logout().catch(() => client.close());
    }
  }

  function prune(): void {
    void known.prune(clock.now() - rememberMs).catch(() => undefined);
    cancelPruning = clock.after(dayMs, prune);
  }

  async function stop(): Promise<void> {
    host = undefined;
    cancelPruning();
    const ending = [...watches, ...(sent ? [sent.watch] : [])];
    watches = [];
    sent = undefined;
    await Promise.all(ending.map((watch) => watch.stop()));
    smtp.close();
  }

  return {
    contract: 1,
    id: emailChannel,
    accountId,
    features: {
      maxTextLength,
      threads: true,
      cards: false,
      media: { image: mostFileBytes, audio: mostFileBytes, video: mostFileBytes, document: mostFileBytes },
    },

    async start(given) {
      host = given;
      states.clear();
      told = "running";
      try {
        const folder = await sentFolder();
        watches = folders.map((name) => watchOf(name, takeIn, given.log));
        if (folder === undefined && options.sentFolder !== false)
          given.log.warn("the mailbox has no folder for sent mail: nobody sees who answers a customer from there", { account: accountId });
        // What was sent is known before answers to it are read.
        if (folder !== undefined && folders.includes(folder))
          throw new TravelAgentError(
            "CONFIG_INVALID",
            `${folder} is the folder with sent mail and cannot be read as mail that comes; set sentFolder: false or take it out of folders`,
          );
        if (folder !== undefined) {
          sent = { folder, watch: watchOf(folder, takeSent, given.log) };
          await sent.watch.start();
        }
        for (const watch of watches) await watch.start();
      } catch (error) {
        await stop();
        if (TravelAgentError.is(error, "UNAUTHORIZED")) throw new TravelAgentError("CONFIG_INVALID", error.message.replace(/^\[\w+\] /, ""));
        throw error;
      }
      if (!authentication.acceptUnchecked && (authentication.servers ?? []).length === 0)
        given.log.warn("nobody says who checks senders of mail: every thread is a stranger's; set channels.email.authentication", { account: accountId });
      prune();
    },

    stop,

    recipient: (to, chatType) => (chatType === "direct" ? plainAddress(to) : null),

    async send(to, message, context) {
      if (!host) return { status: "failed", reason: "the e-mail channel is not running", retryable: true };
      try {
        return await sender.send(to, message, context);
      } catch (error) {
        // Only our own store fails here: before the mail was begun nothing went out, afterwards it is found as begun.
        return { status: "unknown", reason: `the mail could not be recorded: ${error instanceof Error ? error.message : String(error)}` };
      }
    },

    reconcile: (_to, id) => sender.reconcile(id),
  };
}

/** Who is not admitted is on record, and what cannot be taken will not be later; the mail need not be read again. */
function passOver(error: unknown): false {
  if (!TravelAgentError.is(error) || !["FORBIDDEN", "INVALID_REQUEST", "PAYLOAD_TOO_LARGE", "IDEMPOTENCY_MISMATCH"].includes(error.code)) throw error;
  return false;
}
