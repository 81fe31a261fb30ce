import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { ModelServerOptions } from "@travelagent/agent-runtime/testing";
import { type ModelGateway, modelGateway } from "../model-gateway.ts";
import { type Ledgers, readLedgers } from "./ledgers.ts";
import type { ChaosPlatform } from "./platform.ts";

export interface ChaosOptions {
  platform: ChaosPlatform;
  conversations: number;
  /** Of each customer. */
  messages?: number;
  /** How often the gateway is killed while they write. */
  kills?: number;
  seed?: number;
  /** How long everything may take to come to rest after the last message. */
  restMs?: number;
}

/** mulberry32 */
function random(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers with every text of a customer that it is asked to answer, so that what answers what can be told from the outside. */
const echoing: ModelServerOptions["reply"] = (request) => {
  const messages = request.body.messages as { role: string; content: unknown }[];
  const asked = JSON.stringify(messages.findLast(({ role }) => role === "user")?.content ?? "");
  const marks = [...new Set(asked.match(/q-\d+-\d+/g) ?? [])];
  return { text: `Thank you. ${marks.map((mark) => `[${mark}]`).join(" ")}` };
};

async function open(platform: ChaosPlatform, env?: Record<string, string>): Promise<ModelGateway> {
  const bench = await modelGateway({
    modelTimeoutMs: 5_000,
    config: { ...platform.config("http://127.0.0.1:0"), messages: { queue: { debounceMs: 20 }, scope: "off", loopGuard: { enabled: false } } },
    ...(env ? { env } : {}),
  });
  bench.script = echoing;
  await platform.up?.(bench.gateway.url);
  return bench;
}

/** Until nothing waits, runs or is on its way; false when the time is over first. */
async function atRest(bench: ModelGateway, platform: ChaosPlatform, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  const db = new DatabaseSync(join(bench.gateway.stateDir, "data", "travelagent.db"), { readOnly: true });
  const busy = db.prepare(
    "select (select count(*) from inbox where status = 'accepted') + (select count(*) from outbox where status in ('pending', 'attempting')) as n",
  );
  try {
    for (let quiet = 0; performance.now() < until; ) {
      await pause(100);
      quiet = platform.waiting() === 0 && Number((busy.get() as { n: number }).n) === 0 ? quiet + 1 : 0;
      if (quiet >= 3) return true;
    }
    return false;
  } finally {
    db.close();
  }
}

/**
 * Customers who write in bursts and twice the same, a platform that loses its answers, is busy, is down and does not let the gateway in, a
 * second gateway on the same state, a model that breaks, and a gateway that is killed and stopped meanwhile.
 */
export async function runChaos({
  platform,
  conversations,
  messages = 3,
  kills = 4,
  seed = 20261,
  restMs = 60_000,
}: ChaosOptions): Promise<Ledgers & { atRest: boolean; secondGateway: string }> {
  const rng = random(seed);
  const bench = await open(platform);
  let broken = 0;
  bench.script = (request) => {
    // Some answers of the model break off, or it refuses.
    broken += 1;
    if (broken % 23 === 0) return { status: 503, type: "server_error", message: "overloaded" } as never;
    return echoing(request);
  };
  const said = new Map<string, number>();
  const killAt = new Set(Array.from({ length: kills }, (_, kill) => Math.floor(((kill + 1) / (kills + 1)) * conversations)));
  let secondGateway = "";
  try {
    for (let customer = 0; customer < conversations; customer += 1) {
      for (let number = 0; number < messages; number += 1) {
        const text = `q-${customer}-${number}`;
        const id = 1_000_000 + customer * 100 + number;
        said.set(text, id);
        await platform.write(customer, id, text);
        // The platform repeats itself, at once and much later.
        if (rng() < 0.2) await platform.write(customer, id, text);
        if (rng() < 0.1 && customer > 5) await platform.write(customer - 5, 1_000_000 + (customer - 5) * 100, `q-${customer - 5}-0`);
      }
      const dice = rng();
      if (dice < 0.05) platform.fail("lost", 1);
      else if (dice < 0.1) platform.fail("busy", 2);
      else if (dice < 0.12) platform.fail("down", 1);
      if (customer % 20 === 0) await pause(30);
      if (killAt.has(customer)) {
        if (rng() < 0.5) platform.shut?.(1);
        await pause(rng() * 300);
        if (rng() < 0.3) await bench.gateway.stop();
        else await bench.gateway.kill();
        await bench.restart();
        await platform.up?.(bench.gateway.url);
      }
      if (customer === Math.floor(conversations / 2)) {
        // Another one on the same state must not answer anybody.
        const { startGateway } = await import("../gateway-process.ts");
        secondGateway = await startGateway({ stateDir: bench.gateway.stateDir }).then(
          async (second) => {
            await second.kill();
            return "it ran";
          },
          (error: Error) => error.message,
        );
      }
    }
    const rested = await atRest(bench, platform, restMs);
    await bench.gateway.stop();
    return { ...readLedgers(bench.gateway.stateDir, platform, said), atRest: rested, secondGateway };
  } finally {
    await bench.close();
  }
}

/** Kills the gateway each time between the platform taking messages, `together` of them in as many chats, and the gateway hearing of it. */
export async function killAfterAccept({
  platform,
  kills,
  together = 1,
  restMs = 30_000,
}: {
  platform: ChaosPlatform;
  kills: number;
  together?: number;
  restMs?: number;
}): Promise<Ledgers & { atRest: boolean }> {
  const bench = await open(platform);
  const said = new Map<string, number>();
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const wanted = platform.got().length + together;
      platform.fail("held", together);
      for (let customer = kill * together; customer < (kill + 1) * together; customer += 1) {
        said.set(`q-${customer}-0`, 1_000_000 + customer);
        await platform.write(customer, 1_000_000 + customer, `q-${customer}-0`);
      }
      const until = performance.now() + 15_000;
      while (platform.got().length < wanted && performance.now() < until) await pause(2);
      await bench.gateway.kill();
      await bench.restart();
      await platform.up?.(bench.gateway.url);
    }
    const rested = await atRest(bench, platform, restMs);
    await bench.gateway.stop();
    return { ...readLedgers(bench.gateway.stateDir, platform, said), atRest: rested };
  } finally {
    await bench.close();
  }
}
