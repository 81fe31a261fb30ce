import { personalDataContract } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { openEngine } from "./engine.ts";
import { workPersonalData } from "./personal-data.ts";

const subject = (customerId: string, sessionKey: string, bookingId: string) => ({
  customerIds: [customerId],
  sessionKeys: [sessionKey],
  bookingIds: [bookingId],
  identities: [],
  identifiers: [],
});
const mine = subject("cus_1", "agent:main:webchat:dm:v1", "ord_1");
const other = subject("cus_12", "agent:main:webchat:dm:v12", "ord_12");

async function open() {
  const engine = openEngine({ path: ":memory:" });
  engine.work.define("turn", async ({ step, signal }, input) => {
    await step("say", async () => ({ text: `for ${String((input as { to: string }).to)}` }));
    if ((input as { fails?: boolean }).fails) throw new Error("no");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  engine.work.define("hold", async ({ signal }) => void (await new Promise((resolve) => signal.addEventListener("abort", resolve))));
  await engine.start();
  for (const [index, person] of [mine, other].entries()) {
    await engine.work.submit({ name: "turn", id: `running${index}`, lane: person.sessionKeys[0]!, input: { to: person.customerIds[0] } });
    await engine.work.submit({ name: "turn", id: `waiting${index}`, lane: person.sessionKeys[0]!, input: { to: "nobody" } });
    await engine.work.submit({ name: "turn", id: `failed${index}`, input: { to: person.bookingIds[0], fails: true } });
    await engine.work.submit({ name: "hold", id: `hold${index}`, input: { of: person.customerIds[0] } });
    await engine.work.result(`failed${index}`, 5_000);
  }
  return { engine, store: workPersonalData({ db: engine.db, work: engine.work, except: ["hold"] }) };
}

personalDataContract({ describe, it, expect }, "durable work", async () => {
  const { engine, store } = await open();
  return { store, mine, other, said: [], saidByOther: [], close: () => engine.stop({ drainMs: 0 }) };
});

describe("durable work of a person", () => {
  it("is ended and forgotten with its steps, apart from what carries the erasure out", async () => {
    const { engine, store } = await open();
    await store.erase(mine, { reason: "asked", now: 0, signal: new AbortController().signal });
    const left = (await engine.work.list({})).map(({ id, state }) => `${id} ${state}`).sort();
    expect(left).toEqual(["failed1 failed", "hold0 running", "hold1 running", "running1 running", "waiting1 queued"]);
    expect(await engine.db.all("select distinct work_id from step order by work_id")).toEqual([{ work_id: "failed1" }, { work_id: "running1" }]);
    await engine.work.cancel("hold0");
    await store.forget(["hold0", "hold1"]);
    expect(await engine.work.state("hold0")).toBe(null);
    expect(await engine.work.state("hold1")).toBe("running");
    await engine.stop({ drainMs: 0 });
  });
});
