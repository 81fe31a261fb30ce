import { type ChannelBench, channelContract } from "@travelagent/channel-kit/testing";
import { openDatabase } from "@travelagent/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmail } from "./index.ts";
import { parseMail } from "./mail/parse-mail.ts";
import { dovecotProgram, type MailServers, startMailServers, writtenMail } from "./testing/index.ts";

const present = dovecotProgram() !== undefined;
let servers: MailServers;
beforeAll(async () => {
  if (present) servers = await startMailServers();
}, 30_000);
afterAll(() => servers?.close(), 30_000);

let count = 0;

async function bench(): Promise<ChannelBench> {
  count += 1;
  const user = `box${count}`;
  const before = servers.smtp.taken.length;
  const db = openDatabase({ path: ":memory:" });
  const adapter = await createEmail({
    from: "Sunny Travel <hello@agency.example>",
    imap: { host: "127.0.0.1", port: servers.imap.port, secure: false, user, pass: servers.imap.password },
    smtp: { host: "127.0.0.1", port: servers.smtp.port, secure: false },
    authentication: { servers: ["mx.agency.example"] },
    db,
  });
  // A conversation that is under way: what is written in it needs no thread of its own to be told apart from others.
  const own = (id: string) => `<${id}.${user}@example.com>`;
  const customer = { channel: "email", accountId: "default", chatType: "direct", peerId: "ana@example.com" } as const;
  const proven = { "Authentication-Results": "mx.agency.example; dmarc=pass header.from=example.com" };
  let started: string | undefined;
  /** The first mail of the conversation is ours: it stands in no thread, and neither do the answers to it. */
  const first = async (): Promise<string> => {
    if (started !== undefined) return started;
    started = own("first");
    await db.transaction((tx) =>
      tx.run(
        `insert into email_message (account_id, message_id, peer_id, thread_id, direction, state, subject, parents, at)
         values ('default', ?, 'ana@example.com', '', 'out', 'done', 'Your trip', '[]', 1)`,
        started!,
      ),
    );
    return started;
  };
  const shown = async () =>
    Promise.all(
      servers.smtp.taken.slice(before).map(async ({ to, source }) => {
        const mail = await parseMail(Buffer.from(source));
        return { to: { ...customer, peerId: to[0]! }, text: (mail.text ?? "").trim(), files: mail.files };
      }),
    );
  let last: Awaited<ReturnType<typeof shown>> = [];
  const look = async () => {
    last = await shown();
  };
  const send = adapter.send.bind(adapter);
  adapter.send = async (...args) => {
    const receipt = await send(...args);
    await look();
    return receipt;
  };
  const cursor = async (): Promise<number> => Number((await db.get("select last_uid from email_cursor where folder = 'INBOX'"))?.last_uid ?? -1);
  const deliver = async (mail: string): Promise<void> => {
    const uid = await servers.imap.deliver(user, mail);
    await expect.poll(cursor, { timeout: 3500, interval: 15 }).toBeGreaterThanOrEqual(uid);
  };
  return {
    adapter,
    customer,
    shown: () => last.map(({ to, text }) => ({ to, text })),
    files: () => last.flatMap(({ files }) => files.map(({ fileName, bytes }) => ({ ...(fileName === undefined ? {} : { fileName }), bytes }))),
    deliver: async ({ externalId, text }) => deliver(writtenMail({ text, messageId: own(externalId), inReplyTo: await first(), headers: proven })),
    deliverFile: async ({ externalId, text, fileName, bytes }) =>
      deliver(
        writtenMail({
          text,
          messageId: own(externalId),
          inReplyTo: await first(),
          headers: proven,
          files: [{ name: fileName, type: "application/pdf", bytes }],
        }),
      ),
    deliverAutomated: async ({ externalId, text }) =>
      deliver(writtenMail({ text, messageId: own(externalId), headers: { ...proven, "Auto-Submitted": "auto-replied" } })),
    personWrites: async ({ externalId, text }) => {
      const mail = writtenMail({ from: "Carla <hello@agency.example>", to: "ana@example.com", text, messageId: own(externalId), inReplyTo: await first() });
      const uid = await servers.imap.deliver(user, mail, { folder: "Sent" });
      await expect
        .poll(async () => Number((await db.get("select last_uid from email_cursor where folder = 'Sent'"))?.last_uid ?? -1), { timeout: 3500, interval: 15 })
        .toBeGreaterThanOrEqual(uid);
    },
    idOf: own,
    async echo() {
      await deliver(servers.smtp.taken.at(-1)!.source);
    },
    failNext: (how) => servers.smtp.failNext(how === "refused" ? { at: "recipient", status: 550, text: "5.1.1 no such user" } : "lost"),
    limitNext: (ms) => servers.smtp.failNext({ at: "recipient", status: 450, text: `4.7.1 too many mails, try again in ${ms / 1000} seconds` }),
    async close() {
      await db.close();
    },
  };
}

describe.skipIf(!present)("a mailbox on Dovecot", () => {
  channelContract({ describe, it, expect }, "email", bench);
});
