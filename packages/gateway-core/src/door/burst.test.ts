import { afterEach, expect, it } from "vitest";
import { type QueueBench, queueBench, until } from "../testing/queue-bench.ts";

let bench: QueueBench;
afterEach(() => bench.close());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const chats = 50;

it("eight messages in two seconds, a place among them, one changed, in fifty chats at once: one turn in each, with all of it", async () => {
  bench = await queueBench(({ turn }) => `answer to ${turn.peerId}`, { rules: { inbound: { debounceMs: 0, byChannel: { phone: 1_500 } } } });
  const { phone, agent } = bench;
  const chat = async (peer: string): Promise<void> => {
    for (let part = 1; part <= 8; part++) {
      const place = part === 5 ? { location: { latitude: 38.72, longitude: -9.14, name: "Lisbon" } } : {};
      await phone.write(part === 5 ? "" : `part ${part} of ${peer}`, peer, { externalId: `${peer}/${part}`, ...place });
      if (part === 6) await phone.write(`changed part 3 of ${peer}`, peer, { externalId: `${peer}/3e`, edits: `${peer}/3` });
      await pause(200);
    }
  };
  await Promise.all(Array.from({ length: chats }, (_, n) => chat(`chat-${n}`)));
  await until(() => phone.shown.length >= chats, "the answers");
  await pause(300);
  expect(phone.shown.map(({ peer }) => peer).sort()).toEqual(Array.from({ length: chats }, (_, n) => `chat-${n}`).sort());
  expect(agent.requests).toHaveLength(chats);
  for (const { turn, message } of agent.requests) {
    const parts = [1, 2, 4, 6, 7, 8].map((part) => `part ${part} of ${turn.peerId}`);
    const wanted = [parts[0], parts[1], `changed part 3 of ${turn.peerId}`, parts[2], "[place 38.72, -9.14: Lisbon]", ...parts.slice(3)];
    expect(message!.text.split("\n").slice(2)).toEqual(wanted.map((part, index) => `${index + 1}. ${part}`));
  }
  expect(await bench.engine.db.all("select status, count(*) as n from inbox group by status order by status")).toEqual([
    { status: "answered", n: chats * 8 },
    { status: "ignored", n: chats },
  ]);
}, 30_000);
