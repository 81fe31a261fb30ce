import { testEngine } from "@travelagent/engine/testing";
import { type Call, type ParsedParams, TravelAgentError } from "@travelagent/protocol";
import { afterEach, expect, it } from "vitest";
import { createGateway } from "../gateway.ts";
import { sessionKeyFor } from "../route.ts";
import { memorySessions, plainSessionKey, type ScriptedTurn, scriptedAgent, testPlatform } from "../testing/index.ts";

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});
const call = {
  requestId: "r",
  role: "operator",
  scopes: ["operator.admin"],
  actor: "ana",
  follow() {},
  signal: new AbortController().signal,
} as unknown as Call;

async function open(answer: ScriptedTurn) {
  const engine = await testEngine();
  const [phone, mail] = [testPlatform({ id: "phone" }), testPlatform({ id: "mail" })];
  const agent = scriptedAgent(answer);
  const gateway = createGateway({
    engine,
    sessions: memorySessions(),
    sessionKeyOf: plainSessionKey,
    agent,
    channels: [phone.adapter, mail.adapter],
    admission: { phone: { dmPolicy: "open" }, mail: { dmPolicy: "open" } },
    publisher: { publish() {}, isFollowed: () => false },
    identityLinks: { ana: ["phone:+34600111222", "mail:ana@example.com"] },
  });
  await gateway.prepare();
  await gateway.start();
  opened.push(async () => {
    await gateway.stop();
    await engine.stop();
  });
  return { gateway, phone, mail, agent };
}

it("answers somebody with several addresses where they wrote, in one conversation, also when both wait at once", async () => {
  const { phone, mail, agent } = await open(async ({ message }) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return `to ${message?.text}`;
  });
  const written = await Promise.all([phone.write("one"), mail.write("two", "ana@example.com"), phone.write("three"), mail.write("other", "bo@example.com")]);
  await expect.poll(() => phone.shown.length + mail.shown.length).toBe(4);
  expect(phone.shown.map(({ peer, text }) => [peer, text]).sort()).toEqual([
    ["+34600111222", "to one"],
    ["+34600111222", "to three"],
  ]);
  expect(mail.shown.map(({ peer, text }) => [peer, text]).sort()).toEqual([
    ["ana@example.com", "to two"],
    ["bo@example.com", "to other"],
  ]);
  expect(written.map(({ sessionKey }) => sessionKey)).toEqual([
    "agent:main:dm:ana",
    "agent:main:dm:ana",
    "agent:main:dm:ana",
    "agent:main:mail:dm:bo@example.com",
  ]);
  expect(agent.requests.find(({ message }) => message?.text === "two")?.turn).toMatchObject({ channel: "mail", peerId: "ana@example.com" });
});

it("tells of a failure where the message came from, and sends an operator's words to the address that is named", async () => {
  const { gateway, phone, mail } = await open(({ message }) => {
    if (message?.text === "break") throw new TravelAgentError("INTERNAL", "broken");
    return "fine";
  });
  await mail.write("hello", "ana@example.com");
  await expect.poll(() => mail.shown.length).toBe(1);
  await phone.write("break");
  await expect.poll(() => phone.shown.map(({ text }) => text)).toEqual([expect.stringContaining("went wrong")]);
  const send = (channel: string, to: string) =>
    gateway.handlers.send!({ channel, to, message: `for ${channel}`, idempotencyKey: channel } as ParsedParams<"send">, call);
  expect(await send("mail", "ana@example.com")).toMatchObject({ sessionKey: "agent:main:dm:ana", status: "sent" });
  expect(await send("phone", "+34600111222")).toMatchObject({ sessionKey: "agent:main:dm:ana", status: "sent" });
  expect(mail.shown.at(-1)).toMatchObject({ peer: "ana@example.com", text: "for mail" });
  expect(phone.shown.at(-1)).toMatchObject({ peer: "+34600111222", text: "for phone" });
});

it("never joins the addresses of a person at two agencies", () => {
  const identityLinks = { ana: ["phone:+34600111222", "mail:ana@example.com"] };
  const agencyOf = ({ accountId }: { accountId: string }) => (accountId === "north" ? "north" : undefined);
  const keyOf = (channel: string, accountId: string, peerId: string) =>
    sessionKeyFor("main", { channel, accountId, chatType: "direct", peerId }, { sessionKeyOf: plainSessionKey, identityLinks, agencyOf });
  const here = keyOf("phone", "default", "+34600111222");
  const there = keyOf("phone", "north", "+34600111222");
  expect(here).not.toBe(there);
  expect(keyOf("mail", "default", "ana@example.com")).toBe(here);
  expect(keyOf("mail", "north", "ana@example.com")).toBe(there);
});
