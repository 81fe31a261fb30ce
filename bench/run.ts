import { once } from "node:events";
import { fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { WebSocket } from "ws";
import { type GatewayProcess, startGateway } from "../apps/gateway/src/testing/gateway-process.ts";
import { openAiServer } from "../packages/agent-runtime/src/testing/openai-server.ts";
import { median, ms, quantile, rate, timed } from "./figures.ts";
import { type BareClient, bareClient } from "./socket.ts";

/**
 * `npm run bench`: the built gateway beside a raw `ws` echo and a raw disk write in the same run. Prints one table; with
 * `--json` the figures, with `--write` also into bench/README.md. `--quick` does less of everything.
 */
const quick = process.argv.includes("--quick");
const rows: { what: string; figure: string; beside: string; goal: string; met: boolean | null }[] = [];
const row = (what: string, figure: string, beside = "", goal = "", met: boolean | null = null) => {
  rows.push({ what, figure, beside, goal, met });
  process.stderr.write(`${what}: ${figure}${beside ? `  (${beside})` : ""}\n`);
};

const rss = (pid: number): number => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
};

/** Requests per second: `connections` clients with `depth` requests in flight each. */
async function throughput(clients: readonly { request(): Promise<unknown> }[], depth: number, seconds: number): Promise<number> {
  let done = 0;
  const end = performance.now() + seconds * 1000;
  const started = performance.now();
  await Promise.all(
    clients.flatMap((client) =>
      Array.from({ length: depth }, async () => {
        while (performance.now() < end) {
          await client.request();
          done += 1;
        }
      }),
    ),
  );
  return done / ((performance.now() - started) / 1000);
}

/** A server that sends back what it gets and does nothing else: the limit of `ws` and this machine. */
async function echoServer(): Promise<{ url: string; close(): void }> {
  const { spawn } = await import("node:child_process");
  const source = `import { WebSocketServer } from ${JSON.stringify(import.meta.resolve("ws"))};
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
    server.on("listening", () => console.log(server.address().port));
    server.on("connection", (socket) => socket.on("message", (data) => { const frame = JSON.parse(data.toString()); socket.send(JSON.stringify({ type: "res", id: frame.id, ok: true, payload: { ok: true } })); }));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return { url: `ws://127.0.0.1:${port.toString().trim()}`, close: () => child.kill() };
}

async function echoClient(url: string): Promise<{ request(): Promise<unknown>; close(): void }> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, "open");
  const pending = new Map<string, () => void>();
  let count = 0;
  socket.on("message", (data: Buffer) => {
    const { id } = JSON.parse(data.toString()) as { id: string };
    pending.get(id)?.();
    pending.delete(id);
  });
  return {
    request: () =>
      new Promise<void>((resolve) => {
        const id = String(++count);
        pending.set(id, resolve);
        socket.send(JSON.stringify({ type: "req", id, method: "health" }));
      }),
    close: () => socket.close(),
  };
}

const asRequester = (client: BareClient) => ({ request: () => client.call("health") });
let runs = 0;

/** One turn from the send to the committed answer. */
async function turn(client: BareClient, sessionKey: string, message = "hello"): Promise<number> {
  const idempotencyKey = `bench-${process.pid}-${++runs}`;
  return timed(async () => {
    const final = client.final(idempotencyKey);
    await client.call("chat.send", { sessionKey, message, idempotencyKey });
    await final;
  });
}

async function turnsPerSecond(client: BareClient, sessions: number, each: number): Promise<number> {
  const started = performance.now();
  await Promise.all(
    Array.from({ length: sessions }, async (_, index) => {
      for (let count = 0; count < each; count++) await turn(client, `agent:main:load${index}`);
    }),
  );
  return (sessions * each) / ((performance.now() - started) / 1000);
}

function rawDiskWrite(directory: string): number {
  const file = openSync(join(directory, "raw"), "w");
  const block = Buffer.alloc(4096);
  const times = Array.from({ length: 200 }, () => {
    const started = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    return performance.now() - started;
  });
  return median(times);
}

/** Rows as the gateway writes them, for conversations nobody speaks in now. */
function seedSessions(stateDir: string, count: number): void {
  const db = new DatabaseSync(join(stateDir, "data", "travelagent.db"));
  const columns = (table: string) => db.prepare(`select * from ${table} limit 1`).get() as Record<string, string | number | null>;
  db.exec("begin");
  for (const [table, key] of [
    ["session", "key"],
    ["conversation", "session_key"],
  ] as const) {
    const sample = columns(table);
    const names = Object.keys(sample);
    const insert = db.prepare(`insert into ${table} (${names.join(", ")}) values (${names.map(() => "?").join(", ")})`);
    for (let index = 0; index < count; index++) {
      const values = names.map((name) =>
        name === key
          ? `agent:main:stored${index}`
          : name === "session_id"
            ? `stored-${index}`
            : name === "updated_at" || name === "last_at"
              ? Number(sample[name]) - index
              : sample[name]!,
      );
      insert.run(...values);
    }
  }
  db.exec("commit");
  db.close();
}

const stateDir = mkdtempSync(join(tmpdir(), "travelagent-bench-"));
const answer = (tokens: number) => Array.from({ length: tokens }, (_, index) => `word${index}`).join(" ");
const model = await openAiServer({
  reply: (request) => {
    const size = /answer with (\d+) words/.exec(JSON.stringify((request.body.messages as unknown[]).at(-1)))?.[1];
    return { text: size ? answer(Number(size)) : "All right." };
  },
});
writeFileSync(
  join(stateDir, "travelagent.json"),
  JSON.stringify({
    models: { providers: { local: { api: "openai-completions", baseUrl: model.url, models: [{ id: "zero" }] } } },
    agents: { defaults: { model: { primary: "local/zero" } } },
  }),
  { mode: 0o600 },
);
const start = (): Promise<GatewayProcess> => startGateway({ stateDir });
let gateway: GatewayProcess | undefined;

try {
  // ---- start and memory
  gateway = await start();
  await gateway.stop();
  const starts: number[] = [];
  const hellos: number[] = [];
  for (let count = 0; count < (quick ? 3 : 7); count++) {
    gateway = await start();
    starts.push(gateway.readyMs);
    hellos.push(await timed(async () => (await bareClient(gateway!.url, gateway!.token)).close()));
    if (count < (quick ? 2 : 6)) await gateway.stop();
  }
  const node = await timed(async () => {
    const { spawn } = await import("node:child_process");
    await once(spawn(process.execPath, ["-e", "0"]), "exit");
  });
  row("start to ready, median", ms(median(starts)), `node -e 0: ${ms(node)}`, "≤ 500 ms", median(starts) <= 500);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  row("idle memory", `${rss(gateway.pid).toFixed(0)} MiB`, "", "≤ 100 MiB", rss(gateway.pid) <= 100);

  // ---- handshake
  const shakes: number[] = [];
  for (let count = 0; count < 200; count++) shakes.push(await timed(async () => (await bareClient(gateway!.url, gateway!.token)).close()));
  row("connect to hello-ok, p50 / p99", `${ms(median(shakes))} / ${ms(quantile(shakes, 0.99))}`);

  // ---- requests beside a raw echo, interleaved
  const echo = await echoServer();
  for (const [connections, depth] of [
    [1, 64],
    [50, 4],
  ] as const) {
    const ours = await Promise.all(Array.from({ length: connections }, () => bareClient(gateway!.url, gateway!.token)));
    const raw = await Promise.all(Array.from({ length: connections }, () => echoClient(echo.url)));
    const rates: { ours: number[]; raw: number[] } = { ours: [], raw: [] };
    for (let round = 0; round < 3; round++) {
      rates.raw.push(await throughput(raw, depth, quick ? 1 : 2));
      rates.ours.push(await throughput(ours.map(asRequester), depth, quick ? 1 : 2));
    }
    const share = median(rates.ours) / median(rates.raw);
    row(
      `health, ${connections} × ${depth} in flight`,
      rate(median(rates.ours)),
      `raw ws echo ${rate(median(rates.raw))}: ${(share * 100).toFixed(0)} %`,
      connections === 50 ? "≥ 60 % of raw" : "",
      connections === 50 ? share >= 0.6 : null,
    );
    for (const client of [...ours, ...raw]) client.close();
  }
  echo.close();

  // ---- turns, every step durable
  const client = await bareClient(gateway.url, gateway.token);
  for (let count = 0; count < 20; count++) await turn(client, "agent:main:warm");
  const warm: number[] = [];
  for (let count = 0; count < (quick ? 60 : 200); count++) warm.push(await turn(client, `agent:main:warm${count % 5}`));
  row(
    "turn, warm, p50 / p95",
    `${ms(median(warm))} / ${ms(quantile(warm, 0.95))}`,
    `raw 4 KiB write + fdatasync: ${ms(rawDiskWrite(stateDir))}`,
    "p95 ≤ 20 ms",
    quantile(warm, 0.95) <= 20,
  );
  await turnsPerSecond(client, 50, 2);
  const speed: number[] = [];
  for (let round = 0; round < 3; round++) speed.push(await turnsPerSecond(client, 50, quick ? 6 : 20));
  row("durable turns, 50 sessions at once", rate(median(speed)), "", "≥ 300/s", median(speed) >= 300);

  // ---- one answer's bytes
  const bytesFor = async (words: number): Promise<number> => {
    const listener = await bareClient(gateway!.url, gateway!.token);
    const before = listener.received();
    await turn(listener, `agent:main:bytes${words}`, `answer with ${words} words`);
    const bytes = listener.received() - before;
    listener.close();
    return bytes;
  };
  await bytesFor(10);
  const [small, large] = [await bytesFor(500), await bytesFor(4000)];
  row(
    "bytes for an answer of 500 / 4,000 words",
    `${small.toLocaleString("en-US")} / ${large.toLocaleString("en-US")}`,
    `${(large / small).toFixed(1)} × for 8 × the words`,
    "linear",
    large / small < 10,
  );

  // ---- other clients
  const alone: number[] = [];
  const crowded: number[] = [];
  const others: BareClient[] = [];
  for (let count = 0; count < 100; count++) alone.push(await turn(client, "agent:main:crowd"));
  for (let count = 0; count < 1000; count += 50)
    others.push(...(await Promise.all(Array.from({ length: 50 }, () => bareClient(gateway!.url, gateway!.token)))));
  for (let count = 0; count < 100; count++) crowded.push(await turn(client, "agent:main:crowd"));
  for (const other of others) other.close();
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (let count = 0; count < 100; count++) alone.push(await turn(client, "agent:main:crowd"));
  const ratio = median(crowded) / median(alone);
  row(
    "turn with 1,000 other clients, p50",
    ms(median(crowded)),
    `alone ${ms(median(alone))}: ${((ratio - 1) * 100).toFixed(0)} % more`,
    "within 20 %",
    ratio <= 1.2,
  );

  // ---- many stored sessions
  const measure = async () => {
    const bare = await bareClient(gateway!.url, gateway!.token);
    for (let count = 0; count < 20; count++) await turn(bare, "agent:main:flat");
    const turns: number[] = [];
    const sessions: number[] = [];
    const conversations: number[] = [];
    for (let count = 0; count < 100; count++) {
      turns.push(await turn(bare, `agent:main:flat${count % 10}`));
      sessions.push(await timed(() => bare.call("sessions.list", { limit: 50 })));
      conversations.push(await timed(() => bare.call("conversations.list", { limit: 50 })));
    }
    bare.close();
    return { turn: median(turns), sessions: median(sessions), conversations: median(conversations) };
  };
  const few = await measure();
  await gateway.stop();
  seedSessions(stateDir, 50_000);
  gateway = await start();
  const many = await measure();
  const flat = (a: number, b: number) => b <= a * 1.5 + 0.3;
  row("turn, few / 50,000 stored sessions, p50", `${ms(few.turn)} / ${ms(many.turn)}`, "", "flat", flat(few.turn, many.turn));
  row("sessions.list of 50, few / 50,000", `${ms(few.sessions)} / ${ms(many.sessions)}`, "", "flat", flat(few.sessions, many.sessions));
  row(
    "conversations.list of 50, few / 50,000",
    `${ms(few.conversations)} / ${ms(many.conversations)}`,
    "",
    "flat",
    flat(few.conversations, many.conversations),
  );
  row("start to ready with 50,000 stored sessions", ms(gateway.readyMs));
  row("memory at the end", `${rss(gateway.pid).toFixed(0)} MiB`);
} finally {
  await gateway?.stop();
  await model.close();
  rmSync(stateDir, { recursive: true, force: true });
}

const table = [
  "| what | measured | beside it | goal | met |",
  "| --- | --- | --- | --- | --- |",
  ...rows.map(({ what, figure, beside, goal, met }) => `| ${what} | ${figure} | ${beside} | ${goal} | ${met === null ? "" : met ? "yes" : "**no**"} |`),
].join("\n");
if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
else process.stdout.write(`\n${table}\n`);
if (process.argv.includes("--write")) {
  const path = join(import.meta.dirname, "README.md");
  const text = readFileSync(path, "utf8");
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(
    path,
    text.replace(
      /<!-- table -->[\s\S]*<!-- end -->/,
      `<!-- table -->\nMeasured ${date}, Node ${process.version}, ${(await import("node:os")).cpus().length} cores.\n\n${table}\n<!-- end -->`,
    ),
  );
}
if (rows.some(({ met }) => met === false)) process.exitCode = 1;
