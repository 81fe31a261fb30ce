import { afterEach, expect, it } from "vitest";
import { latch, type QueueBench, queueBench, until } from "./testing/queue-bench.ts";

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

it("what was stopped stays in the history, and so does the command", async () => {
  const gate = latch();
  bench = await queueBench(async () => {
    await gate.opened;
    return "never said";
  });
  const { runId: first } = await bench.phone.write("book it");
  await until(() => bench.agent.requests.length === 1);
  const { runId: second } = await bench.phone.write("and a hotel");
  const { runId: stop } = await bench.phone.write("/stop");
  await until(() => bench.phone.shown.length === 1);
  gate.open();
  const history = await bench.sessions.history("agent:main:phone:dm:+34600111222", { limit: 10 });
  expect(history.map(({ id, message }) => [id, message.role, message.content])).toEqual([
    [`${first}:user`, "user", "book it"],
    [`${second}:user`, "user", "and a hotel"],
    [`${stop}:user`, "user", "/stop"],
    [`${stop}:stopped:final`, "assistant", [{ type: "text", text: "Stopped. 2 messages will not be answered." }]],
  ]);
});

it("what an operator stops stays in the history too, as one text where it was answered together", async () => {
  const gate = latch();
  bench = await queueBench(async ({ message }) => {
    if (message?.text === "first") await gate.opened;
    else await new Promise(() => {});
    return "re: first";
  });
  await bench.phone.write("first");
  await until(() => bench.agent.requests.length === 1);
  const [head] = await Promise.all([bench.phone.write("two"), bench.phone.write("three")]);
  gate.open();
  await until(() => bench.agent.requests.length === 2);
  await bench.ask("chat.abort", { sessionKey: "agent:main:phone:dm:+34600111222" });
  const history = await bench.sessions.history("agent:main:phone:dm:+34600111222", { limit: 10 });
  const last = history.at(-1)!;
  expect([last.id, last.message.role]).toEqual([`${head.runId}:user`, "user"]);
  expect(last.message.content).toContain("1. two\n2. three");
});
