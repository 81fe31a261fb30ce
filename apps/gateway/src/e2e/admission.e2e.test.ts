import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BotApi, startBotApi } from "@travelagent/channel-telegram/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli } from "../testing/cli-process.ts";
import { talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { visit } from "../testing/visitor.ts";

const state = temporaryState();
let api: BotApi;
let gateway: GatewayProcess;
beforeAll(async () => {
  api = await startBotApi();
  // Nothing is said about strangers: they are let in by code.
  const config = { agency: { name: "Mar Viajes" }, channels: { telegram: { botToken: api.token, apiRoot: api.url } } };
  writeFileSync(join(state.path, "travelagent.json"), JSON.stringify(config), { mode: 0o600 });
  gateway = await startGateway({ stateDir: state.path });
}, 30_000);
afterAll(async () => {
  await gateway?.stop();
  await api?.close();
  state.remove();
});

const bo = { id: 4002, first_name: "Bo" };
const to = (chat: number) => api.shown.filter(({ chatId }) => chatId === String(chat));
const answerTo = async (chat: number, before: number): Promise<string> => {
  await expect.poll(() => to(chat).length, { timeout: 15_000 }).toBeGreaterThan(before);
  return to(chat).at(-1)!.text;
};
const command = (...args: string[]) => cli(args, { TRAVELAGENT_STATE_DIR: state.path, TRAVELAGENT_GATEWAY_PORT: new URL(gateway.url).port });

describe("a stranger on Telegram", { timeout: 60_000 }, () => {
  it("gets a code, is let in from the command line, and is answered then", async () => {
    api.write({ text: "Flights from Barcelona to Frankfurt please" }, bo);
    const said = await answerTo(bo.id, 0);
    expect(said).toContain("this is Mar Viajes");
    const code = /[A-Z2-9]{8}/.exec(said)![0];
    const listed = await command("pairing", "list", "--json");
    expect(JSON.parse(listed.output)).toMatchObject({ requests: [{ channel: "telegram", id: "4002", name: "Bo", code }], allowed: [] });
    const approved = await command("pairing", "approve", "telegram", code.toLowerCase());
    expect(approved).toEqual({ code: 0, output: "Bo may write on telegram now\n" });
    expect(await answerTo(bo.id, 1)).toContain("You can write to Mar Viajes here now");
    const files = ["pairing", "allowFrom"].map((kind) => join(state.path, "credentials", `telegram-${kind}.json`));
    expect(files.map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
    expect(JSON.parse(readFileSync(files[1]!, "utf8"))).toEqual({ version: 1, allowFrom: ["4002"] });
    expect((await command("pairing", "approve", "telegram", code)).output).toContain("NOT_FOUND");

    await gateway.kill();
    gateway = await startGateway({ stateDir: state.path });
    api.write({ text: "Hello" }, bo);
    expect(await answerTo(bo.id, 2)).toMatch(/travel|flight/i);
  });

  it("is told in their language what an agency does not do, and the audit says so", async () => {
    const before = to(bo.id).length;
    api.write({ text: "Erzähl mir bitte einen Witz" }, bo);
    expect(await answerTo(bo.id, before)).toContain("bei Mar Viajes kann ich nur bei Reisen helfen");
    const desk = await talk({ url: gateway.url, token: gateway.token });
    const { entries } = await desk.client.call("audit.list", { limit: 20 });
    expect((entries as { ruleId: string; decision: string }[]).map(({ ruleId, decision }) => [ruleId, decision])).toEqual([
      ["door.scope", "refused"],
      ["door.pairing", "allow"],
    ]);
    await desk.close();
  });
});

describe("a visitor of the web chat", { timeout: 30_000 }, () => {
  it("is declined the same way, sees it at once and finds it in the history", async () => {
    const ana = await visit(gateway.url);
    await ana.say("Raconte-moi une blague", "k1");
    const final = await ana.wire.heard(({ event, payload }) => event === "chat" && payload?.state === "final");
    expect(JSON.stringify(final.payload)).toContain("chez Mar Viajes je ne peux vous aider que pour les voyages");
    await expect.poll(() => ana.heard()).toEqual([expect.stringContaining("chez Mar Viajes")]);
    ana.wire.end();
  });
});
