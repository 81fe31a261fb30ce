import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BotApi, startBotApi } from "@travelagent/channel-telegram/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { day } from "../testing/journeys.ts";

const state = temporaryState();
let api: BotApi;
let gateway: GatewayProcess;
const start = async () => {
  gateway = await startGateway({ stateDir: state.path });
};
beforeAll(async () => {
  api = await startBotApi();
  const config = { channels: { telegram: { botToken: api.token, apiRoot: api.url, dmPolicy: "open", allowFrom: ["*"] } } };
  writeFileSync(join(state.path, "travelagent.json"), JSON.stringify(config), { mode: 0o600 });
  await start();
}, 30_000);
afterAll(async () => {
  await gateway?.stop();
  await api?.close();
  state.remove();
});

const bo = { id: 4002, first_name: "Bo" };
const to = (chat: number) => api.shown.filter(({ chatId }) => chatId === String(chat));
/** What a chat got after it had `before` messages. */
const answerTo = async (chat: number, before: number): Promise<string> => {
  await expect.poll(() => to(chat).length, { timeout: 15_000 }).toBeGreaterThan(before);
  return to(chat).at(-1)!.text;
};

describe("a customer on Telegram", { timeout: 60_000 }, () => {
  it("asks, chooses by a button, says who travels, and books by a button", async () => {
    api.write({ text: `Flights from Barcelona to Frankfurt on ${day(40)} for one adult, one way` });
    const offers = await answerTo(4001, 0);
    expect(offers).toMatch(/1\. .*EUR/);
    expect(api.typing).toContain("4001");
    const [choose] = to(4001).at(-1)!.keyboard!.flat();
    api.press(choose!.text);
    await answerTo(4001, 1);
    api.write({ text: "Ana Silva, ana.silva@example.com" });
    await answerTo(4001, 2);
    const confirm = to(4001)
      .at(-1)!
      .keyboard!.flat()
      .find(({ text }) => /yes|confirm/i.test(text))!;
    api.press(confirm.text);
    expect(await answerTo(4001, 3)).toMatch(/Booking [A-Z0-9]{6}: ticketed/);
    await expect.poll(() => api.waiting()).toBe(0);
  });

  it("is one person in one conversation of that channel", async () => {
    const desk = await talk({ url: gateway.url, token: gateway.token });
    const { conversations } = await desk.client.call("conversations.list", { channel: "telegram" });
    expect(conversations.map(({ id, displayName, state: owner }) => [id, displayName, owner])).toEqual([["agent:main:telegram:dm:4001", "Ana Silva", "agent"]]);
    expect(conversations[0]?.customerId).toBeDefined();
    await desk.close();
  });

  it("loses nothing and hears nothing twice over kill -9 and silence", async () => {
    const said = Array.from({ length: 6 }, (_, at) => `What is the status of my booking? (${at})`);
    for (const text of said.slice(0, 3)) api.write({ text }, bo);
    await expect.poll(() => to(bo.id).length, { timeout: 15_000 }).toBeGreaterThan(0);
    await gateway.kill();
    for (const text of said.slice(3)) api.write({ text }, bo);
    await start();
    await expect.poll(() => api.waiting(), { timeout: 15_000 }).toBe(0);
    const desk = await talk({ url: gateway.url, token: gateway.token });
    const asked = async () => {
      const { messages } = await desk.client.call("chat.history", { sessionKey: "agent:main:telegram:dm:4002", limit: 100 });
      return messages.filter(({ role }) => role === "user").map(({ content }) => JSON.stringify(content));
    };
    for (const text of said) await expect.poll(async () => (await asked()).filter((line) => line.includes(text)).length, { timeout: 20_000 }).toBe(1);
    // At most one answer for each: what was in doubt at the kill is not sent again but shown to people.
    await expect
      .poll(async () => (await desk.client.call("conversations.list", { channel: "telegram" })).conversations.every(({ unanswered }) => !unanswered), {
        timeout: 15_000,
      })
      .toBe(true);
    expect(to(bo.id).length).toBeGreaterThan(0);
    expect(to(bo.id).length).toBeLessThanOrEqual(said.length);
    await desk.close();
  });
});
