import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "@travelagent/engine";
import type { Engine } from "@travelagent/protocol/ports";
import { systemClock } from "@travelagent/protocol/ports";
import { createSessions, fileTranscripts, type Sessions } from "@travelagent/sessions";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type QuietLanes, quietLanes } from "./quiet-lanes.ts";

let directory: string;
let engine: Engine;
let sessions: Sessions;
let quiet: QuietLanes;
let log: string[];
let endTurn: () => void;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "quiet-"));
  // One slot: a lane that is held must not keep another one from being held.
  engine = openEngine({ path: join(directory, "work.db"), concurrency: 1 });
  sessions = createSessions({ db: engine.db, transcripts: fileTranscripts({ directory }) });
  log = [];
  quiet = quietLanes({ work: engine.work, sessions, clock: systemClock, patienceMs: 400 });
  const ended = new Promise<void>((resolve) => {
    endTurn = resolve;
  });
  engine.work.define("turn", async (context, input) => {
    log.push(`${String(input)} begins`);
    if (input === "long") {
      await ended;
      context.signal.throwIfAborted();
    }
    log.push(`${String(input)} ends`);
  });
  await engine.start();
  for (const [key, customerId] of [
    ["agent:main:telegram:dm:1", "cus_a"],
    ["agent:main:whatsapp:dm:1", "cus_b"],
    ["agent:main:telegram:dm:9", "cus_c"],
  ] as const)
    await sessions.ensure(key, { channel: "telegram", accountId: "default", chatType: "direct", peerId: "1", customerId });
});
afterEach(async () => {
  endTurn();
  await engine.stop();
  rmSync(directory, { recursive: true, force: true });
});

const turn = (lane: string, input: string) => engine.work.submit({ name: "turn", id: `${lane}${input}`, lane, input });

it("waits for a turn that runs, and keeps the next one waiting until it is done", async () => {
  await turn("agent:main:telegram:dm:1", "long");
  await expect.poll(() => log).toEqual(["long begins"]);
  const done = quiet.run(["cus_a", "cus_b"], async () => {
    log.push("merge begins");
    await turn("agent:main:whatsapp:dm:1", "next");
    await new Promise((resolve) => setTimeout(resolve, 50));
    log.push("merge ends");
    return "merged";
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  endTurn();
  expect(await done).toBe("merged");
  await expect.poll(() => log).toEqual(["long begins", "long ends", "merge begins", "merge ends", "next begins", "next ends"]);
});

it("gives up when a turn does not end, does nothing, and lets every lane go", async () => {
  await turn("agent:main:telegram:dm:1", "long");
  await expect.poll(() => log).toEqual(["long begins"]);
  await expect(quiet.run(["cus_a", "cus_b"], async () => log.push("merge"))).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
  endTurn();
  await turn("agent:main:whatsapp:dm:1", "next");
  await expect.poll(() => log).toEqual(["long begins", "long ends", "next begins", "next ends"]);
  expect(await quiet.run(["cus_a", "cus_b"], async () => "merged")).toBe("merged");
});

it("does not wait for the conversation it is asked from", async () => {
  await turn("agent:main:telegram:dm:1", "long");
  await expect.poll(() => log).toEqual(["long begins"]);
  const done = quiet.run(["cus_a"], async () => "merged", { within: "agent:main:telegram:dm:1" });
  expect(await done).toBe("merged");
});

it("lets what was held by a process that died go on", async () => {
  let release = () => {};
  const started = new Promise<void>((resolve) => {
    void quiet
      .run(["cus_a"], () => {
        resolve();
        return new Promise<void>((end) => {
          release = end;
        });
      })
      .catch(() => undefined);
  });
  await started;
  await engine.stop({ drainMs: 0 });
  release();
  engine = openEngine({ path: join(directory, "work.db") });
  sessions = createSessions({ db: engine.db, transcripts: fileTranscripts({ directory }) });
  quietLanes({ work: engine.work, sessions, clock: systemClock });
  engine.work.define("turn", async (_, input) => void log.push(String(input)));
  await engine.start();
  await turn("agent:main:telegram:dm:1", "after");
  await expect.poll(() => log, { timeout: 3000 }).toEqual(["after"]);
});
