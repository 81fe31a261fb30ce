// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file format has such references
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type ModelServer, openAiServer } from "@travelagent/agent-runtime/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { chromiumPath } from "../testing/browser.ts";
import { type Talk, talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";

const key = "a-search-key-4711";
const closing: (() => unknown)[] = [];
let site: Server;
let asked: string[];
let address: string;
let model: ModelServer;
let call: { name: string; arguments: Record<string, unknown> };
let gateway: GatewayProcess;
let stateDir: string;

const pages: Record<string, string> = {
  "/res/v1/web/search": JSON.stringify({
    web: { results: [{ title: "Visa <strong>rules</strong>", url: "https://visa.example/", description: "Ninety days" }] },
  }),
  "/visa": `<title>Visa rules</title><article>${"<p>Travellers may stay for ninety days, as long as their passport is valid.</p>".repeat(8)}</article>`,
  "/form": '<title>Form</title><form action="/sent"><button>Send it</button></form>',
};

beforeEach(async () => {
  asked = [];
  site = createServer((request, response) => {
    asked.push(request.url!);
    const path = request.url!.split("?")[0]!;
    response
      .writeHead(200, { "content-type": path.startsWith("/res") ? "application/json" : "text/html" })
      .end(pages[path] ?? "<title>Sent</title><p>Thank you</p>");
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  address = `127.0.0.1:${(site.address() as AddressInfo).port}`;
  model = await openAiServer({
    reply: (request) => ((request.body.messages as { role: string }[]).at(-1)!.role === "tool" ? { text: "Done." } : { toolCalls: [call] }),
  });
  closing.push(
    () => model.close(),
    () => site.close().closeAllConnections(),
  );
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(tools: Record<string, unknown>, own: Record<string, unknown>): Promise<void> {
  const state = temporaryState();
  stateDir = state.path;
  const provider = { api: "openai-completions", baseUrl: model.url, timeoutMs: 1_500, cooldown: false, models: [{ id: "m1" }] };
  const agents = { defaults: { model: { primary: "local/m1" } }, list: [{ id: "main", default: true, tools: own }, { id: "sales" }] };
  writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ models: { providers: { local: provider } }, agents, tools }), { mode: 0o600 });
  gateway = await startGateway({ stateDir: state.path, env: { SEARCH_KEY: key } });
  closing.push(
    () => state.remove(),
    () => gateway.kill(),
  );
}

const operator = async (sessionKey: string): Promise<Talk> => {
  const one = await talk({ url: gateway.url, token: gateway.token, sessionKey });
  closing.push(() => one.close());
  return one;
};
const offered = (): string[] =>
  ((model.requests.at(-1)!.body.tools ?? []) as { function: { name: string } }[])
    .map((tool) => tool.function.name)
    .filter((name) => /^(web|browser)/.test(name));
const lastResult = (): string =>
  JSON.stringify((model.requests.at(-1)!.body.messages as { role: string; content: unknown }[]).filter(({ role }) => role === "tool").at(-1)?.content);
/** The model asks for one tool; what the customer is told comes back. */
const use = (who: Talk, name: string, args: Record<string, unknown>) => {
  call = { name, arguments: args };
  return who.say(`please ${name}`);
};
const agree = (who: Talk, { cards }: { cards: { kind: string }[] }) => {
  const card = cards.find(({ kind }) => kind === "confirmation") as unknown as { confirmationId: string };
  return who.say("Yes, confirm", { action: { type: "confirm", id: card.confirmationId } });
};

it("searches and reads the web for the agents that are named, and asks before words of strangers send it anywhere", async () => {
  await start(
    { web: { allowPrivateHosts: [address], fetch: { enabled: true }, search: { baseUrl: `http://${address}`, apiKey: "${SEARCH_KEY}" } } },
    { alsoAllow: ["group:web"] },
  );
  const ana = await operator("agent:main:main");
  expect((await use(ana, "web_search", { query: "visa" })).text).toBe("Done.");
  expect(offered()).toEqual(["web_fetch", "web_search"]);
  expect(lastResult()).toContain("Visa rules");
  const question = await use(ana, "web_fetch", { url: `http://${address}/visa` });
  expect(question.cards).toEqual([expect.objectContaining({ kind: "confirmation", lines: [`Address: http://${address}/visa`] })]);
  expect(asked).toEqual(["/res/v1/web/search?q=visa&count=5"]);
  await agree(ana, question);
  expect(asked).toContain("/visa");
  expect(lastResult()).toContain("ninety days");
  expect(lastResult()).toMatch(/part.{1,6}article/);

  const other = await operator("agent:main:other");
  await use(other, "web_fetch", { url: "http://127.0.0.1:1/" });
  expect(lastResult()).toContain("FORBIDDEN");
  const sales = await operator("agent:sales:main");
  await use(sales, "web_fetch", { url: `http://${address}/visa` });
  expect(offered()).toEqual([]);
  expect(lastResult()).toContain("TOOL_NOT_ALLOWED");
  expect(gateway.output()).not.toContain(key);
});

it.skipIf(!chromiumPath)("uses a browser of its own after a yes to what the page shows, and leaves nothing of it behind", async () => {
  await start(
    { web: { allowPrivateHosts: [address] }, browser: { enabled: true, executablePath: chromiumPath, noSandbox: process.getuid?.() === 0 } },
    { alsoAllow: ["group:ui"] },
  );
  const ana = await operator("agent:main:main");
  await use(ana, "browser_open", { url: `http://${address}/form` });
  expect(offered()).toEqual(["browser", "browser_open", "browser_act"]);
  const ref = /button \\+"Send it\\+" \[ref=(e\d+)\]/.exec(lastResult())![1]!;
  const question = await use(ana, "browser_act", { act: "click", ref });
  expect(question.cards).toEqual([expect.objectContaining({ title: "Use a web page", lines: [`Page: http://${address}/form`, 'click: button "Send it"'] })]);
  expect(asked).not.toContain("/sent?");
  await agree(ana, question);
  expect(asked).toContain("/sent?");
  const profiles = join(stateDir, "data", "browser-profiles");
  expect(existsSync(profiles) && readdirSync(profiles)).toHaveLength(1);
  await gateway.kill(); await new Promise((r) => setTimeout(r, 1500)); const { execSync } = await import("node:child_process"); console.log("LEFT", execSync("ps aux | grep -c \"[b]rowser-profiles\" || true").toString()); return;
  expect(readdirSync(profiles)).toEqual([]);
});
