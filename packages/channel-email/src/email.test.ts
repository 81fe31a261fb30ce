import { type ChannelAdapter, renderText } from "@travelagent/channel-kit";
import { type FakeHost, fakeHost } from "@travelagent/channel-kit/testing";
import { type OpenDatabase, openDatabase } from "@travelagent/engine";
import { TravelAgentError } from "@travelagent/protocol";
import type { Address, InboundMessage, OutboundMessage } from "@travelagent/protocol/messages";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createEmail, type EmailOptions } from "./index.ts";
import { type Mail, parseMail } from "./mail/parse-mail.ts";
import { type Dovecot, dovecotProgram, type SmtpSink, startDovecot, startSmtpSink, writtenMail } from "./testing/index.ts";

const present = dovecotProgram() !== undefined;
let imap: Dovecot;
let smtp: SmtpSink;
beforeAll(async () => {
  if (!present) return;
  [imap, smtp] = await Promise.all([startDovecot(), startSmtpSink()]);
}, 30_000);
afterAll(async () => {
  await imap?.stop();
  await smtp?.close();
}, 30_000);

const proven = { "Authentication-Results": "mx.agency.example; dmarc=pass header.from=example.com" };
const live = () => new AbortController().signal;
const opened: { email: ChannelAdapter; db: OpenDatabase }[] = [];
let users = 0;
const nextUser = (): string => {
  users += 1;
  return `user${users}`;
};
afterEach(async () => {
  for (const { email, db } of opened.splice(0)) {
    await email.stop();
    await db.close();
  }
});

interface Box {
  user: string;
  email: ChannelAdapter;
  host: FakeHost;
  states: string[];
  db: OpenDatabase;
  /** The same mailbox and database, as after a restart. */
  again(): Promise<Box>;
  deliver(mail: Parameters<typeof writtenMail>[0], options?: Parameters<Dovecot["deliver"]>[2]): Promise<number>;
  heard(count: number): Promise<InboundMessage[]>;
  send(to: Address, message: OutboundMessage, id?: string, author?: "agent" | "operator"): ReturnType<ChannelAdapter["send"]>;
  out(): Promise<Mail>;
}

async function open(over: Partial<EmailOptions> = {}, { user = nextUser(), db = openDatabase({ path: ":memory:" }), start = true } = {}): Promise<Box> {
  const email = await createEmail({
    from: "Sunny Travel <hello@agency.example>",
    imap: { host: "127.0.0.1", port: imap.port, secure: false, user, pass: imap.password },
    smtp: { host: "127.0.0.1", port: smtp.port, secure: false },
    authentication: { servers: ["mx.agency.example"] },
    db,
    ...over,
  });
  opened.push({ email, db });
  const states: string[] = [];
  const host = Object.assign(fakeHost({ media: true }), { report: (state: string) => void states.push(state) });
  if (start) await email.start(host);
  return {
    user,
    email,
    host,
    states,
    db,
    async again() {
      await email.stop();
      return open(over, { user, db });
    },
    deliver: (mail, options) => imap.deliver(user, writtenMail(mail), options),
    async heard(count) {
      await expect.poll(() => host.received.length, { timeout: 8000, interval: 20 }).toBeGreaterThanOrEqual(count);
      return host.received;
    },
    send: (to, message, id = "out-1", author) => email.send(to, message, { id, signal: live(), ...(author ? { author } : {}) }),
    out: () => parseMail(Buffer.from(smtp.taken.at(-1)!.source)),
  };
}
const ana = (threadId?: string): Address => ({
  channel: "email",
  accountId: "default",
  chatType: "direct",
  peerId: "ana@example.com",
  ...(threadId === undefined ? {} : { threadId }),
});

describe.skipIf(!present)("mail that comes", { timeout: 20_000 }, () => {
  it("is a conversation for each thread, by ids and never by subject", async () => {
    const box = await open();
    await box.deliver({ subject: "Trip", text: "Lisbon in May?", messageId: "<a1@example.com>", headers: proven });
    const [first] = await box.heard(1);
    expect(first).toMatchObject({
      senderId: "ana@example.com",
      senderName: "Ana Silva",
      text: "Trip\n\nLisbon in May?",
      subject: "Trip",
      tainted: true,
      externalId: "<a1@example.com>",
    });
    expect(first?.address).toEqual(ana(first?.address.threadId));
    await box.deliver({ subject: "Re: Trip", text: "Two people.", inReplyTo: "<a1@example.com>", headers: proven });
    await box.deliver({ subject: "Trip", text: "Another question", messageId: "<b1@example.com>", headers: proven });
    await box.deliver({ from: "bo@example.com", subject: "Re: Trip", text: "I am Bo", inReplyTo: "<a1@example.com>", headers: proven });
    const [, second, third, fourth] = await box.heard(4);
    expect(second).toMatchObject({ address: first!.address, replyTo: "<a1@example.com>", text: "Two people." });
    expect(third!.address.threadId).not.toBe(first!.address.threadId);
    expect(fourth!.address.peerId).toBe("bo@example.com");
  });

  it("is answered in its thread, by a mail that says what it is", async () => {
    const box = await open();
    await box.deliver({
      subject: "Re: AW: Trip",
      text: "Lisbon?",
      messageId: "<c2@example.com>",
      references: ["<c0@example.com>", "<c1@example.com>"],
      headers: proven,
    });
    const [asked] = await box.heard(1);
    const receipt = await box.send(asked!.address, { text: "**Two** flights:\n\n- [LH 1](https://lh.example/1)\n- TP 2 <b>x</b>" });
    const mail = await box.out();
    expect(receipt).toEqual({ status: "sent", externalId: mail.messageId });
    expect(smtp.taken.at(-1)).toMatchObject({ from: "hello@agency.example", to: ["ana@example.com"] });
    expect([mail.subject, mail.inReplyTo, mail.references]).toEqual([
      "Re: Trip",
      ["<c2@example.com>"],
      ["<c0@example.com>", "<c1@example.com>", "<c2@example.com>"],
    ]);
    expect([mail.header("auto-submitted"), mail.header("x-auto-response-suppress"), mail.from?.name]).toEqual([
      ["auto-replied"],
      ["DR, RN, NRN, OOF, AutoReply"],
      "Sunny Travel",
    ]);
    expect(mail.text?.trim()).toBe("Two flights:\n\n- LH 1 (https://lh.example/1)\n- TP 2 <b>x</b>");
    expect(mail.html).toContain("<strong>Two</strong> flights:");
    expect(mail.html).toContain("TP 2 &lt;b&gt;x&lt;/b&gt;");
    await box.deliver({ subject: "Re: Trip", text: "The first.", inReplyTo: mail.messageId, headers: proven });
    const [, answer] = await box.heard(2);
    expect(answer).toMatchObject({ address: asked!.address, replyTo: mail.messageId });
    await box.send(answer!.address, { text: "Done, Carla" }, "out-2", "operator");
    expect((await box.out()).header("auto-submitted")).toEqual([]);
  });

  it("has somebody else's conversation when nobody proves whose it is", async () => {
    const box = await open();
    await box.deliver({ text: "Lisbon?", messageId: "<d1@example.com>", headers: proven });
    const [asked] = await box.heard(1);
    await box.deliver({
      text: "cancel all",
      inReplyTo: "<d1@example.com>",
      headers: { "Authentication-Results": "mx.agency.example; dmarc=fail header.from=example.com" },
    });
    await box.deliver({ text: "cancel all", messageId: "<d3@example.com>" });
    const [, forged, unchecked] = await box.heard(3);
    for (const message of [forged!, unchecked!]) {
      expect(message.address.peerId).toBe(`unverified:${message.address.threadId}:ana@example.com`);
      expect(message.senderId).toBe(message.address.peerId);
      expect(message.senderName).toBe("Ana Silva (sender not verified)");
    }
    expect(forged!.address.peerId).not.toBe(unchecked!.address.peerId);
    expect(asked!.address.peerId).toBe("ana@example.com");
    // The answer goes to the address that was claimed, in the thread it was claimed in.
    await box.send(unchecked!.address, { text: "Who are you?" });
    expect(smtp.taken.at(-1)?.to).toEqual(["ana@example.com"]);
    await box.deliver({ text: "I am Ana", inReplyTo: (await box.out()).messageId });
    expect((await box.heard(4))[3]!.address).toEqual(unchecked!.address);
  });

  it("is left to people when a machine wrote it, and unread", async () => {
    const box = await open();
    await box.deliver({ text: "I am away", headers: { ...proven, "Auto-Submitted": "auto-replied" } });
    await box.deliver({ text: "Lisbon?", headers: proven });
    const [machine, person] = await box.heard(2);
    expect(machine?.automated).toContain("auto-replied");
    expect(person?.automated).toBeUndefined();
    await expect.poll(async () => (await imap.mails(box.user)).map(({ seen }) => seen), { timeout: 3000 }).toEqual([false, true]);
  });

  it("stays unread when its sender is not admitted", async () => {
    const box = await open({}, { start: false });
    const refused: string[] = [];
    const receive = async ({ text }: InboundMessage): Promise<never> => {
      refused.push(text);
      throw new TravelAgentError("FORBIDDEN", "this sender is not admitted");
    };
    await box.email.start({ ...box.host, receive });
    await box.deliver({ text: "one", headers: proven });
    await box.deliver({ text: "two", headers: proven });
    await expect.poll(() => refused, { timeout: 5000 }).toEqual(["one", "two"]);
    expect((await imap.mails(box.user)).map(({ seen }) => seen)).toEqual([false, false]);
  });

  it("is not marked as read, and comes again, while it cannot be stored", async () => {
    const box = await open();
    box.host.full = true;
    await box.deliver({ text: "Lisbon?", headers: proven });
    await expect.poll(() => box.host.log.lines.some(({ message }) => /could not be stored/.test(message)), { timeout: 4000 }).toBe(true);
    expect((await imap.mails(box.user)).map(({ seen }) => seen)).toEqual([false]);
    box.host.full = false;
    await box.heard(1);
    await expect.poll(async () => (await imap.mails(box.user)).map(({ seen }) => seen), { timeout: 3000 }).toEqual([true]);
  });

  it("brings its files, without pictures of signatures and history", async () => {
    const box = await open();
    const bytes = (text: string) => Buffer.from(text);
    await box.deliver({
      headers: proven,
      html: `<p>My passport: <img src="cid:in@1"></p><div class="gmail_signature"><img src="cid:logo@1"></div>`,
      files: [
        { name: "passport.png", type: "image/png", bytes: bytes("P"), contentId: "in@1" },
        { name: "logo.png", type: "image/png", bytes: bytes("L"), contentId: "logo@1" },
        { name: "ticket.pdf", type: "application/pdf", bytes: bytes("T") },
      ],
    });
    const [message] = await box.heard(1);
    expect(message?.attachments?.map(({ fileName }) => fileName)).toEqual(["passport.png", "ticket.pdf"]);
    expect(message?.text).toBe("My passport:");
  });
});

describe.skipIf(!present)("a folder of mail", { timeout: 30_000 }, () => {
  it("begins with what comes after the first connection: 10,000 older mails are nobody's question", async () => {
    const user = nextUser();
    imap.fill(user, "From: old@example.com\r\nMessage-ID: <old@example.com>\r\n\r\nold\r\n", 10_000);
    const box = await open({}, { user });
    await box.deliver({ text: "new", headers: proven });
    expect((await box.heard(1)).map(({ text }) => text)).toEqual(["new"]);
  });

  it("goes on where it was after a restart, with what came meanwhile, once", async () => {
    const box = await open();
    await box.deliver({ text: "one", headers: proven });
    await box.heard(1);
    await box.email.stop();
    await box.deliver({ text: "two", headers: proven });
    const after = await box.again();
    expect((await after.heard(1)).map(({ text }) => text)).toEqual(["two"]);
  });

  it("hands a mail over again, under the same id, when the process died before its place was stored", async () => {
    const box = await open();
    await box.deliver({ text: "one", messageId: "<g1@example.com>", headers: proven });
    await box.heard(1);
    await expect.poll(async () => Number((await box.db.get("select last_uid from email_cursor where folder = 'INBOX'"))?.last_uid)).toBe(1);
    await box.email.stop();
    await box.db.transaction(async (tx) => {
      await tx.run("update email_cursor set last_uid = 0");
      await tx.run("delete from email_message");
    });
    const after = await box.again();
    expect((await after.heard(1)).map(({ externalId, address }) => [externalId, address])).toEqual([["<g1@example.com>", box.host.received[0]!.address]]);
  });

  it("has the beginning of a mail that is too large, and says so", async () => {
    const box = await open({ maxMailBytes: 65_536 });
    await box.deliver({
      text: "My scans are attached.",
      headers: proven,
      files: [{ name: "scans.tiff", type: "image/tiff", bytes: Buffer.alloc(300_000, 7) }],
    });
    const [message] = await box.heard(1);
    expect(message?.text).toMatch(/^My scans are attached\.\n\n\(The mail is damaged or too large/);
    expect(message?.attachments ?? []).toEqual([]);
  });

  it("answers nothing twice when the server gives it new numbers, and loses nothing", async () => {
    const box = await open();
    await box.deliver(
      { text: "old and done", messageId: "<e0@example.com>", headers: proven, date: "Mon, 3 May 2010 10:00:00 +0000" },
      { at: new Date("2010-05-03T10:00:00Z") },
    );
    await box.deliver({ text: "one", messageId: "<e1@example.com>", headers: proven });
    await box.deliver({ text: "no id", messageId: "", headers: proven });
    await box.heard(3);
    await box.email.stop();
    const numbers = async () => (await box.db.get("select uid_validity from email_cursor where folder = 'INBOX'"))?.uid_validity;
    const before = await numbers();
    await imap.renumber(box.user);
    await box.deliver({ text: "came meanwhile", messageId: "<e2@example.com>", headers: proven });
    const after = await box.again();
    expect((await after.heard(1)).map(({ text }) => text)).toEqual(["came meanwhile"]);
    await after.deliver({ text: "and after", headers: proven });
    expect((await after.heard(2)).map(({ text }) => text)).toEqual(["came meanwhile", "and after"]);
    expect(await numbers()).not.toBe(before);
  });

  it("is read again when the connection is cut while it waits", async () => {
    const box = await open();
    await box.deliver({ text: "one", headers: proven });
    await box.heard(1);
    imap.wire.cut();
    await box.deliver({ text: "two", headers: proven });
    expect((await box.heard(2)).map(({ text }) => text)).toEqual(["one", "two"]);
    // That servers end connections is nobody's concern; that they cannot be reached is.
    expect(box.states).toEqual([]);
    imap.wire.shut();
    await expect.poll(() => box.states, { timeout: 8000 }).toEqual(["degraded"]);
    imap.wire.open();
    await expect.poll(() => box.states, { timeout: 8000 }).toEqual(["degraded", "running"]);
  });

  it("notices a connection that says nothing any more", async () => {
    const box = await open({ aliveMs: 300, answerMs: 700 });
    imap.wire.freeze();
    await expect.poll(() => box.states, { timeout: 8000 }).toContain("degraded");
    imap.wire.open();
    await box.deliver({ text: "still there?", headers: proven });
    await box.heard(1);
    await expect.poll(() => box.states.at(-1), { timeout: 8000 }).toBe("running");
  });

  it("is asked where the server cannot tell of news, and may be another one than INBOX", async () => {
    const poor = await startDovecot({ capability: "IMAP4rev1 UIDPLUS SPECIAL-USE" });
    try {
      const user = "poor";
      await poor.deliver(user, writtenMail({ text: "x" }));
      const box = await open({
        imap: { host: "127.0.0.1", port: poor.port, secure: false, user, pass: poor.password },
        pollMs: 150,
        folders: ["INBOX", "Sent"],
        sentFolder: false,
      });
      await poor.deliver(user, writtenMail({ text: "one", headers: proven }));
      await poor.deliver(user, writtenMail({ text: "two", headers: proven }), { folder: "Sent" });
      expect((await box.heard(2)).map(({ text }) => text).sort()).toEqual(["one", "two"]);
      // What lies in both is one.
      const mail = writtenMail({ text: "three", headers: proven });
      await poor.deliver(user, mail);
      await box.heard(3);
      await poor.deliver(user, mail, { folder: "Sent" });
      await poor.deliver(user, writtenMail({ text: "four", headers: proven }), { folder: "Sent" });
      expect((await box.heard(4)).map(({ text }) => text).sort()).toEqual(["four", "one", "three", "two"]);
    } finally {
      await poor.stop();
    }
  });

  it("cannot be read with a wrong password, and that is told at the start", async () => {
    const box = await open({ imap: { host: "127.0.0.1", port: imap.port, secure: false, user: "x", pass: "wrong" } }, { start: false });
    await expect(box.email.start(box.host)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    const gone = await open({ imap: { host: "127.0.0.1", port: 1, secure: false, user: "x", pass: "y" } }, { start: false });
    await expect(gone.email.start(gone.host)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const nowhere = await open({ folders: ["Nowhere"] }, { start: false });
    await expect(nowhere.email.start(nowhere.host)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});

describe.skipIf(!present)("mail that goes", { timeout: 20_000 }, () => {
  it("is kept among the mail sent, where it is found after a crash", async () => {
    const box = await open();
    await box.send(ana(), { text: "hello", subject: "Your trip" });
    const { messageId, subject } = await box.out();
    expect([subject, messageId]).toEqual(["Your trip", expect.stringMatching(/^<ta\.[0-9a-f]{40}@agency\.example>$/)]);
    expect((await box.out()).header("auto-submitted")).toEqual(["auto-generated"]);
    await expect.poll(async () => (await imap.mails(box.user, "Sent")).length, { timeout: 4000 }).toBe(1);
    // As if the process had died before it wrote down that the server took it.
    await box.db.transaction((tx) => tx.run("update email_message set state = 'sending'"));
    const after = await box.again();
    expect(await after.email.reconcile?.(ana(), "out-1", live())).toEqual({ status: "sent", externalId: messageId });
    expect(await after.email.reconcile?.(ana(), "out-2", live())).toBe(null);
    const before = smtp.taken.length;
    expect((await after.send(ana(), { text: "hello" })).status).toBe("sent");
    expect(smtp.taken.length).toBe(before);
  });

  it("is found again when its provider gave it another id", async () => {
    const box = await open();
    await box.send(ana(), { text: "hello", subject: "Your trip" });
    await expect.poll(async () => (await imap.mails(box.user, "Sent")).length, { timeout: 4000 }).toBe(1);
    const given = (await imap.mails(box.user, "Sent"))[0]!.source.replace(/^Message-ID: .*$/im, "Message-ID: <provider-1@mail.example>");
    const twin = await open({}, { user: nextUser() });
    await twin.send(ana(), { text: "hello", subject: "Your trip" });
    await imap.deliver(twin.user, given, { folder: "Sent" });
    await expect
      .poll(async () => (await twin.db.get("select thread_id from email_message where message_id = '<provider-1@mail.example>'"))?.thread_id, { timeout: 5000 })
      .toBe("");
    await twin.deliver({ text: "thanks", inReplyTo: "<provider-1@mail.example>", headers: proven });
    expect((await twin.heard(1))[0]).toMatchObject({ address: ana(), replyTo: "<provider-1@mail.example>" });
    expect(twin.host.personsMessages).toEqual([]);
  });

  it("is unknown when the answer is lost, and is not sent again", async () => {
    const box = await open();
    const before = smtp.taken.length;
    smtp.failNext("lost");
    expect((await box.send(ana(), { text: "hello" })).status).toBe("unknown");
    expect((await box.send(ana(), { text: "hello" })).status).toBe("unknown");
    expect((await box.email.reconcile?.(ana(), "out-1", live()))?.status).toBe("unknown");
    expect(smtp.taken.length).toBe(before + 1);
  });

  it("is tried again when it certainly did not go", async () => {
    const box = await open();
    const before = smtp.taken.length;
    smtp.failNext("cut");
    expect(await box.send(ana(), { text: "hello" })).toMatchObject({ status: "failed", retryable: true });
    smtp.failNext({ at: "recipient", status: 451, text: "4.7.1 Greylisted, please try again in 2 minutes" });
    expect(await box.send(ana(), { text: "hello" })).toMatchObject({ status: "failed", retryable: true, retryAfterMs: 120_000 });
    smtp.failNext({ at: "data", status: 452, text: "4.2.2 mailbox full" });
    expect(await box.send(ana(), { text: "hello" })).toMatchObject({ status: "failed", retryable: true });
    smtp.failNext({ at: "data", status: 554, text: "5.7.1 looks like spam" });
    const spam = await box.send(ana(), { text: "hello" });
    expect(spam).toMatchObject({ status: "failed", retryable: false, reason: expect.stringContaining("spam") });
    expect(spam).not.toHaveProperty("code");
    smtp.failNext({ at: "recipient", status: 550, text: "5.1.1 no such user" });
    expect(await box.send(ana(), { text: "hello" })).toMatchObject({ status: "failed", retryable: false, code: "no-such-recipient" });
    expect(smtp.taken.length).toBe(before);
    expect((await box.send(ana(), { text: "hello" })).status).toBe("sent");
    expect(smtp.taken.length).toBe(before + 1);
  });

  it("never carries a line that a subject or an address smuggles in", async () => {
    const box = await open();
    expect(await box.send({ ...ana(), peerId: "ana@example.com\r\nBcc: eve@evil.example" }, { text: "x" })).toMatchObject({ code: "no-such-recipient" });
    await box.send(ana(), { text: "x", subject: "Trip\r\nBcc: eve@evil.example" });
    expect((await box.out()).subject).toBe("Trip Bcc: eve@evil.example");
    expect(smtp.taken.at(-1)?.to).toEqual(["ana@example.com"]);
    expect(box.email.recipient?.("Ana <ANA@example.com>", "direct")).toBe("ana@example.com");
    expect(box.email.recipient?.("not an address", "direct")).toBe(null);
  });

  it("brings files, and names those that are too large", async () => {
    const box = await open();
    const attachment = { id: "f1", kind: "document" as const, mimeType: "application/pdf", bytes: 4, fileName: "itinerary.pdf" };
    const message = { text: "Here.", attachments: [attachment, { ...attachment, id: "f2", bytes: 30_000_000, fileName: "film.mp4" }] };
    await box.email.send(ana(), message, { id: "out-1", signal: live(), read: async () => Buffer.from("%PDF") });
    const mail = await box.out();
    expect(mail.files.map(({ fileName, bytes }) => [fileName, Buffer.from(bytes).toString()])).toEqual([["itinerary.pdf", "%PDF"]]);
    expect(mail.text?.trim()).toBe(`${renderText({ text: "Here." })}\n\n(Not attached, since a mail cannot carry it: film.mp4)`);
  });

  it("is reported when it comes back, and a person's own answer is told", async () => {
    const box = await open();
    await box.deliver({ text: "Lisbon?", messageId: "<f1@example.com>", headers: proven });
    const [asked] = await box.heard(1);
    await box.send(asked!.address, { text: "When?" });
    const { messageId } = await box.out();
    const report = [
      "From: MAILER-DAEMON@mx.example.com",
      "Message-ID: <dsn1@mx.example.com>",
      'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
      "",
      "--b\r\nContent-Type: message/delivery-status\r\n",
      "Final-Recipient: rfc822; ana@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n",
      "--b\r\nContent-Type: text/rfc822-headers\r\n",
      `Message-ID: ${messageId}`,
      "--b--\r\n",
    ].join("\r\n");
    await imap.deliver(box.user, report);
    await box.heard(2);
    expect(box.host.reports).toMatchObject([{ externalId: messageId, state: "failed", code: "no-such-recipient" }]);
    expect(box.host.received[1]).toMatchObject({ automated: expect.any(String) });
    const own = writtenMail({
      from: "Carla <hello@agency.example>",
      to: "Ana <ana@example.com>",
      text: "I call you.\n-- \nCarla",
      messageId: "<p1@agency.example>",
      inReplyTo: messageId,
    });
    await imap.deliver(box.user, own, { folder: "Sent" });
    await imap.deliver(box.user, writtenMail({ from: "hello@agency.example", to: "eve@evil.example", text: "x", inReplyTo: messageId }), { folder: "Sent" });
    await expect
      .poll(() => box.host.personsMessages, { timeout: 5000 })
      .toMatchObject([{ address: asked!.address, externalId: "<p1@agency.example>", text: "I call you." }]);
    await box.deliver({ text: "Thanks Carla", inReplyTo: "<p1@agency.example>", headers: proven });
    expect((await box.heard(3))[2]!.address).toEqual(asked!.address);
    expect(box.host.personsMessages.length).toBe(1);
  });
});
