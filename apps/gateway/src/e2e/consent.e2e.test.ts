import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { visit } from "../testing/visitor.ts";
import { connectWire } from "../testing/wire-client.ts";

let state: ReturnType<typeof temporaryState>;
let gateway: GatewayProcess;
beforeEach(async () => {
  state = temporaryState();
  gateway = await startGateway({ stateDir: state.path });
});
afterEach(async () => {
  await gateway.stop();
  state.remove();
});

const disclosed = /^You are chatting with the AI assistant of Travel agency\./;

it("a visitor is told once that a machine answers, over kill -9, in their language, and can end advertising by a word", async () => {
  let visitor = await visit(gateway.url);
  const { cookie, sessionKey } = visitor;
  const keys = [randomUUID(), randomUUID(), randomUUID()];
  await visitor.say("Hello, I want to travel to Lisbon", keys[0]!);
  // The process dies somewhere in the middle of the first answers, and the page sends again what it has no receipt for.
  for (const [index, pause] of [0, 30, 120].entries()) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    await gateway.kill();
    gateway = await startGateway({ stateDir: state.path });
    visitor = await visit(gateway.url, cookie);
    await visitor.say(index === 0 ? "Hello, I want to travel to Lisbon" : "and a hotel please", keys[index]!);
  }
  await expect.poll(() => visitor.heard(), { timeout: 15_000 }).not.toHaveLength(0);
  await visitor.say("Unsubscribe", "stop-1");
  await expect.poll(async () => (await visitor.heard()).at(-1), { timeout: 10_000 }).toMatch(/^You will get no more advertising/);
  const heard = await visitor.heard();
  expect(heard.filter((text) => disclosed.test(text))).toHaveLength(1);
  expect(heard.find((text) => !/went wrong/.test(text))).toMatch(disclosed);

  const other = await visit(gateway.url);
  await other.say("Hola, quiero un vuelo a Roma, por favor", "es-1");
  await expect.poll(() => other.heard(), { timeout: 15_000 }).toHaveLength(1);
  expect((await other.heard())[0]).toMatch(/^Está hablando con el asistente de inteligencia artificial/);

  const desk = await connectWire(gateway);
  const listed = await desk.ask("consents.list", {});
  expect(listed.payload).toMatchObject({
    entries: [{ kind: "withdrawal", channel: "*", purpose: "marketing", proof: { how: "message", text: "Unsubscribe" } }],
  });
  const disclosures = listed.payload!.disclosures as { sessionKey: string; locale: string }[];
  expect(disclosures.filter((one) => one.sessionKey === sessionKey)).toHaveLength(1);
  expect(disclosures.map(({ locale }) => locale).sort()).toEqual(["en", "es"]);
  const run = await desk.ask("privacy.retention.run", { dryRun: true });
  expect(run.payload).toMatchObject({ dryRun: true });
  expect((run.payload!.lines as { error?: string }[]).filter(({ error }) => error)).toEqual([]);
  const real = await desk.ask("privacy.retention.run", {});
  expect((real.payload!.lines as { store: string; removed: number }[]).map(({ store, removed }) => [store, removed])).toEqual([
    ["transcripts", 0],
    ["messages", 0],
    ["leads", 0],
    ["quotes", 0],
    ["audits", 0],
    ["usage", 0],
    ["media", 0],
    ["consents", 0],
  ]);
  // The desk's own chat is no customer's.
  await desk.ask("chat.send", { sessionKey: "agent:main:main", message: "hello", idempotencyKey: "desk" });
  await expect
    .poll(async () => JSON.stringify((await desk.ask("chat.history", { sessionKey: "agent:main:main" })).payload), { timeout: 10_000 })
    .toContain("assistant");
  expect(JSON.stringify((await desk.ask("chat.history", { sessionKey: "agent:main:main" })).payload)).not.toContain("You are chatting with");
});
