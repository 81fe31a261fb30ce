import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testEngine } from "@travelagent/engine/testing";
import type { InboundMessage } from "@travelagent/protocol/messages";
import { fakeClock } from "@travelagent/protocol/testing";
import { expect, it } from "vitest";
import { queueBench, until } from "../testing/queue-bench.ts";

const message = (n: number, over: Partial<InboundMessage> = {}): InboundMessage => ({
  address: { channel: "phone", accountId: "default", chatType: "direct", peerId: `+3460011122${n}` },
  externalId: `wamid.${n}`,
  senderId: `+3460011122${n}`,
  text: `question ${n}`,
  sentAt: n,
  ...over,
});

it("a message that a platform delivers ten times at once, out of order, after a restart and a day later is one turn", async () => {
  const directory = mkdtempSync(join(tmpdir(), "repeats-"));
  const clock = fakeClock("2027-03-01T10:00:00Z");
  const shown: string[] = [];
  const asked: (string | undefined)[] = [];
  const open = async () => {
    const bench = await queueBench(
      ({ message: said }) => {
        asked.push(said?.text);
        return `answer to ${said?.text}`;
      },
      { engine: await testEngine({ path: join(directory, "travelagent.db") }), clock },
    );
    return {
      ...bench,
      async close() {
        shown.push(...bench.phone.shown.map(({ text }) => text));
        await bench.close();
      },
    };
  };
  try {
    const first = await open();
    const repeated = Array.from({ length: 10 }, (_, round) => [1, 2, 3].map((n) => message(((n + round) % 3) + 1))).flat();
    const accepted = await Promise.all(repeated.map((one) => first.phone.deliver(one)));
    expect(accepted.filter(({ duplicate }) => !duplicate)).toHaveLength(3);
    expect(new Set(accepted.map(({ runId }) => runId)).size).toBe(3);
    await until(() => first.phone.shown.length === 3);
    await first.close();

    const second = await open();
    // Other words under the same id are a repeat all the same: the platform's id counts.
    for (const n of [3, 1, 2]) expect(await second.phone.deliver(message(n, { text: "something else" }))).toMatchObject({ duplicate: true });
    await clock.advance(25 * 3_600_000);
    for (const n of [2, 3, 1])
      expect(await second.phone.deliver(message(n))).toMatchObject({
        duplicate: true,
        runId: accepted.find((_, at) => repeated[at]!.externalId === `wamid.${n}`)!.runId,
      });
    // The same id at another account is another message.
    const elsewhere = message(1);
    expect(await second.phone.deliver({ ...elsewhere, address: { ...elsewhere.address, accountId: "second" } })).toMatchObject({ duplicate: false });
    await until(async () => (await second.open()) === 0);
    await second.close();
    expect(asked.sort()).toEqual(["question 1", "question 1", "question 2", "question 3"]);
    expect(shown.filter((text) => text === "answer to question 2" || text === "answer to question 3")).toHaveLength(2);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
