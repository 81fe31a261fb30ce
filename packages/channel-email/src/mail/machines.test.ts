import { describe, expect, it } from "vitest";
import { writtenMail } from "../testing/written-mail.ts";
import { automatedReason } from "./automated.ts";
import { bounceOf } from "./bounce.ts";
import { parseMail } from "./parse-mail.ts";
import { senderProof } from "./sender-proof.ts";

const ours = new Set(["hello@agency.example"]);
const parsed = (mail: string) => parseMail(Buffer.from(mail));
const reason = async (mail: Parameters<typeof writtenMail>[0]) => automatedReason(await parsed(writtenMail(mail)), ours);

describe("mail that a machine wrote", () => {
  it.each([
    ["out of office", { headers: { "Auto-Submitted": "auto-replied (vacation)" } }],
    ["a program", { headers: { "Auto-Submitted": "auto-generated" } }],
    ["a newsletter", { headers: { "List-Id": "<news.example.com>" } }],
    ["a newsletter one can leave", { headers: { "List-Unsubscribe": "<mailto:x@example.com>" } }],
    ["bulk", { headers: { Precedence: "bulk" } }],
    ["a list", { headers: { Precedence: "list" } }],
    ["Exchange", { headers: { "X-Auto-Response-Suppress": "DR, OOF, AutoReply" } }],
    ["an old responder", { headers: { "X-Autoreply": "yes" } }],
    ["no way back", { headers: { "Return-Path": "<>" } }],
    ["noreply", { from: "Airline <no-reply@airline.example>" }],
    ["noreply with a tag", { from: "donotreply+abc@airline.example" }],
    ["the mail server", { from: "MAILER-DAEMON@mx.example.com" }],
    ["a bounce address", { from: "bounces-123@example.com" }],
    ["ourselves", { from: "Sunny <HELLO@agency.example>" }],
    ["by its subject", { subject: "Automatic reply: Trip to Lisbon" }],
    ["by its subject in German", { subject: "Re: Abwesenheitsnotiz: Reise" }],
    ["by its subject in Spanish", { subject: "Respuesta automática: viaje" }],
  ])("is known: %s", async (_name, mail) => {
    expect(await reason(mail)).toBeTruthy();
  });

  it("is not what a person wrote", async () => {
    expect(await reason({ subject: "Out of the box ideas for Lisbon?" })).toBeUndefined();
    expect(await reason({ headers: { "Auto-Submitted": "no" } })).toBeUndefined();
    expect(await reason({ from: "Norep Ly <norah.eply@example.com>" })).toBeUndefined();
  });

  it("has no sender", async () => {
    expect(automatedReason(await parsed("Subject: hi\r\n\r\nhello"), ours)).toMatch(/no sender/);
  });
});

const dsn = (action: string, status = "5.1.1") =>
  [
    "From: MAILER-DAEMON@mx.example.com",
    "To: hello@agency.example",
    "Subject: Undelivered Mail Returned to Sender",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    "",
    "--b",
    "Content-Type: text/plain",
    "",
    "I am sorry.",
    "--b",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.example.com",
    "",
    "Final-Recipient: rfc822; ana@example.com",
    `Action: ${action}`,
    `Status: ${status}`,
    "Diagnostic-Code: smtp; 550 5.1.1 <ana@example.com>:",
    "  no such user",
    "--b",
    "Content-Type: text/rfc822-headers",
    "",
    "From: hello@agency.example",
    "Message-ID: <ta.abc@agency.example>",
    "--b--",
    "",
  ].join("\r\n");

describe("a report of a mail that did not arrive", () => {
  it("names the mail, the reason and what would help", async () => {
    expect(bounceOf(await parsed(dsn("failed")))).toEqual({
      messageIds: ["<ta.abc@agency.example>"],
      recipient: "ana@example.com",
      reason: "5.1.1 550 5.1.1 <ana@example.com>: no such user",
      code: "no-such-recipient",
    });
    expect(bounceOf(await parsed(dsn("failed", "5.2.2")))?.code).toBeUndefined();
  });

  it("is none while it is tried again", async () => {
    expect(bounceOf(await parsed(dsn("delayed")))).toBeUndefined();
    expect(bounceOf(await parsed(writtenMail()))).toBeUndefined();
  });
});

describe("whether a sender is believed", () => {
  const proof = async (headers: [string, string][], from = "ana@example.com", servers: readonly string[] = ["mx.agency.example"]) =>
    senderProof(await parsed(`${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}${writtenMail({ from })}`), { servers });
  const results = (value: string): [string, string][] => [["Authentication-Results", value]];

  it.each([
    ["DMARC", "mx.agency.example; dmarc=pass (p=REJECT) header.from=example.com"],
    ["a signature of the domain", "mx.agency.example; dkim=pass header.d=example.com header.b=x; spf=none"],
    ["the domain's own server", "mx.agency.example; spf=pass (ok (really)) smtp.mailfrom=bounce@example.com"],
    ["a version", "mx.agency.example 1; dmarc=pass header.from=example.com"],
  ])("yes: %s", async (_name, value) => {
    expect(await proof(results(value))).toBe("proven");
  });

  it.each([
    ["DMARC failed, whatever else passed", "mx.agency.example; dmarc=fail header.from=example.com; spf=pass smtp.mailfrom=x@example.com", "forged"],
    ["SPF failed", "mx.agency.example; spf=softfail smtp.mailfrom=x@example.com", "forged"],
    ["a signature of somebody else", "mx.agency.example; dkim=pass header.d=evil.example", "unchecked"],
    ["a domain that ends alike", "mx.agency.example; dkim=pass header.d=ample.com", "unchecked"],
    ["DMARC of another From", "mx.agency.example; dmarc=pass header.from=evil.example", "unchecked"],
    ["another server's word", "mx.evil.example; dmarc=pass header.from=example.com", "unchecked"],
    ["a comment with the name in it", "mx.evil.example (mx.agency.example; dmarc=pass); none", "unchecked"],
    ["nothing found", "mx.agency.example; none", "unchecked"],
  ])("no: %s", async (_name, value, expected) => {
    expect(await proof(results(value))).toBe(expected);
  });

  it("no: below what our server wrote stands what the sender wrote in its name", async () => {
    expect(await proof([...results("mx.agency.example; dmarc=fail"), ...results("mx.agency.example; dmarc=pass header.from=example.com")])).toBe("forged");
  });

  it("no: two senders, or a name that looks like one", async () => {
    const pass = "mx.agency.example; dmarc=pass header.from=example.com";
    expect(await proof(results(pass), "ana@example.com, bo@example.com")).toBe("forged");
    expect(await proof(results(pass), '"ana@example.com" <eve@evil.example>')).toBe("unchecked");
  });

  it("by whoever wrote the topmost result, where that was said", async () => {
    expect(await proof(results("spf=pass (sender ok) smtp.mailfrom=example.com; dmarc=pass action=none header.from=example.com"), undefined, ["*"])).toBe(
      "proven",
    );
    expect(await proof(results("spf=pass smtp.mailfrom=example.com"), undefined, ["mx.agency.example"])).toBe("unchecked");
  });
});

describe("mail as it comes", () => {
  it("is read in its charset", async () => {
    const latin = Buffer.concat([
      Buffer.from(
        "From: =?iso-8859-1?Q?Jos=E9?= <jose@example.com>\r\nSubject: =?utf-8?B?VmlhamUg4pyI?=\r\nMessage-ID: <1@example.com>\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n",
      ),
      Buffer.from("Ma\xf1ana, por favor", "latin1"),
    ]);
    const mail = await parseMail(latin);
    expect([mail.from?.name, mail.subject, mail.text?.trim()]).toEqual(["José", "Viaje ✈", "Mañana, por favor"]);
    const japanese = await parsed("From: a@example.com\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B%F%9%H\x1b(B\r\n");
    expect(japanese.text?.trim()).toBe("テスト");
    const unknown = await parsed("From: a@example.com\r\nContent-Type: text/plain; charset=x-nobody-knows\r\n\r\nhello\r\n");
    expect(unknown.text?.trim()).toBe("hello");
  });

  it.each([
    ["nothing", ""],
    ["no head", "\r\n\r\nhello"],
    ["a boundary that never comes", 'From: ana@example.com\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\nhello'],
    ["a part that never ends", 'From: ana@example.com\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello'],
    ["broken base64", "From: ana@example.com\r\nContent-Transfer-Encoding: base64\r\n\r\n@@@@not base64===="],
    ["bytes", `From: ana@example.com\r\n\r\n${String.fromCharCode(...Array.from({ length: 256 }, (_, at) => at))}`],
    [
      "parts in parts",
      `From: ana@example.com\r\n${Array.from({ length: 300 }, (_, at) => `Content-Type: multipart/mixed; boundary="b${at}"\r\n\r\n--b${at}\r\n`).join("")}`,
    ],
    ["long heads", `From: ana@example.com\r\nX-Long: ${"x".repeat(3_000_000)}\r\n\r\nhello`],
  ])("is read whatever it is: %s", async (_name, source) => {
    const mail = await parsed(source);
    expect(mail.messageId).toMatch(/^<[0-9a-f]{40}@no-message-id\.invalid>$/);
    expect((await parsed(source)).messageId).toBe(mail.messageId);
    if (source.startsWith("From")) expect(mail.from?.address).toBe("ana@example.com");
  });

  it("has no name that hides something and no path in names of files", async () => {
    const mail = await parsed(
      writtenMail({ from: '"Ana\u202e\u0007 Silva" <ANA@Example.com>', files: [{ name: "ticket.pdf", type: "application/pdf", bytes: Buffer.from("x") }] }),
    );
    expect(mail.from).toEqual({ address: "ana@example.com", name: "Ana Silva" });
    expect(mail.files.map(({ fileName }) => fileName)).toEqual(["ticket.pdf"]);
  });
});
