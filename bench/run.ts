import { once } from "node:events";
import { fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GatewayProcess, startGateway } from "../apps/gateway/src/testing/gateway-process.ts";
import { openAiServer } from "../packages/agent-runtime/src/testing/openai-server.ts";
import { median, ms, quantile, rate, timed } from "./figures.ts";
import { closedLoop, type Requester } from "./load.ts";
import { openLongSession } from "./long-session.ts";
import { seedSessions, seedTranscripts } from "./seed.ts";
import { soak } from "./soak.ts";
import { type BareClient, bareClient } from "./socket.ts";
import { travelRows } from "./travel.ts";
import { connectAll, connectParams, crowdRows, latencyRow, pageRows, type Row, rawServer, residentKiB } from "./wire.ts";

/**
 * `npm run bench`: the built gateway beside a raw `ws` echo and a raw disk write in the same run. Prints one table; with
 * `--json` the figures, with `--write` also into bench/README.md. `--quick` does less of everything.
 */
const quick = process.argv.includes("--quick");
const rows: { what: string; figure: string; beside: string; goal: string; met: boolean | null }[] = [];
const row: Row = (what, figure, beside = "", goal = "", met = null) => {
  rows.push({ what, figure, beside, goal, met });
  process.stderr.write(`${what}: ${figure}${beside ? `  (${beside})` : ""}\n`);
};

const rss = (pid: number): number => residentKiB(pid) / 1024;

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

  // ---- connections, on a process that did nothing else
  const raw = await rawServer();
  await crowdRows(gateway, raw, row, quick);
  await gateway.stop();
  gateway = await start();

  // ---- requests beside a raw server, in turns
  for (const [connections, depth] of [
    [1, 64],
    [50, 4],
  ] as const) {
    const ours = await connectAll(connections, gateway, connectParams(gateway.token));
    const echoes = await connectAll(connections, raw);
    const rates: { ours: number[]; raw: number[] } = { ours: [], raw: [] };
    const send = (clients: Requester[]) => clients.map((client) => () => client.request("health"));
    for (let round = 0; round < 5; round++) {
      rates.raw.push(await closedLoop(send(echoes), depth, quick ? 0.7 : 1.5));
      rates.ours.push(await closedLoop(send(ours), depth, quick ? 0.7 : 1.5));
    }
    const share = median(rates.ours) / median(rates.raw);
    row(
      `health, ${connections} × ${depth} in flight`,
      rate(median(rates.ours)),
      `raw ws echo ${rate(median(rates.raw))}: ${(share * 100).toFixed(0)} %`,
      connections === 50 ? "≥ 80 % of raw" : "",
      connections === 50 ? share >= 0.8 : null,
    );
    for (const client of [...ours, ...echoes]) client.close();
  }
  await latencyRow(gateway, raw, row, quick);

  // ---- turns, every step durable
  const client = await bareClient(gateway.url, gateway.token);
  for (let count = 0; count < 20; count++) await turn(client, "agent:main:warm");
  const warm: number[] = [];
  for (let count = 0; count < (quick ? 60 : 200); count++) warm.push(await turn(client, `agent:main:warm${count % 5}`));
  row(
    "turn, warm, p50 / p95",
    `${ms(median(warm))} / ${ms(quantile(warm, 0.95))}`,
    `raw 4 KiB write + fdatasync: ${ms(rawDiskWrite(stateDir))}`,
    "p95 ≤ 10 ms",
    quantile(warm, 0.95) <= 10,
  );
  await turnsPerSecond(client, 50, 2);
  const speed: number[] = [];
  for (let round = 0; round < 3; round++) speed.push(await turnsPerSecond(client, 50, quick ? 6 : 20));
  row("durable turns, 50 sessions at once", rate(median(speed)), "", "≥ 500/s", median(speed) >= 500);

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
    // The second process is a new one: what it does for the first time takes longer whatever is stored.
    for (let count = 0; count < 40; count++) {
      await turn(bare, "agent:main:flat");
      for (const method of ["sessions.list", "conversations.list"]) await bare.call(method, { limit: 50 });
    }
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
  seedSessions(stateDir, 5_000);
  const withTranscripts = seedTranscripts(stateDir, 100, 60);
  gateway = await start();
  await pageRows(gateway, raw, withTranscripts, row, quick);
  raw.close();
  await gateway.stop();
  seedSessions(stateDir, 45_000, 5_000);
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
  const long = await openLongSession(10_000, quick ? 3 : 15);
  const raw10k = `read and parse all ${(long.bytes / 1024 / 1024).toFixed(1)} MiB: ${ms(long.rawMs)}`;
  row("open a session of 10,000 messages, 50 of history", ms(long.historyMs), raw10k, "≤ 50 ms", long.historyMs <= 50);
  row("the same, context of a turn", ms(long.contextMs), raw10k, "≤ 50 ms", long.contextMs <= 50);
  row("start to ready with 50,000 stored sessions", ms(gateway.readyMs));
  const soaked = await soak({
    client: await bareClient(gateway.url, gateway.token),
    turn,
    residentMiB: () => rss(gateway!.pid),
    turns: quick ? 2_000 : 20_000,
  });
  row(
    `memory per 1,000 turns, over ${soaked.turns.toLocaleString("en-US")} turns`,
    `${soaked.growthMiB.toFixed(2)} MiB`,
    `${soaked.from.toFixed(0)} MiB, then ${soaked.to.toFixed(0)} MiB`,
    quick ? "" : "≤ 1 MiB",
    quick ? null : soaked.growthMiB <= 1,
  );
  await travelRows(row);
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
