import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { median, ms, quantile, rate } from "./figures.ts";
import { bareSocket } from "./frames.ts";
import { closedLoop, openLoop, type Requester, requester } from "./load.ts";

/** A row of the table. */
export type Row = (what: string, figure: string, beside?: string, goal?: string, met?: boolean | null) => void;

interface WireTarget {
  url: string;
  port: number;
  pid: number;
  token: string;
}

export const connectParams = (token: string): string =>
  JSON.stringify({
    minProtocol: 3,
    maxProtocol: 3,
    role: "operator",
    scopes: ["operator.admin"],
    auth: { token },
    client: { id: "gateway-client", version: "1", platform: "bench", mode: "backend" },
  });

export const residentKiB = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

/** Most files this process and its children may have open. */
const openFilesLimit = (): number =>
  Number(/Max open files\s+\d+\s+(\d+|unlimited)/.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]?.replace("unlimited", "1e9") ?? 0);

const linesOf = (child: ChildProcess): (() => Promise<string>) => {
  const ready: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let rest = "";
  child.stdout!.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const next = waiting.shift();
      if (next) next(line);
      else ready.push(line);
    }
  });
  child.once("exit", (code) => {
    for (const next of waiting.splice(0)) next(`failed the process ended with ${code}`);
  });
  return () => {
    const line = ready.shift();
    return line === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(line);
  };
};

const child = (file: string, ...args: string[]): ChildProcess =>
  spawn(process.execPath, [join(import.meta.dirname, file), ...args], { stdio: ["pipe", "pipe", "inherit"] });

export async function rawServer(): Promise<WireTarget & { close(): void }> {
  const server = child("raw-server-child.ts");
  const port = Number(await linesOf(server)());
  return { url: `http://127.0.0.1:${port}`, port, pid: server.pid!, token: "", close: () => server.kill() };
}

/** Clients in two other processes that connect and stay. */
interface Crowd {
  /** Adds that many; the time until the last was answered, in milliseconds. */
  add(count: number): Promise<number>;
  close(): Promise<void>;
}

function crowd({ port, token }: WireTarget): Crowd {
  const halves = [0, 1].map(() => child("crowd-child.ts", String(port), connectParams(token)));
  const lines = halves.map(linesOf);
  return {
    async add(count) {
      const started = performance.now();
      for (const [at, half] of halves.entries()) half.stdin!.write(`${at === 0 ? Math.ceil(count / 2) : Math.floor(count / 2)}\n`);
      for (const answer of await Promise.all(lines.map((line) => line()))) if (!/^[\d.]+$/.test(answer)) throw new Error(`a crowd of clients: ${answer}`);
      return performance.now() - started;
    },
    async close() {
      const ended = halves.map((half) => once(half, "exit"));
      for (const half of halves) half.stdin!.end();
      await Promise.all(ended);
    },
  };
}

/** From the first byte of the connection to the answer of its first request. */
const shake = (port: number, request: string): Promise<{ time: number; bytes: number }> =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    const socket = bareSocket(
      port,
      (text, self) => {
        if (text.startsWith('{"type":"event"')) {
          if (text.includes("connect.challenge")) self.send(request);
          return true;
        }
        if (!text.startsWith('{"type":"res","id":"c","ok":true')) reject(new Error(text.slice(0, 200)));
        resolve({ time: performance.now() - started, bytes: Buffer.byteLength(text) });
        socket.close();
        return false;
      },
      (why) => reject(new Error(why)),
    );
  });

const connectFrame = (method: string, params: string): string => `{"type":"req","id":"c","method":"${method}","params":${params}}`;

/** Ours and the raw server's in turns, one connection at a time; the raw one answers as many bytes as our hello has. */
async function handshakes(ours: WireTarget, raw: WireTarget, count: number): Promise<{ ours: number[]; raw: number[]; bytes: number }> {
  const params = connectParams(ours.token);
  const times = { ours: [] as number[], raw: [] as number[], bytes: 0 };
  for (let at = 0; at < count; at++) {
    const own = await shake(ours.port, connectFrame("connect", params));
    times.bytes = own.bytes;
    times.ours.push(own.time);
    times.raw.push((await shake(raw.port, connectFrame(`size:${own.bytes}`, params))).time);
  }
  return times;
}

/** Requests of one kind in a closed loop beside a raw server that answers as many bytes; medians of turns. */
async function pageRate(ours: Requester[], raw: Requester[], method: string, params: (at: number) => string, seconds: number) {
  const first = await ours[0]!.request(method, params(0));
  let at = 0;
  const figures = { ours: [] as number[], raw: [] as number[], bytes: first.length };
  const send = ours.map((client) => () => client.request(method, params(at++)));
  const echo = raw.map((client) => () => client.request(`size:${first.length}`));
  await closedLoop(send, 8, seconds / 2);
  for (let round = 0; round < 3; round++) {
    figures.raw.push(await closedLoop(echo, 8, seconds));
    figures.ours.push(await closedLoop(send, 8, seconds));
  }
  return { ours: median(figures.ours), raw: median(figures.raw), bytes: first.length };
}

export const connectAll = (count: number, target: WireTarget, params?: string): Promise<Requester[]> =>
  Promise.all(Array.from({ length: count }, () => requester(target.url, params)));

/** Time to an answer while requests come at a fixed rate, beside a raw server in turns. */
export async function latencyRow(ours: WireTarget, raw: WireTarget, row: Row, quick: boolean): Promise<void> {
  const clients = await connectAll(50, ours, connectParams(ours.token));
  const echoes = await connectAll(50, raw);
  const seconds = quick ? 2 : 4;
  const send = clients.map((client) => () => client.request("health"));
  const echo = echoes.map((client) => () => client.request("health"));
  await openLoop(send, 5000, 1);
  await openLoop(echo, 5000, 1);
  const rounds = { ours: [] as { p50: number; p99: number }[], raw: [] as { p50: number; p99: number }[] };
  for (let round = 0; round < 3; round++) {
    rounds.raw.push(await openLoop(echo, 5000, seconds));
    rounds.ours.push(await openLoop(send, 5000, seconds));
  }
  const p99 = median(rounds.ours.map((one) => one.p99));
  row(
    "health at 5,000 requests/s, p50 / p99",
    `${ms(median(rounds.ours.map((one) => one.p50)))} / ${ms(p99)}`,
    `raw ws: ${ms(median(rounds.raw.map((one) => one.p50)))} / ${ms(median(rounds.raw.map((one) => one.p99)))}`,
    "p99 ≤ 5 ms",
    p99 <= 5,
  );
  for (const client of [...clients, ...echoes]) client.close();
}

/** Pages of 50 rows: `sessions.list`, and `chat.history` of conversations in turn. */
export async function pageRows(ours: WireTarget, raw: WireTarget, sessionKeys: readonly string[], row: Row, quick: boolean): Promise<void> {
  const clients = await connectAll(8, ours, connectParams(ours.token));
  const echoes = await connectAll(8, raw);
  for (const [method, params] of [
    ["sessions.list", () => '{"limit":50}'],
    ["chat.history", (at: number) => JSON.stringify({ sessionKey: sessionKeys[at % sessionKeys.length], limit: 50 })],
  ] as const) {
    const page = JSON.parse((await clients[0]!.request(method, params(0))).toString()) as { payload: { sessions?: unknown[]; messages?: unknown[] } };
    const rows = (page.payload.sessions ?? page.payload.messages)?.length;
    if (rows !== 50) throw new Error(`${method} answered ${rows} rows, not 50`);
    const figure = await pageRate(clients, echoes, method, params, quick ? 0.7 : 1.5);
    row(
      `${method} of 50 rows, 8 × 8 in flight, 5,000 stored sessions`,
      rate(figure.ours),
      `raw ws answers of ${(figure.bytes / 1024).toFixed(0)} KiB: ${rate(figure.raw)}`,
      "≥ 8,000/s",
      figure.ours >= 8000,
    );
  }
  for (const client of [...clients, ...echoes]) client.close();
}

/** The handshake alone and among many, and what an idle client costs. */
export async function crowdRows(ours: WireTarget, raw: WireTarget, row: Row, quick: boolean): Promise<void> {
  const among = quick ? 2_000 : 10_000;
  const idle = quick ? 3_000 : 15_000;
  const count = quick ? 100 : 300;
  const shakeRow = (what: string, times: { ours: number[]; raw: number[]; bytes: number }) => {
    const share = median(times.ours) / median(times.raw);
    row(
      what,
      `${ms(median(times.ours))} / ${ms(quantile(times.ours, 0.99))}`,
      `raw ws connect and one answer of ${(times.bytes / 1024).toFixed(1)} KiB ${ms(median(times.raw))}: ${share.toFixed(2)} ×`,
      "p50 ≤ 1.6 × raw",
      share <= 1.6,
    );
  };
  await handshakes(ours, raw, 50);
  shakeRow("connect to hello-ok, p50 / p99", await handshakes(ours, raw, count));
  if (openFilesLimit() < idle + 500) {
    row(`${idle.toLocaleString("en-US")} idle clients`, "not measured", `${openFilesLimit()} open files allowed: raise ulimit -n`);
    return;
  }

  // The raw server first, so that its clients are gone when ours come.
  const settle = () => new Promise((resolve) => setTimeout(resolve, quick ? 1000 : 3000));
  const rawBefore = residentKiB(raw.pid);
  const rawCrowd = crowd(raw);
  const rawMs = await rawCrowd.add(idle);
  await settle();
  const rawEach = (residentKiB(raw.pid) - rawBefore) / idle;
  await rawCrowd.close();

  const before = residentKiB(ours.pid);
  const clients = crowd(ours);
  let connectMs = await clients.add(among);
  shakeRow(`the same with ${among.toLocaleString("en-US")} other clients`, await handshakes(ours, raw, count));
  connectMs += await clients.add(idle - among);
  await settle();
  const each = (residentKiB(ours.pid) - before) / idle;
  await clients.close();
  // With few clients most of what a process grows by is not theirs: without a goal then.
  row(
    `${idle.toLocaleString("en-US")} idle clients, memory of each`,
    `${each.toFixed(1)} KiB`,
    `raw ws ${rawEach.toFixed(1)} KiB`,
    quick ? "" : "≤ 12 KiB",
    quick ? null : each <= 12,
  );
  row(
    `${idle.toLocaleString("en-US")} clients connected`,
    `${(connectMs / 1000).toFixed(1)} s`,
    `raw ws ${(rawMs / 1000).toFixed(1)} s`,
    quick ? "" : "≤ 15 s",
    quick ? null : connectMs <= 15_000,
  );
}
