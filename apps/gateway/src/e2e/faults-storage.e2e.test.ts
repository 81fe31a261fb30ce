import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, it } from "vitest";
import { boundedDisk } from "../testing/bounded-disk.ts";
import { type Talk, talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { bookFlight, card, day } from "../testing/journeys.ts";
import { checkState, checkTranscripts } from "../testing/state-checks.ts";

const megabyte = 1024 * 1024;
/** Ended in this order after each test, also after one that failed. */
const endings: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});
const newState = (): string => {
  const state = temporaryState();
  endings.push(state.remove);
  return state.path;
};
const start = async (options: Parameters<typeof startGateway>[0]): Promise<GatewayProcess> => {
  const gateway = await startGateway(options);
  endings.push(() => gateway.kill());
  return gateway;
};
const customerOf = async (gateway: GatewayProcess, name: string): Promise<Talk> => {
  const opened = await talk({ url: gateway.url, token: gateway.token, sessionKey: `agent:main:${name}` });
  endings.push(() => opened.close());
  return opened;
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Each message gets an answer of its own, however fast they come. */
const answerOneByOne = (stateDir: string): void => {
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(join(stateDir, "travelagent.json"), JSON.stringify({ messages: { queue: { mode: "followup", cap: 100 } } }));
};

const boughtIn = (stateDir: string): number => {
  const sandbox = new DatabaseSync(join(stateDir, "data", "sandbox.db"), { readOnly: true });
  const { bought } = sandbox.prepare("select count(*) as bought from sandbox_orders").get() as { bought: number };
  sandbox.close();
  return bought;
};

/** Customers who keep writing, and what became of each message. */
async function crowd(gateway: GatewayProcess, size: number) {
  const talks = await Promise.all(Array.from({ length: size }, (_, at) => customerOf(gateway, `crowd${at}`)));
  const accepted: { talk: Talk; runId: string; message: string }[] = [];
  const refusals: string[] = [];
  const lines = [`Flights from Barcelona to Frankfurt on ${day(40)} for one adult, one way`, "1", "Ana Silva, ana@example.com", "yes", "thank you"];
  let over = false;
  const live = async (own: Talk, number: number): Promise<void> => {
    for (let at = number; !over; at++) {
      const key = randomUUID();
      const message = lines[at % lines.length]!;
      while (!over) {
        try {
          const { runId } = await own.client.call("chat.send", { sessionKey: own.sessionKey, message, idempotencyKey: key }, { timeoutMs: 20_000 });
          accepted.push({ talk: own, runId, message });
          // Every other customer waits for the answer, and books; the others write on.
          if (number % 2 === 0) await own.client.call("agent.wait", { runId, timeoutMs: 30_000 }, { timeoutMs: 31_000 });
          break;
        } catch (error) {
          refusals.push((error as { code: string }).code);
          await pause(25);
        }
      }
      // Also customers who do not wait for answers need a moment to write.
      await pause(100);
    }
  };
  const lives = talks.map(live);
  return {
    accepted,
    refusals,
    async stop() {
      over = true;
      await Promise.all(lives);
    },
    /** Each accepted message is in its conversation once and has one answer. Waits for those that are still to come. */
    async answered(timeout: number): Promise<void> {
      // An answer is in the history before it is sent; a store that could not write makes the outbox wait two seconds.
      const unsent = async () => {
        const pages = await Promise.all(["pending", "attempting"].map((status) => talks[0]!.client.call("deliveries.list", { status })));
        return pages.flatMap(({ deliveries }) => deliveries.map(({ id }) => id));
      };
      for (const own of talks) {
        const runs = accepted.filter((message) => message.talk === own);
        const missing = async () => {
          const history = await own.history();
          return runs.filter(({ runId }) => !history.some(({ role, messageId }) => role === "assistant" && messageId === runId)).map(({ message }) => message);
        };
        await expect.poll(missing, { timeout, interval: 100 }).toEqual([]);
        const history = await own.history();
        for (const { runId, message } of runs) {
          expect(history.filter(({ role, messageId }) => role === "user" && messageId === runId).map(({ content }) => content)).toEqual([message]);
          expect(history.filter(({ role, messageId }) => role === "assistant" && messageId === runId)).toHaveLength(1);
        }
        expect(JSON.stringify(history)).not.toContain("something went wrong on our side");
      }
      await expect.poll(unsent, { timeout, interval: 100 }).toEqual([]);
    },
  };
}

describe("a full disk", () => {
  const probe = boundedDisk(megabyte);
  probe?.remove();
  if (!probe) console.warn("left out: the tests with a full disk, since this user cannot mount a tmpfs (it takes Linux and root)");

  it.skipIf(!probe)(
    "refuses what it cannot keep, loses nothing it took, and goes on by itself when there is space",
    async () => {
      const disk = boundedDisk(48 * megabyte)!;
      endings.push(disk.remove);
      const stateDir = join(disk.path, "state");
      answerOneByOne(stateDir);
      const gateway = await start({ stateDir });
      const customers = await crowd(gateway, 5);
      for (let round = 1; round <= 2; round++) {
        const before = { accepted: customers.accepted.length, refused: customers.refusals.length };
        await expect.poll(() => customers.accepted.length, { timeout: 10_000 }).toBeGreaterThan(before.accepted + 10);
        disk.fill();
        await expect.poll(() => customers.refusals.length, { timeout: 10_000 }).toBeGreaterThan(before.refused + 5);
        expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
        const full = customers.accepted.length;
        disk.free();
        await expect.poll(() => customers.accepted.length, { timeout: 10_000 }).toBeGreaterThan(full + 5);
      }
      await expect.poll(() => boughtIn(stateDir), { timeout: 15_000 }).toBeGreaterThan(1);
      await customers.stop();
      expect([...new Set(customers.refusals)]).toEqual(["STORAGE_FULL"]);
      await customers.answered(20_000);
      expect(await gateway.stop()).toBe(0);
      checkState(stateDir);
    },
    60_000,
  );

  it.skipIf(!probe)("refuses to start without a byte to write, and starts when there is space", async () => {
    const disk = boundedDisk(8 * megabyte)!;
    endings.push(disk.remove);
    const stateDir = join(disk.path, "state");
    mkdirSync(stateDir);
    disk.fill();
    await expect(startGateway({ stateDir })).rejects.toThrow(/ended with 1 [\s\S]*STORAGE_FULL/);
    disk.free();
    const gateway = await start({ stateDir });
    expect((await (await customerOf(gateway, "ana")).say("hello")).text).not.toBe("");
    expect(await gateway.stop()).toBe(0);
  });
});

describe("a database that another program locks", () => {
  it("keeps the gateway from starting, with STORAGE_BUSY and the path", async () => {
    const stateDir = newState();
    expect(await (await start({ stateDir })).stop()).toBe(0);
    const other = new DatabaseSync(join(stateDir, "data", "travelagent.db"));
    other.exec("begin exclusive");
    await expect(startGateway({ stateDir })).rejects.toThrow(/ended with 1 [\s\S]*STORAGE_BUSY[\s\S]*travelagent\.db/);
    other.close();
    expect(await (await start({ stateDir })).stop()).toBe(0);
  });

  it.each(["travelagent.db", "sandbox.db"])(
    "waits or says STORAGE_BUSY while %s is locked, then goes on and has lost nothing",
    async (name) => {
      const stateDir = newState();
      answerOneByOne(stateDir);
      const gateway = await start({ stateDir });
      const customers = await crowd(gateway, 4);
      await expect.poll(() => customers.accepted.length, { timeout: 10_000 }).toBeGreaterThan(10);
      const other = new DatabaseSync(join(stateDir, "data", name), { timeout: 5_000 });
      endings.push(() => other.isOpen && other.close());
      other.exec("begin exclusive");
      const slowest = { health: 0 };
      for (const until = Date.now() + 3_000; Date.now() < until; await pause(50)) {
        const asked = performance.now();
        expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
        slowest.health = Math.max(slowest.health, performance.now() - asked);
      }
      other.exec("rollback");
      const locked = customers.accepted.length;
      await expect.poll(() => customers.accepted.length, { timeout: 10_000 }).toBeGreaterThan(locked + 10);
      await expect.poll(() => boughtIn(stateDir), { timeout: 15_000 }).toBeGreaterThan(1);
      await customers.stop();
      // Nobody else stands still while one waits for the lock.
      expect(slowest.health).toBeLessThan(1_000);
      expect(customers.refusals.filter((code) => code !== "STORAGE_BUSY")).toEqual([]);
      await customers.answered(20_000);
      expect(await gateway.stop()).toBe(0);
      checkState(stateDir);
    },
    40_000,
  );
});

describe("damaged files", () => {
  it.each([
    ["travelagent.db", "no database at all", (file: Buffer) => Buffer.alloc(file.length, "this is no database. ")],
    ["travelagent.db", "a damaged first page", (file: Buffer) => Buffer.concat([file.subarray(0, 100), Buffer.alloc(3996, 0xff), file.subarray(4096)])],
    ["sandbox.db", "no database at all", () => Buffer.from("nothing of use, but long enough to be looked at as a file of its own")],
  ])("do not start: %s with %s", async (name, _, damage) => {
    const stateDir = newState();
    const first = await start({ stateDir });
    expect(await first.stop()).toBe(0);
    const path = join(stateDir, "data", name);
    const damaged = damage(readFileSync(path));
    writeFileSync(path, damaged);
    await expect(startGateway({ stateDir })).rejects.toThrow(new RegExp(`ended with 1 [\\s\\S]*STORAGE_CORRUPT[\\s\\S]*${name}`));
    expect(readFileSync(path).equals(damaged)).toBe(true);
  });

  it("lose a session its bad lines alone, and keep those aside", async () => {
    const stateDir = newState();
    const before = await start({ stateDir });
    const [ana, eva] = [await customerOf(before, "ana"), await customerOf(before, "eva")];
    await ana.say("My name is Ana");
    const known = await ana.history();
    await eva.say("hello");
    const booking = await bookFlight(eva, { from: "Barcelona", to: "Frankfurt", date: day(40), email: "eva@example.com" });
    expect(await before.stop()).toBe(0);

    const directory = join(stateDir, "agents", "main", "sessions");
    const path = readdirSync(directory)
      .map((name) => join(directory, name))
      .find((name) => readFileSync(name, "utf8").includes("My name is Ana"))!;
    const [header, ...rest] = readFileSync(path, "utf8").trimEnd().split("\n");
    const long = `{"type":"message","id":"long","message":"${"x".repeat(20 * megabyte)}"}`;
    writeFileSync(path, [header, "%%% garbage %%%", "\0\0\0\0", '{"type":"message","id":"no-message"}', ...rest, long].join("\n"));
    appendFileSync(path, Buffer.from([0x0a, 0xff, 0xfe, 0x7b, 0x0a]));
    appendFileSync(path, '{"type":"message","id":"torn","mess');

    const after = await start({ stateDir });
    const again = await customerOf(after, "ana");
    expect((await again.say("hello again")).text).not.toBe("");
    expect((await again.history()).slice(0, known.length)).toEqual(known);
    expect((await (await customerOf(after, "eva")).say(`What is booking ${booking.reference}?`)).text).not.toBe("");
    const [quarantined] = readdirSync(directory).filter((name) => name.includes(".quarantined."));
    const aside = readFileSync(join(directory, quarantined!), "utf8");
    for (const piece of ["%%% garbage %%%", "\0\0\0\0", "no-message", long, '"torn","mess']) expect(aside.includes(piece)).toBe(true);
    expect(readFileSync(`${path}.corrupt`, "utf8")).toContain('"torn","mess');
    expect(after.output()).toMatch(/a transcript had lines that cannot be read/);
    expect(await after.stop()).toBe(0);
    checkTranscripts(directory);
    expect(readdirSync(directory).filter((name) => name.endsWith(".corrupt"))).toHaveLength(1);
  }, 30_000);

  it("a policy that cannot be read stops the start with its file and line", async () => {
    const stateDir = newState();
    mkdirSync(join(stateDir, "policy"));
    const path = join(stateDir, "policy", "own.json5");
    writeFileSync(path, '{\n  version: 1,\n  rules: [ { id: "x" "y" } ],\n}');
    await expect(startGateway({ stateDir })).rejects.toThrow(/ended with 2 [\s\S]*CONFIG_INVALID[\s\S]*own\.json5[\s\S]*3:/);
    writeFileSync(path, '{ version: 1, rules: [ { id: "x", tools: ["*"], then: { decision: "perhaps" } } ] }');
    await expect(startGateway({ stateDir })).rejects.toThrow(/ended with 2 [\s\S]*CONFIG_INVALID[\s\S]*own\.json5[\s\S]*rules\.0\.then/);
    rmSync(path);
    mkdirSync(path);
    await expect(startGateway({ stateDir })).rejects.toThrow(/ended with 2 [\s\S]*CONFIG_INVALID[\s\S]*own\.json5/);
  });

  it("a policy that breaks while the gateway runs leaves the rules in force", async () => {
    const stateDir = newState();
    mkdirSync(join(stateDir, "policy"));
    const path = join(stateDir, "policy", "own.json5");
    const rule = (reason: string) =>
      `{ version: 1, rules: [ { id: "own.stop", tools: ["search_flights"], then: { decision: "deny", reason: "${reason}" } } ] }`;
    writeFileSync(path, rule("first"));
    const gateway = await start({ stateDir });
    const ana = await customerOf(gateway, "ana");
    const args = { origin: "BCN", destination: "FRA", departureDate: new Date(Date.now() + 35 * 86_400_000).toISOString().slice(0, 10), adults: 1 };
    const verdict = () => ana.client.call("policy.evaluate", { tool: "search_flights", args });
    expect(await verdict()).toMatchObject({ decision: "deny", ruleId: "own.stop", reason: "first" });
    writeFileSync(path, "{ version: 1, rules: [ ");
    await expect.poll(() => gateway.output(), { timeout: 5_000 }).toMatch(/a policy file is wrong; the rules in force stay[\s\S]*own\.json5/);
    const degraded = async () => (await ana.client.call("health", {})).degraded;
    await expect.poll(degraded, { timeout: 5_000 }).toEqual(["policy"]);
    expect(await verdict()).toMatchObject({ decision: "deny", reason: "first" });
    writeFileSync(path, rule("second"));
    await expect.poll(verdict, { timeout: 5_000 }).toMatchObject({ decision: "deny", reason: "second" });
    await expect.poll(degraded, { timeout: 5_000 }).toEqual([]);
    expect(await gateway.stop()).toBe(0);
  });

  it("a wrong configuration ends with 2, its path and the nearest key, or starts from the last good one and says so", async () => {
    const stateDir = newState();
    const path = join(stateDir, "travelagent.json");
    writeFileSync(path, "{ gateway: { prot: 18790 } }");
    await expect(startGateway({ stateDir })).rejects.toThrow(/ended with 2 [\s\S]*CONFIG_INVALID[\s\S]*gateway\.prot[\s\S]*port/);
    writeFileSync(path, '{\n gateway: { port: "many" ');
    await expect(startGateway({ stateDir })).rejects.toThrow(/ended with 2 [\s\S]*CONFIG_INVALID[\s\S]*line 2/);
    expect(existsSync(join(stateDir, "data", "travelagent.db"))).toBe(false);
    writeFileSync(path, '{ agents: { list: [ { id: "main", name: "Front desk" } ] } }');
    const first = await start({ stateDir });
    expect(await first.stop()).toBe(0);
    writeFileSync(path, "{ agents: { lst: [] } }");
    const second = await start({ stateDir });
    expect(second.output()).toMatch(/the last good configuration is used[\s\S]*agents\.lst/);
    expect(await (await customerOf(second, "ana")).client.call("agents.list", {})).toMatchObject({ agents: [{ name: "Front desk" }] });
    expect(await second.stop()).toBe(0);
  });
});

describe("what is taken already", () => {
  it("a state directory: the second process ends with 1 and names the owner", async () => {
    const gateway = await start({ stateDir: newState() });
    await expect(startGateway({ stateDir: gateway.stateDir })).rejects.toThrow(new RegExp(`ended with 1 [\\s\\S]*CONFLICT[\\s\\S]*process ${gateway.pid}`));
    expect((await (await customerOf(gateway, "ana")).say("hello")).text).not.toBe("");
  });

  it("a port: the process ends with 1 and says which, and its state is usable after", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    endings.push(() => server.close());
    await expect.poll(() => server.listening).toBe(true);
    const { port } = server.address() as { port: number };
    const stateDir = newState();
    await expect(startGateway({ stateDir, port })).rejects.toThrow(new RegExp(`ended with 1 [\\s\\S]*CONFLICT[\\s\\S]*port ${port}`));
    const gateway = await start({ stateDir });
    expect(
      card(await (await customerOf(gateway, "ana")).say(`Flights from Lisbon to Paris on ${day(30)} for one, one way`), "offers").offers.length,
    ).toBeGreaterThan(0);
  });
});
