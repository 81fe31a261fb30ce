import { afterEach, expect, it } from "vitest";
import { type QueueBench, queueBench, until } from "./testing/queue-bench.ts";

let bench: QueueBench;
afterEach(() => bench.close());

it("a customer's /stop ends whatever works for the conversation, not only its turns", async () => {
  const stopped: string[] = [];
  bench = await queueBench(() => "hello", { onStop: async (sessionKey) => void stopped.push(sessionKey) });
  await bench.phone.write("hello");
  await until(() => bench.phone.shown.length === 1);
  await bench.phone.write("/stop");
  expect(stopped).toEqual(["agent:main:phone:dm:+34600111222"]);
});
