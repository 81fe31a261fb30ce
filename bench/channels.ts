/**
 * Messages in and out over channels: durable webhooks accepted in a second by the built gateway, beside a raw `node:http` server that
 * syncs each body to the disk; and 1,000 messages to 1,000 chats at a platform's limit. With `--full` the faults of a channel over 1,000
 * conversations and 500 kills between the platform's yes and our hearing of it.
 * `node --conditions=@travelagent/source bench/channels.ts [--full] [--quick] [--json]`, after a build of the gateway.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { killAfterAccept, runChaos } from "../apps/gateway/src/testing/chaos/chaos.ts";
import { telegramPlatform } from "../apps/gateway/src/testing/chaos/telegram.ts";
import { startGateway } from "../apps/gateway/src/testing/gateway-process.ts";
import { createTelegram } from "../packages/channel-telegram/src/index.ts";
import { startBotApi } from "../packages/channel-telegram/src/testing/index.ts";
import { testEngine } from "../packages/engine/src/testing/index.ts";
import { createOutbox } from "../packages/gateway-core/src/outbox.ts";
import { gatewayMigrations } from "../packages/gateway-core/src/tables.ts";
import { silentLogger, systemClock } from "../packages/protocol/src/ports.ts";
import { ms, quantile, rate } from "./figures.ts";

const { values } = parseArgs({
  options: { full: { type: "boolean", default: false }, quick: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});
const rows: Record<string, unknown>[] = [];
const row = (what: string, figures: Record<string, unknown>): void => {
  rows.push({ what, ...figures });
  if (!values.json)
    console.log(
      `${what}: ${Object.entries(figures)
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(", ")}`,
    );
};

interface Accepted {
  perSecond: number;
  p50: number;
  p99: number;
  refused: number;
}

/** As many posts at the same time as a platform has connections open; each is timed until its answer is there. */
async function post(url: string, headers: Record<string, string>, bodies: readonly string[], connections = 64): Promise<Accepted> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let refused = 0;
  let next = 0;
  const one = (body: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const started = performance.now();
      const sent = request(
        url,
        { method: "POST", agent, headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers } },
        (answer) => {
          answer.resume();
          answer.on("end", () => {
            times.push(performance.now() - started);
            if (answer.statusCode !== 200) refused += 1;
            resolve();
          });
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  const started = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < bodies.length) await one(bodies[next++]!);
    }),
  );
  const perSecond = bodies.length / ((performance.now() - started) / 1000);
  agent.destroy();
  return { perSecond, p50: quantile(times, 0.5), p99: quantile(times, 0.99), refused };
}

const update = (at: number): string =>
  JSON.stringify({
    update_id: at + 1,
    message: {
      message_id: 1_000 + at,
      date: Math.floor(Date.now() / 1000),
      text: `Flights to Lisbon? (${at})`,
      from: { id: 5_000 + (at % 1_000), is_bot: false, first_name: "Ana" },
      chat: { id: 5_000 + (at % 1_000), type: "private", first_name: "Ana" },
    },
  });

async function webhooks(): Promise<void> {
  const count = values.quick ? 2_000 : 6_000;
  const secret = "a-secret-of-this-measurement";
  const api = await startBotApi();
  const stateDir = mkdtempSync(join(tmpdir(), "travelagent-bench-"));
  const config = {
    channels: {
      telegram: {
        botToken: api.token,
        apiRoot: api.url,
        dmPolicy: "open",
        allowFrom: ["*"],
        webhook: { url: "https://agency.example/webhooks/telegram", secret },
      },
    },
    // A turn begins when somebody was quiet for so long: what is measured is taking in.
    messages: { inbound: { debounceMs: 60_000 } },
  };
  writeFileSync(join(stateDir, "travelagent.json"), JSON.stringify(config), { mode: 0o600 });
  const gateway = await startGateway({ stateDir });
  const raw = spawn(process.execPath, [join(import.meta.dirname, "raw-webhook-child.ts")], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const port = Number(String((await once(raw.stdout!, "data"))[0]).trim());
    const headers = { "x-telegram-bot-api-secret-token": secret };
    const bodies = Array.from({ length: count }, (_, at) => update(at));
    const rawUrl = `http://127.0.0.1:${port}/`;
    await post(rawUrl, {}, bodies.slice(0, 500));
    await post(
      `${gateway.url}/webhooks/telegram`,
      headers,
      Array.from({ length: 500 }, (_, at) => update(1_000_000 + at)),
    );
    const [ours, beside] = [await post(`${gateway.url}/webhooks/telegram`, headers, bodies), await post(rawUrl, {}, bodies)];
    row("durable webhooks accepted", {
      rate: rate(ours.perSecond),
      p50: ms(ours.p50),
      p99: ms(ours.p99),
      refused: ours.refused,
      goal: "≥ 1,500/s, p99 ≤ 100 ms",
    });
    row("raw node:http and fdatasync", { rate: rate(beside.perSecond), p50: ms(beside.p50), p99: ms(beside.p99) });
  } finally {
    raw.kill();
    await gateway.kill();
    await api.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

async function outbound(): Promise<void> {
  const count = values.quick ? 200 : 1_000;
  const api = await startBotApi();
  const engine = await testEngine();
  const telegram = createTelegram({
    botToken: api.token,
    apiRoot: api.url,
    webhook: { url: "https://agency.example/webhooks/telegram", secret: "a-secret-of-this-measurement" },
  });
  await telegram.start({ log: silentLogger, receive: async () => ({ runId: "", sessionKey: "", duplicate: false }) });
  await engine.db.migrate("gateway", gatewayMigrations);
  const outbox = createOutbox({ db: engine.db, clock: systemClock, log: silentLogger, adapter: () => telegram, onChange: () => undefined });
  await outbox.start();
  try {
    const begun = performance.now();
    const startedAt = Date.now();
    for (let chat = 0; chat < count; chat += 1) {
      const address = { channel: "telegram", accountId: "default", chatType: "direct" as const, peerId: String(9_000 + chat) };
      await engine.db.transaction((tx) =>
        outbox.insert(tx, {
          id: `out-${chat}`,
          sessionKey: `s-${chat}`,
          address,
          author: "system",
          epoch: 1,
          message: { text: `Your gate changed. (${chat})` },
        }),
      );
      outbox.kick(`s-${chat}`);
    }
    while (api.shown.length < count && performance.now() - begun < 240_000) await new Promise((resolve) => setTimeout(resolve, 50));
    const took = (performance.now() - begun) / 1000;
    const waits = api.shown.map(({ at }) => at - startedAt);
    const perChat = new Set(api.shown.map(({ chatId }) => chatId)).size;
    // 20 at once, then one in 34 ms: what the adapter keeps to so that the platform never has to say no.
    const least = ((count - 20) * 34) / 1000;
    row(`${count} messages to ${count} chats`, {
      took: `${took.toFixed(1)} s`,
      least: `${least.toFixed(1)} s`,
      reached: perChat,
      twice: api.shown.length - perChat,
      slowest: `${(Math.max(...waits) / 1000).toFixed(1)} s`,
    });
  } finally {
    await outbox.stop();
    await telegram.stop();
    await engine.stop();
    await api.close();
  }
}

async function faults(): Promise<void> {
  const chaos = await telegramPlatform();
  try {
    const { secondGateway: _, ...ledgers } = await runChaos({ platform: chaos, conversations: 1_000, messages: 2, kills: 12, restMs: 300_000 });
    row("1,000 conversations with every fault", flat(ledgers));
  } finally {
    await chaos.close();
  }
  const killed = await telegramPlatform();
  try {
    row("500 kills between the platform's yes and ours", flat(await killAfterAccept({ platform: killed, kills: 500, restMs: 60_000 })));
  } finally {
    await killed.close();
  }
}
const flat = (ledgers: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(ledgers).map(([name, value]) => [name, Array.isArray(value) ? value.length : value]));

await webhooks();
await outbound();
if (values.full) await faults();
if (values.json) console.log(JSON.stringify(rows, null, 2));
