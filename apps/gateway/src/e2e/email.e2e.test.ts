import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { dovecotProgram, type MailServers, startMailServers, writtenMail } from "@travelagent/channel-email/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { day } from "../testing/journeys.ts";

const present = dovecotProgram() !== undefined;
const state = temporaryState();
let mail: MailServers;
let gateway: GatewayProcess;
const start = async () => {
  gateway = await startGateway({ stateDir: state.path });
};
beforeAll(async () => {
  if (!present) return;
  mail = await startMailServers();
  const email = {
    from: "Sunny Travel <hello@agency.example>",
    imap: { host: "127.0.0.1", port: mail.imap.port, secure: false, user: "hello", pass: mail.imap.password },
    smtp: { host: "127.0.0.1", port: mail.smtp.port, secure: false },
    authentication: { servers: ["mx.agency.example"] },
    dmPolicy: "open",
    allowFrom: ["*"],
  };
  writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ channels: { email } }), { mode: 0o600 });
  await start();
}, 30_000);
afterAll(async () => {
  await gateway?.stop();
  await mail?.close();
  state.remove();
}, 30_000);

const headers = { "Authentication-Results": "mx.agency.example; dmarc=pass header.from=example.com" };
const head = (source: string, name: string): string => new RegExp(`^${name}: (.*(?:\\r?\\n[ \\t].*)*)`, "im").exec(source)?.[1]?.replace(/\s+/g, " ") ?? "";
const answers = (messageId: string) => mail.smtp.taken.filter(({ source }) => head(source, "In-Reply-To") === messageId);

describe.skipIf(!present)("a customer who writes mail", { timeout: 40_000 }, () => {
  it("gets offers in the thread, once, over kill -9; machines get nothing", async () => {
    const desk = await talk({ url: gateway.url, token: gateway.token });
    await expect
      .poll(async () => (await desk.client.call("channels.status", {})).channelAccounts?.email, { timeout: 10_000 })
      .toMatchObject([{ running: true }]);
    await desk.close();
    const ask = {
      subject: "Our trip",
      text: `Flights from Barcelona to Frankfurt on ${day(40)} for one adult, one way`,
      messageId: "<q1@example.com>",
      headers,
    };
    await mail.imap.deliver("hello", writtenMail(ask));
    await mail.imap.deliver(
      "hello",
      writtenMail({ text: "I am away", headers: { ...headers, "Auto-Submitted": "auto-replied" }, messageId: "<away@example.com>" }),
    );
    await expect.poll(() => answers("<q1@example.com>").length, { timeout: 15_000 }).toBe(1);
    const [offers] = answers("<q1@example.com>");
    expect(offers).toMatchObject({ from: "hello@agency.example", to: ["ana@example.com"] });
    expect([head(offers!.source, "Subject"), head(offers!.source, "References"), head(offers!.source, "Auto-Submitted")]).toEqual([
      "Re: Our trip",
      "<q1@example.com>",
      "auto-replied",
    ]);
    expect(offers!.source).toMatch(/EUR/);
    await gateway.kill();
    await mail.imap.deliver(
      "hello",
      writtenMail({ ...ask, text: "What is the status of my booking?", messageId: "<q2@example.com>", inReplyTo: head(offers!.source, "Message-ID") }),
    );
    await start();
    await expect.poll(() => answers("<q2@example.com>").length, { timeout: 15_000 }).toBe(1);
    const again = await talk({ url: gateway.url, token: gateway.token });
    const { conversations } = await again.client.call("conversations.list", { channel: "email" });
    expect(conversations.map(({ id, displayName }) => [id.replace(/[^:]*$/, "…"), displayName])).toEqual([
      ["agent:main:email:dm:ana@example.com:thread:…", "Ana Silva"],
    ]);
    await again.close();
    expect(answers("<q1@example.com>").length).toBe(1);
    expect(answers("<away@example.com>")).toEqual([]);
  });
});
