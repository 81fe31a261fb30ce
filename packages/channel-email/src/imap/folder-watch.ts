import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import type { ImapFlow } from "imapflow";
import type { Cursor, Cursors } from "../cursors.ts";
import type { KnownMails } from "../known-mail.ts";
import { pause, within } from "../within.ts";
import { type NewMail, newMail, type Reading } from "./new-mail.ts";

/** What a watched mail is, as the server holds it. */
export interface FetchedMail extends NewMail {
  source: Uint8Array;
  /** Larger than is read: the beginning of it. */
  cut: boolean;
}

export interface FolderWatchOptions {
  folder: string;
  open(): Promise<ImapFlow>;
  /**
   * Resolves when the mail is durable or none of our business: whether it counts as read, and what is remembered of it in the commit that
   * moves the place in the folder. Rejects when it cannot be stored: it comes again.
   */
  take(mail: FetchedMail): Promise<{ seen: boolean; remember: Parameters<KnownMails["put"]>[1] | undefined }>;
  report(state: "running" | "degraded" | "logged-out", reason?: string): void;
  db: Database;
  cursors: Cursors;
  known: KnownMails;
  pollMs: number;
  aliveMs: number;
  answerMs: number;
  maxMailBytes: number;
  clock: Clock;
  log: Logger;
}

export interface FolderWatch {
  /** Resolves when the folder is open for the first time and what came meanwhile is about to be read. Rejects when that fails. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Uses the connection between two readings; undefined while there is none. */
  use<T>(work: (client: ImapFlow) => Promise<T>): Promise<T | undefined>;
}

const longestWaitMs = 300_000;
const refusedWaitMs = 300_000;
const storeWaitMs = 2_000;
/** To fetch a mail whole, and then the beginning of it. */
const tries = 3;
const headBytes = 65_536;
const slowestBytesPerMs = 20;
const leaveMs = 2_000;
const betweenIdlesMs = 100;

/**
 * One folder on a connection of its own: what is new is read in its order, one mail after the other, and the place in the folder moves when a
 * mail is durable. A connection that ends is opened again, later and later; one that says nothing for long is asked, and given up without
 * an answer.
 */
export function createFolderWatch(options: FolderWatchOptions): FolderWatch {
  const { folder, open, take, report, db, cursors, known, pollMs, aliveMs, answerMs, maxMailBytes, clock, log } = options;
  let stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let current: ImapFlow | undefined;
  let failures = 0;
  /** A mail that cannot be fetched must not stop those behind it for ever. */
  let stuck = { uid: 0, times: 0 };
  /** It says that it tells of news, and does not. */
  let refusesIdle = false;
  const asked = <T>(what: string, work: Promise<T>): Promise<T> => within(clock, answerMs, what, work);

  async function openFolder(): Promise<ImapFlow> {
    const client = await open();
    try {
      await asked("opening a folder of mail", client.mailboxOpen(folder));
      return client;
    } catch (error) {
      client.close();
      throw isMissing(error) ? new TravelAgentError("CONFIG_INVALID", `there is no folder ${folder} in the mailbox; look at channels.email.folders`) : error;
    }
  }

  /** True when everything was read; false when it is to be tried again. */
  async function readNew(client: ImapFlow): Promise<boolean> {
    const reading = await asked("looking for new mail", newMail(client, folder, { db, cursors, known, now: clock.now() }));
    for (const mail of reading.mails) {
      if (stopping.signal.aborted) return true;
      const fetched = await fetchOne(client, mail);
      if (stopping.signal.aborted) return true;
      if (fetched && !(await taken(client, fetched, reading))) return false;
      if (!fetched && reading.stepwise) await moveTo({ ...reading.after, lastUid: mail.uid });
    }
    const before = await cursors.get(folder);
    if (before && (before.lastUid !== reading.after.lastUid || before.uidValidity !== reading.after.uidValidity))
      await moveTo({ ...reading.after, seenAt: Math.max(before.seenAt, reading.after.seenAt) });
    return true;
  }

  const moveTo = (cursor: Cursor): Promise<void> => db.transaction((tx) => cursors.put(tx, folder, cursor));

  async function fetchOne(client: ImapFlow, mail: NewMail): Promise<FetchedMail | undefined> {
    stuck = { uid: mail.uid, times: stuck.uid === mail.uid ? stuck.times + 1 : 1 };
    if (stuck.times > 2 * tries) {
      log.error("a mail cannot be fetched and is left to people", { folder, uid: mail.uid });
      return undefined;
    }
    const most = stuck.times > tries ? headBytes : maxMailBytes;
    const cut = mail.bytes > most;
    const patience = answerMs + Math.min(mail.bytes, most) / slowestBytesPerMs;
    const query = { source: cut ? { maxLength: most } : true };
    const found = await within(clock, patience, "fetching a mail", client.fetchOne(String(mail.uid), query, { uid: true }));
    // Gone again in the meantime.
    const source = found ? found.source : undefined;
    return source && { ...mail, source, cut };
  }

  async function taken(client: ImapFlow, mail: FetchedMail, { after, stepwise }: Reading): Promise<boolean> {
    let result: Awaited<ReturnType<typeof take>>;
    try {
      result = await take(mail);
    } catch (error) {
      if (stopping.signal.aborted) return true;
      log.warn("a mail could not be stored; it is read again", { folder, error: String(error) });
      // A fault of ours with this mail alone must not stop those behind it for ever; a store that cannot write is waited for.
      if (TravelAgentError.is(error)) stuck.times = 0;
      await pause(clock, storeWaitMs, stopping.signal);
      return false;
    }
    const { seen, remember } = result;
    const seenAt = Math.max(after.seenAt, Math.min(mail.arrivedAt, clock.now()));
    after.seenAt = seenAt;
    await db.transaction(async (tx) => {
      if (remember) await known.put(tx, remember);
      if (stepwise) await cursors.put(tx, folder, { ...after, lastUid: mail.uid, seenAt });
    });
    if (seen) await asked("marking a mail", client.messageFlagsAdd(String(mail.uid), ["\\Seen"], { uid: true })).catch(() => undefined);
    return true;
  }

  /** Resolves when there is something to read, or when it is time to look. Rejects when the connection is gone. */
  async function news(client: ImapFlow, heard: { something: boolean; wake?: () => void }): Promise<void> {
    const idles = client.capabilities.has("IDLE") && !refusesIdle;
    if (!heard.something) {
      const woken = new AbortController();
      heard.wake = () => woken.abort();
      // It ends with the next command, also with one of `use`: then it begins again, a moment later.
      if (idles)
        void client
          .idle()
          .then((ended) => {
            if ((ended as unknown) === false && client.usable) refusesIdle = true;
            return pause(clock, betweenIdlesMs, woken.signal);
          })
          .then(heard.wake, heard.wake);
      await pause(clock, idles ? aliveMs : pollMs, AbortSignal.any([woken.signal, stopping.signal]));
      delete heard.wake;
    }
    if (stopping.signal.aborted) return;
    if (!client.usable) throw new TravelAgentError("UNAVAILABLE", "the mail server ended the connection");
    if (!heard.something) await asked("asking whether the mail server is there", client.noop());
    heard.something = false;
  }

  async function serve(client: ImapFlow): Promise<void> {
    const heard: { something: boolean; wake?: () => void } = { something: false };
    const hear = () => {
      heard.something = true;
      heard.wake?.();
    };
    client.on("exists", hear);
    client.on("close", () => heard.wake?.());
    while (!stopping.signal.aborted) {
      const done = await readNew(client);
      if (done) {
        if (failures > 0) report("running");
        failures = 0;
        await news(client, heard);
      }
    }
  }

  async function failed(error: unknown): Promise<void> {
    if (stopping.signal.aborted) return;
    failures += 1;
    const known = TravelAgentError.is(error) ? error : undefined;
    const refused = known?.code === "UNAUTHORIZED";
    // Servers end connections now and then; that alone is nobody's concern.
    if (refused || failures > 1)
      report(refused ? "logged-out" : "degraded", known ? known.message.replace(/^\[\w+\] /, "") : "the mail server does not answer");
    log.warn("a folder of mail cannot be read at present", { folder, error: String(error), failures });
    const wait = refused ? refusedWaitMs : Math.min(longestWaitMs, 1000 * 2 ** Math.min(failures - 1, 9));
    await pause(clock, wait * (0.75 + Math.random() / 2), stopping.signal);
  }

  async function run(first: ImapFlow): Promise<void> {
    current = first;
    while (!stopping.signal.aborted) {
      try {
        current ??= await openFolder();
        if (stopping.signal.aborted) break;
        await serve(current);
      } catch (error) {
        current?.close();
        current = undefined;
        await failed(error);
      }
    }
    const last = current;
    current = undefined;
    if (last) {
      await within(clock, leaveMs, "leaving the mail server", last.logout()).catch(() => undefined);
      last.close();
    }
  }

  return {
    async start() {
      stopping = new AbortController();
      failures = 0;
      stuck = { uid: 0, times: 0 };
      const first = await openFolder();
      try {
        // Where a folder begins is settled before anybody hears that mail is read.
        await asked("looking for new mail", newMail(first, folder, { db, cursors, known, now: clock.now() }));
      } catch (error) {
        first.close();
        throw error;
      }
      running = run(first);
    },
    async stop() {
      stopping.abort();
      await running;
    },
    async use(work) {
      const client = current;
      return client?.usable ? asked("a command of the mail server", work(client)) : undefined;
    },
  };
}

const isMissing = (error: unknown): boolean => (error as { mailboxMissing?: boolean } | undefined)?.mailboxMissing === true;
