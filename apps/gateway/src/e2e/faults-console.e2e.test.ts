import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answers, chromiumPath, newPerson, openBrowser, type Person, textOf, write } from "../testing/browser.ts";
import { startGateway, temporaryState } from "../testing/gateway-process.ts";
import { type ModelGateway, modelGateway } from "../testing/model-gateway.ts";
import { tunnelTo } from "../testing/tunnel.ts";
import { connectWire, type WireClient } from "../testing/wire-client.ts";

/** Texts that run, load or break out of something wherever a page takes text for markup. */
const hostile = [
  `<script>window.hit=1</script>`,
  `<img src=x onerror="window.hit=2">`,
  `"><svg onload=window.hit=3>`,
  `'-window.hit=4-'`,
  `[click](javascript:window.hit=5)`,
  `javascript:window.hit=6`,
  `<a href="javascript:window.hit=7">here</a>`,
  `<iframe srcdoc="<script>parent.hit=8</script>"></iframe>`,
  `<style>*{background:url(/hit9)}</style>`,
  `<base href="https://evil.example/">`,
  `<form action="https://evil.example"><button>Sign in again</button></form>`,
  `{{constructor.constructor("window.hit=10")()}}`,
  `</textarea><script>window.hit=11</script>`,
  `<math><mtext></style><img src onerror=window.hit=12></math>`,
  `\u202e<b onmouseover=window.hit=13>txt.exe</b>`,
  `&lt;script&gt;window.hit=14&lt;/script&gt;`,
  `<link rel=stylesheet href="https://evil.example/x.css">`,
  `<meta http-equiv="refresh" content="0;url=https://evil.example">`,
  `=HYPERLINK("https://evil.example","open")`,
  `<details open ontoggle=window.hit=15>`,
];

const p95 = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)]!;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("what the console is told", () => {
  const state = temporaryState();
  const long = "agent:main:long";
  let wire: WireClient;
  let stop: () => Promise<unknown>;
  const ask = async <T>(method: string, params: unknown): Promise<T> => {
    const answer = await wire.ask(method, params);
    if (!answer.ok) throw new Error(`${method}: ${answer.error?.code} ${answer.error?.message}`);
    return answer.payload as T;
  };

  beforeAll(async () => {
    const first = await startGateway({ stateDir: state.path });
    const client = await connectWire(first);
    const sent = await client.ask("chat.send", { sessionKey: long, message: "Hello", idempotencyKey: "first" });
    await client.ask("agent.wait", { runId: sent.payload!.runId });
    client.end();
    await first.stop();
    thicken(state.path, 5_000, 20_000);
    const gateway = await startGateway({ stateDir: state.path });
    stop = () => gateway.stop();
    wire = await connectWire(gateway);
  });
  afterAll(async () => {
    wire?.end();
    await stop?.();
    state.remove();
  });

  it("pages through 5,000 conversations quickly, each of them once, while others go on", async () => {
    const seen: string[] = [];
    const times: number[] = [];
    let cursor: string | undefined;
    do {
      if (seen.length % 1000 === 0) await ask("chat.send", { sessionKey: "agent:main:meanwhile", message: "Hello", idempotencyKey: randomUUID() });
      const started = performance.now();
      const page = await ask<{ conversations: { id: string }[]; nextCursor?: string }>("conversations.list", { limit: 50, ...(cursor ? { cursor } : {}) });
      times.push(performance.now() - started);
      seen.push(...page.conversations.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    const stored = seen.filter((id) => id.startsWith("agent:main:stored"));
    expect(stored.length).toBe(5_000);
    expect(new Set(stored).size).toBe(5_000);
    expect(p95(times)).toBeLessThan(200);
  });

  it("opens the end of a conversation of 20,000 messages quickly", async () => {
    const times: number[] = [];
    for (let count = 0; count < 20; count++) {
      const started = performance.now();
      const { messages } = await ask<{ messages: { content: unknown }[] }>("chat.history", { sessionKey: long, limit: 200 });
      times.push(performance.now() - started);
      expect(messages.length).toBe(200);
      expect(JSON.stringify(messages.at(-1))).toContain("message 20000");
    }
    expect(p95(times)).toBeLessThan(200);
  });
});

describe.skipIf(chromiumPath === undefined)("the console in the browser", () => {
  let bench: ModelGateway;
  let browser: Browser;
  const people: Person[] = [];
  const person = async (): Promise<Person> => {
    const someone = await newPerson(browser);
    people.push(someone);
    return someone;
  };
  const signIn = async (page: Page, url: string): Promise<void> => {
    await page.goto(url);
    await page.getByLabel("Gateway token").fill(bench.gateway.token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Inbox" }).waitFor();
  };

  beforeAll(async () => {
    [bench, browser] = await Promise.all([modelGateway(), openBrowser()]);
  });
  afterAll(async () => {
    await Promise.all(people.map(({ context }) => context.close()));
    await browser?.close();
    await bench?.close();
  });

  it("shows hostile texts as texts, in every place it shows one", async () => {
    const desk = await person();
    const outside: string[] = [];
    desk.context.on("request", (request) => {
      if (!request.url().startsWith(bench.gateway.url)) outside.push(request.url());
    });
    const ana = await person();
    await ana.page.goto(`${bench.gateway.url}/chat`);
    await ana.page.getByText("Online").waitFor();
    // What the model says is no more trusted than what customers say.
    bench.script = () => ({ text: hostile.join("\n\n") });
    // A stranger may not write twenty messages at once.
    const said = [...hostile.slice(0, 8), hostile.slice(8).join("\n")];
    for (const text of said) await write(ana.page, text);
    await expect.poll(() => ana.page.locator(".message.from-customer").count()).toBe(said.length);
    await expect.poll(() => answers(ana.page).count(), { timeout: 30_000 }).toBeGreaterThan(0);
    await expect.poll(() => ana.page.getByText("sending …").count()).toBe(0);

    const wire = await connectWire(bench.gateway);
    for (const [index, text] of hostile.entries())
      await wire.ask("customers.create", {
        name: text,
        notes: text,
        tags: [text.slice(0, 60)],
        email: `guest${index}@example.com`,
        idempotencyKey: randomUUID(),
      });
    await signIn(desk.page, bench.gateway.url);
    const row = desk.page.locator(".row").first();
    await row.click();
    const thread = desk.page.getByRole("region", { name: "Conversation", exact: true });
    for (const text of hostile) await thread.locator(".from-customer", { hasText: text }).waitFor();
    for (const text of hostile) {
      await desk.page.getByRole("textbox", { name: /^Reply to/ }).fill(text);
      await desk.page.keyboard.press("Enter");
    }
    await expect.poll(() => ana.page.locator(".from-colleague").count(), { timeout: 30_000 }).toBe(hostile.length);
    const search = desk.page.getByRole("searchbox", { name: "Search conversations" });
    for (const text of hostile.slice(0, 4)) await search.fill(text);
    await desk.page.goto(`${bench.gateway.url}/inbox/${encodeURIComponent(hostile[1]!)}`);
    await desk.page.goto(`${bench.gateway.url}/bookings/${encodeURIComponent(hostile[0]!)}`);

    for (const { page, problems } of [ana, desk]) {
      expect(await page.evaluate<unknown>("window.hit")).toBeUndefined();
      expect(await page.locator(".thread-scroll img, .thread-scroll iframe, .thread-scroll form, .thread-scroll svg:not([aria-hidden]), base").count()).toBe(0);
      const links = await page.evaluate<string[]>(`[...document.querySelectorAll("a")].map((anchor) => anchor.href)`);
      expect(links.filter((href) => !/^https?:/.test(href))).toEqual([]);
      // A page that does not exist is refused; nothing was stopped by the content security policy, since nothing tried.
      expect(problems.splice(0).filter((problem) => /Content Security Policy|Refused to|Uncaught/.test(problem))).toEqual([]);
    }
    expect(outside).toEqual([]);
    wire.end();
  });

  it("stays quiet with 20 tabs, and each of them hears", async () => {
    bench.script = () => ({ text: "All right." });
    const desk = await person();
    await signIn(desk.page, bench.gateway.url);
    const tabs = [desk.page];
    for (let count = 1; count < 20; count++) {
      const tab = await desk.context.newPage();
      await tab.goto(`${bench.gateway.url}/inbox`);
      tabs.push(tab);
    }
    for (const tab of tabs) await tab.getByRole("heading", { name: "Inbox" }).waitFor();
    await pause(500);
    const requests: string[] = [];
    desk.context.on("request", (request) => {
      if (!request.url().endsWith(".svg")) requests.push(request.url());
    });
    const wire = await connectWire(bench.gateway);
    await wire.ask("chat.send", { sessionKey: "agent:main:twenty", message: "Who hears this?", idempotencyKey: randomUUID() });
    for (const tab of tabs) await tab.locator(".row", { hasText: "agent:main:twenty" }).waitFor();
    await pause(3_000);
    expect(requests).toEqual([]);
    wire.end();
    await desk.context.close();
  });

  it("takes up a run again after the wire broke in the middle, and a closed tab ends none", async () => {
    const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");
    bench.script = () => ({ text: words, pauseMs: 500 });
    const wire = await tunnelTo(bench.gateway.port);
    const ana = await person();
    await ana.page.goto(`http://127.0.0.1:${wire.port}/chat`);
    await ana.page.getByText("Online").waitFor();
    await write(ana.page, "Tell me something long");
    await ana.page.locator('.message.from-agent[aria-busy="true"]', { hasText: "word1 " }).waitFor();
    wire.cut();
    await expect.poll(() => answers(ana.page).count(), { timeout: 20_000 }).toBe(1);
    expect((await textOf(answers(ana.page).first())).replaceAll(/\s+/g, " ")).toContain(words);
    expect(await ana.page.locator(".message.from-customer").count()).toBe(1);

    await write(ana.page, "And once more");
    await ana.page.locator('.message.from-agent[aria-busy="true"]').waitFor();
    await ana.page.close();
    await pause(2_500);
    const tab = await ana.context.newPage();
    await tab.goto(`http://127.0.0.1:${wire.port}/chat`);
    await expect.poll(() => answers(tab).count(), { timeout: 20_000 }).toBe(2);
    wire.close();
  });
});

/** Of a stopped gateway: conversations nobody speaks in now, and one that went on for very long. */
function thicken(stateDir: string, conversations: number, messages: number): void {
  const db = new DatabaseSync(join(stateDir, "data", "travelagent.db"));
  db.exec("begin");
  for (const [table, key] of [
    ["session", "key"],
    ["conversation", "session_key"],
  ] as const) {
    const sample = db.prepare(`select * from ${table} limit 1`).get() as Record<string, string | number | null>;
    const names = Object.keys(sample);
    const insert = db.prepare(`insert into ${table} (${names.join(", ")}) values (${names.map(() => "?").join(", ")})`);
    for (let index = 0; index < conversations; index++)
      insert.run(
        ...names.map((name) => {
          if (name === key) return `agent:main:stored${index}`;
          if (name === "session_id") return `stored-${index}`;
          // Many at the same moment: a cursor that only knows the time would lose some.
          return name === "updated_at" || name === "last_at" ? Number(sample[name]) - Math.floor(index / 100) : sample[name]!;
        }),
      );
  }
  db.exec("commit");
  db.close();
  const directory = join(stateDir, "agents", "main", "sessions");
  const file = join(directory, readdirSync(directory).find((name) => name.endsWith(".jsonl"))!);
  const text = readFileSync(file, "utf8");
  const sample = JSON.parse(text.trimEnd().split("\n").at(-1)!) as { id: string; parentId?: string };
  const lines = Array.from({ length: messages }, (_, index) =>
    JSON.stringify({
      ...sample,
      id: `m${index + 1}`,
      message:
        index % 2 === 0
          ? { role: "user", content: `message ${index + 1}`, timestamp: index }
          : {
              role: "assistant",
              content: [{ type: "text", text: `message ${index + 1}` }],
              provider: "p",
              model: "m",
              stopReason: "stop",
              timestamp: index,
            },
    }),
  );
  writeFileSync(file, `${text.trimEnd()}\n${lines.join("\n")}\n`);
}
