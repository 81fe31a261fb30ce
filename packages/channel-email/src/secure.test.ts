import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { createServer, type Server } from "node:http";
import { fakeHost } from "@travelagent/channel-kit/testing";
import { type OpenDatabase, openDatabase } from "@travelagent/engine";
import { systemClock } from "@travelagent/protocol/ports";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createEmail, type EmailOptions, type MailServer } from "./index.ts";
import { createTokenSource } from "./oauth.ts";
import { secureConnection } from "./secure-connection.ts";
import { createSmtp } from "./smtp/smtp.ts";
import { type Dovecot, dovecotProgram, type SmtpSink, startDovecot, startSmtpSink, writtenMail } from "./testing/index.ts";

const present = dovecotProgram() !== undefined;
const live = () => new AbortController().signal;
const mail = { from: "hello@agency.example", to: "ana@example.com", raw: Buffer.from("Subject: x\r\n\r\nhello\r\n"), messageId: "<1@agency.example>" };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function certificate(): Promise<{ cert: string; key: string }> {
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=localhost",
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }])],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return { cert: `${made.toString("pem")}\n`, key: `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}(?=.)/g, "$&\n")}\n-----END PRIVATE KEY-----\n` };
}

async function sink(options: Parameters<typeof startSmtpSink>[0]): Promise<SmtpSink> {
  const made = await startSmtpSink(options);
  closing.push(() => made.close());
  return made;
}
const smtpTo = (server: Omit<MailServer, "host">, tokens?: Parameters<typeof createSmtp>[0]["tokens"]) => {
  const smtp = createSmtp({ server: { host: "127.0.0.1", ...server }, tokens, answerMs: 3000 });
  closing.push(() => smtp.close());
  return smtp;
};

/** Gives tokens, and tells whether one is good. */
async function authority(): Promise<{ url: string; asked: URLSearchParams[]; good: Set<string>; refuse(error: string): void }> {
  const asked: URLSearchParams[] = [];
  const good = new Set<string>();
  let refusal: string | undefined;
  let count = 0;
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const answer = (status: number, value: unknown) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(value));
      };
      if (url.pathname === "/introspect") {
        const active = good.has(url.searchParams.get("token") ?? "");
        return answer(200, active ? { active: "true", username: "oauthbox" } : { active: "false" });
      }
      asked.push(new URLSearchParams(body));
      if (refusal) return answer(400, { error: refusal });
      count += 1;
      good.add(`token${count}`);
      answer(200, { access_token: `token${count}`, expires_in: 3600, token_type: "Bearer" });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    asked,
    good,
    refuse(error) {
      refusal = error;
    },
  };
}

describe("how servers are spoken to", () => {
  const ports = { implicit: 465, plain: 587 };
  it("is with TLS unless somebody says otherwise, or it is this machine", () => {
    expect(secureConnection({ host: "mail.example" }, ports)).toEqual({ port: 465, implicit: true, required: false });
    expect(secureConnection({ host: "mail.example", port: 587 }, ports)).toEqual({ port: 587, implicit: false, required: true });
    expect(secureConnection({ host: "mail.example", secure: false }, ports)).toEqual({ port: 587, implicit: false, required: true });
    expect(secureConnection({ host: "mail.example", secure: false, allowPlaintext: true }, ports).required).toBe(false);
    expect(secureConnection({ host: "127.0.0.1", secure: false, port: 2525 }, ports)).toEqual({ port: 2525, implicit: false, required: false });
    expect(secureConnection({ host: "127.0.0.1.evil.example", secure: false }, ports).required).toBe(true);
  });

  it("sends over TLS that it trusts, and over no other", async () => {
    const tls = await certificate();
    const implicit = await sink({ tls, implicit: true, login: ({ user, pass }) => user === "hello" && pass === "secret" });
    const trusted = { port: implicit.port, secure: true, user: "hello", pass: "secret", ca: tls.cert };
    expect((await smtpTo(trusted).send(mail, live())).status).toBe("sent");
    expect(implicit.taken).toMatchObject([{ by: "hello", secure: true }]);
    expect(await smtpTo({ ...trusted, pass: "wrong" }).send(mail, live())).toMatchObject({ status: "failed", retryable: true });
    const { ca: _ca, ...untrusted } = trusted;
    expect(await smtpTo(untrusted).send(mail, live())).toMatchObject({ status: "failed", retryable: true });
    const starting = await sink({ tls });
    expect((await smtpTo({ port: starting.port, secure: false, ca: tls.cert }).send(mail, live())).status).toBe("sent");
    expect(starting.taken).toMatchObject([{ secure: true }]);
    expect(implicit.taken.length).toBe(1);
  });

  it("says nothing to a server without TLS where it is needed", async () => {
    const plain = await sink({});
    const smtp = createSmtp({ server: { host: "localhost.localdomain", port: plain.port, secure: false }, tokens: undefined, answerMs: 2000 });
    closing.push(() => smtp.close());
    expect(await smtp.send(mail, live())).toMatchObject({ status: "failed" });
    expect(plain.taken).toEqual([]);
  });

  it("sends with a token that is renewed when it is refused", async () => {
    const oauth = await authority();
    const tokens = createTokenSource({ tokenUrl: `${oauth.url}/token`, clientId: "us", clientSecret: "s", refreshToken: "r" }, systemClock);
    const server = await sink({ login: ({ token }) => token !== undefined && oauth.good.has(token) });
    const smtp = smtpTo({ port: server.port, secure: false, user: "hello" }, tokens);
    expect((await smtp.send(mail, live())).status).toBe("sent");
    expect(server.taken).toMatchObject([{ by: "token1" }]);
    expect(Object.fromEntries(oauth.asked[0]!)).toEqual({ grant_type: "refresh_token", refresh_token: "r", client_id: "us", client_secret: "s" });
    smtp.close();
    oauth.good.clear();
    expect((await smtpTo({ port: server.port, secure: false, user: "hello" }, tokens).send(mail, live())).status).toBe("sent");
    expect(server.taken.at(-1)).toMatchObject({ by: "token2" });
  });

  it("asks for one token at a time and says when access was taken back", async () => {
    const oauth = await authority();
    const tokens = createTokenSource({ tokenUrl: `${oauth.url}/token`, clientId: "us", refreshToken: "r" }, systemClock);
    expect(await Promise.all([tokens.token(), tokens.token(), tokens.token()])).toEqual(["token1", "token1", "token1"]);
    expect(oauth.asked.length).toBe(1);
    oauth.refuse("invalid_grant");
    await expect(tokens.token(true)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(await tokens.token()).toBe("token1");
  });
});

describe.skipIf(!present)("a mailbox with TLS or a token", { timeout: 20_000 }, () => {
  let dovecot: Dovecot | undefined;
  let db: OpenDatabase;
  beforeAll(() => {
    db = openDatabase({ path: ":memory:" });
  });
  afterEach(async () => {
    await dovecot?.stop();
  });
  afterAll(() => db.close());

  async function hears(imap: MailServer, over: Partial<EmailOptions> = {}): Promise<string[]> {
    const email = await createEmail({
      from: "hello@agency.example",
      imap,
      smtp: { host: "127.0.0.1", port: 1, secure: false },
      accountId: `a${imap.port}`,
      db,
      ...over,
    });
    const host = fakeHost();
    try {
      await email.start(host);
      await dovecot?.deliver(imap.user ?? "", writtenMail({ text: "hello" }));
      await expect.poll(() => host.received.length, { timeout: 5000 }).toBe(1);
      return host.received.map(({ text }) => text);
    } finally {
      await email.stop();
    }
  }

  it("is read over TLS that it trusts, and over no other", async () => {
    const tls = await certificate();
    dovecot = await startDovecot({ tls });
    const server = { host: "127.0.0.1", port: dovecot.port, secure: true, user: "ana", pass: dovecot.password };
    await expect(hears(server)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(await hears({ ...server, ca: tls.cert })).toEqual(["hello"]);
  });

  it("is read with a token", async () => {
    const oauth = await authority();
    dovecot = await startDovecot({ introspectionUrl: `${oauth.url}/introspect` });
    const server = { host: "127.0.0.1", port: dovecot.port, secure: false, user: "oauthbox" };
    expect(await hears(server, { oauth: { tokenUrl: `${oauth.url}/token`, clientId: "us", refreshToken: "r" } })).toEqual(["hello"]);
    oauth.refuse("invalid_grant");
    await expect(hears(server, { oauth: { tokenUrl: `${oauth.url}/token`, clientId: "us", refreshToken: "old" } })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
  });
});
