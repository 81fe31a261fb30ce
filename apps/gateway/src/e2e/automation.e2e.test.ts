import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { RunRecord } from "@travelagent/cron";
import { afterEach, describe, expect, it } from "vitest";
import { type Talk, talk } from "../testing/conversation.ts";
import { type ModelGateway, modelGateway } from "../testing/model-gateway.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until<T>(what: string, ask: () => Promise<T | undefined | false> | T | undefined | false, forMs = 20_000): Promise<T> {
  for (const end = Date.now() + forMs; Date.now() < end; await pause(50)) {
    const found = await ask();
    if (found) return found;
  }
  throw new Error(`never happened: ${what}`);
}

describe("the gateway by itself", () => {
  let bench: ModelGateway | undefined;
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    await bench?.close();
    bench = undefined;
  });
  const open: Talk[] = [];
  const connect = async () => {
    const one = await talk({ url: bench!.gateway.url, token: bench!.gateway.token });
    open.push(one);
    return { call: (method: string, params: object) => one.client.call(method as never, params as never) as Promise<unknown> };
  };
  const lines = (path: string): string[] => {
    try {
      return readFileSync(path, "utf8").split("\n").filter(Boolean);
    } catch {
      return [];
    }
  };

  it("runs every time of a job once, or accounts for it, over kill -9 around its times", async () => {
    const job = { name: "ticker", schedule: { kind: "every", everyMs: 1_000 }, payload: { kind: "agentTurn", message: "Count." } };
    const daily = { name: "never now", schedule: { kind: "cron", expr: "0 3 1 1 *", tz: "Europe/Madrid" }, payload: { kind: "systemEvent", text: "x" } };
    bench = await modelGateway({ config: { cron: { jobs: [job, daily] } }, agentDefaults: { heartbeat: { every: "0m" } } });
    let answered = 0;
    bench.script = () => ({ text: `answer ${++answered}` });
    for (let kill = 0; kill < 4; kill++) {
      // Some before a time, some in the middle of a run, some after it.
      await pause(350 + kill * 310);
      await bench.gateway.kill();
      await bench.restart();
    }
    const client = await connect();
    const { jobs } = (await client.call("cron.list", {})) as { jobs: { id: string; name: string; state: { nextRunAtMs?: number } }[] };
    expect(jobs.find(({ name }) => name === "never now")!.state.nextRunAtMs).toBeGreaterThan(Date.now());
    const { id } = jobs.find(({ name }) => name === "ticker")!;
    await client.call("cron.update", { id, patch: { enabled: false } });
    const path = bench.gateway.stateDir;
    const db = new DatabaseSync(join(path, "data/travelagent.db"), { readOnly: true });
    await until("all runs ended", () => (db.prepare("select count(*) as n from cron_run where state = 'running'").get() as { n: number }).n === 0, 30_000);
    await pause(300);
    const runs = db.prepare("select slot_ms, run_at, state from cron_run where job_id = ? order by slot_ms").all(id) as {
      slot_ms: number;
      run_at: number;
      state: string;
    }[];
    const missed = db.prepare("select from_ms, to_ms from cron_missed where job_id = ?").all(id) as { from_ms: number; to_ms: number }[];
    db.close();
    expect(runs.length).toBeGreaterThan(2);
    expect(runs.every(({ state }) => state === "ok")).toBe(true);
    // Each second from the first run to the last one: run, or passed over because nothing could run.
    const ran = new Set(runs.map(({ slot_ms }) => slot_ms));
    for (let slot = runs[0]!.slot_ms; slot <= runs.at(-1)!.slot_ms; slot += 1_000)
      expect([slot, ran.has(slot), missed.some(({ from_ms, to_ms }) => from_ms <= slot && slot <= to_ms)]).toEqual([slot, ran.has(slot), !ran.has(slot)]);
    const history = lines(join(path, "cron/runs", `${id}.jsonl`)).map((line) => JSON.parse(line) as RunRecord);
    expect(history.map(({ runAtMs }) => runAtMs).sort()).toEqual(runs.map(({ run_at }) => run_at).sort());
    // What each run said stands in the main session once.
    const sessions = join(path, "agents/main/sessions");
    const said = readdirSync(sessions).flatMap((file) => (file.endsWith(".jsonl") ? lines(join(sessions, file)) : []));
    const notes = said.flatMap((line) => (line.includes("System: [") ? (/Cron: ticker: answer (\d+)/.exec(line)?.[1] ?? []) : []));
    expect(new Set(notes).size).toBe(notes.length);
    expect(notes.length).toBe(runs.length);
    const reset = (await client.call("sessions.list", { limit: 50 })) as { sessions: { key: string }[] };
    expect(reset.sessions.some(({ key }) => key === `agent:main:cron:${id}`)).toBe(true);
  }, 90_000);

  it("asks no model while there is nothing to look at, and keeps back what says nothing", async () => {
    bench = await modelGateway({ agentDefaults: { heartbeat: { every: "1s" } } });
    const prompts: string[] = [];
    let answer = "HEARTBEAT_OK";
    bench.script = (request) => {
      prompts.push(JSON.stringify(request));
      return { text: answer };
    };
    const client = await connect();
    const sent = () => {
      const db = new DatabaseSync(join(bench!.gateway.stateDir, "data/travelagent.db"), { readOnly: true });
      const { n } = db.prepare("select count(*) as n from outbox").get() as { n: number };
      db.close();
      return n;
    };
    await until("a look", async () => ((await client.call("last-heartbeat", {})) as { reason?: string } | null)?.reason === "empty-heartbeat-file");
    await pause(2_500);
    expect(prompts).toEqual([]);
    await client.call("wake", { mode: "next-heartbeat", text: "the supplier called" });
    await until("a look at the note", async () => ((await client.call("last-heartbeat", {})) as { status: string }).status === "ok-token");
    expect(prompts).toHaveLength(1);
    expect(prompts[0]).toContain("System: [");
    expect(prompts[0]).toContain("the supplier called");
    expect(sent()).toBe(0);
    await pause(2_200);
    expect(prompts).toHaveLength(1);
    // A job for the main session, at once.
    answer = "The fare to Lisbon has changed.";
    const job = (await client.call("cron.add", { name: "look", schedule: { at: "2099-01-01" }, payload: { text: "look at the fares" }, wakeMode: "now" })) as {
      id: string;
    };
    expect(await client.call("cron.run", { id: job.id, mode: "force" })).toMatchObject({ ok: true });
    await until("an answer", () => sent() === 1);
    expect(prompts.at(-1)).toContain("look at the fares");
    // The same again is not said twice, and a file with a task is looked at.
    writeFileSync(join(bench.gateway.stateDir, "workspace/HEARTBEAT.md"), "# Tasks\n\n- Look at the fares.\n");
    const before = prompts.length;
    await until("another look", () => prompts.length > before + 1);
    expect(sent()).toBe(1);
  }, 90_000);
});
