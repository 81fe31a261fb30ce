import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TravelAgentError } from "@travelagent/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEngine } from "./engine.ts";
import type { WritingOrder } from "./testing/writing-child.ts";

const script = fileURLToPath(new URL("./testing/writing-child.ts", import.meta.url));
const execArgv = ["--conditions=@travelagent/source", "--disable-warning=ExperimentalWarning"];

let directory: string;
let path: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "owner-"));
  path = join(directory, "data", "travelagent.db");
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

/** Another process that owns the database. */
async function owner() {
  const child = fork(script, { execArgv });
  children.push(child);
  const heard: Record<string, unknown>[] = [];
  child.on("message", (message) => heard.push(message as Record<string, unknown>));
  const order = (message: WritingOrder) => void child.send(message);
  const hears = (key: string, times = 1) =>
    expect.poll(() => heard.filter((message) => key in message).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(times);
  order({ open: path });
  await hears("opened");
  return { pid: child.pid!, kill: (signal: NodeJS.Signals) => process.kill(child.pid!, signal), order, hears, heard };
}

/** As if the owner had been silent for a minute. */
const longAgo = () => utimesSync(`${path}.lock`, Date.now() / 1000 - 60, Date.now() / 1000 - 60);

const refusal = (): unknown => {
  try {
    openEngine({ path });
    return "opened";
  } catch (error) {
    return error;
  }
};

describe("one owner", () => {
  it("is named to the second one, with the time since when it is the owner", async () => {
    const before = Date.now();
    const first = await owner();
    const started = performance.now();
    const error = refusal() as TravelAgentError;
    expect(performance.now() - started).toBeLessThan(1000);
    expect(error).toMatchObject({ code: "CONFLICT", details: { pid: first.pid, since: expect.any(Number) } });
    const { since } = error.details as { since: number };
    expect(since).toBeGreaterThanOrEqual(before);
    expect(error.message).toContain(`process ${first.pid} since ${new Date(since).toISOString()}`);
  });

  it("is replaced at once after kill -9", async () => {
    const first = await owner();
    const gone = once(children[0]!, "exit");
    first.kill("SIGKILL");
    await gone;
    await openEngine({ path }).stop();
  });

  it("that is paused for a moment stays the owner", async () => {
    const first = await owner();
    first.kill("SIGSTOP");
    expect(refusal()).toMatchObject({ code: "CONFLICT" });
    first.kill("SIGCONT");
    first.order({ write: "awake" });
    await first.hears("write");
    expect(first.heard.at(-1)).toEqual({ write: "awake", outcome: "stored" });
  });

  it("that only looks silent, as after a sleep of the machine, stays the owner", async () => {
    const first = await owner();
    longAgo();
    expect(refusal()).toMatchObject({ code: "CONFLICT", details: { pid: first.pid } });
    first.order({ write: "awake" });
    await first.hears("write");
    expect(first.heard.at(-1)).toEqual({ write: "awake", outcome: "stored" });
  });

  it("that was paused and replaced can write nothing when it wakes up", async () => {
    const first = await owner();
    first.order({ write: "before" });
    await first.hears("write");
    first.kill("SIGSTOP");
    for (let i = 0; i < 20; i += 1) first.order({ write: `late ${i}` });
    longAgo();
    const second = openEngine({ path });
    await second.db.transaction((tx) => tx.run("insert into note (text) values ('of the second')"));
    first.kill("SIGCONT");
    await first.hears("write", 21);
    expect(first.heard.filter(({ outcome }) => outcome === "CONFLICT")).toHaveLength(20);
    expect(first.heard.filter((message) => "superseded" in message)).toHaveLength(1);
    expect(await second.db.all("select text from note order by rowid")).toEqual([{ text: "before" }, { text: "of the second" }]);
    await second.db.transaction((tx) => tx.run("insert into note (text) values ('still there')"));
    await second.stop();
    expect(readdirSync(join(directory, "data")).filter((name) => name.includes(".lock"))).toEqual(["travelagent.db.lock"]);
  });

  it("that stands still in the middle of a write is not replaced, and goes on when it wakes up", async () => {
    const first = await owner();
    first.order({ hold: true });
    await first.hears("holding");
    first.kill("SIGSTOP");
    longAgo();
    expect(refusal()).toMatchObject({ code: "CONFLICT", message: expect.stringContaining("in the middle of a write") });
    first.kill("SIGCONT");
    await first.hears("held");
    first.order({ write: "after" });
    await first.hears("write");
    expect(first.heard.at(-1)).toEqual({ write: "after", outcome: "stored" });
    expect(readdirSync(join(directory, "data")).filter((name) => name.includes(".lock"))).toEqual(["travelagent.db.lock"]);
  });
});
