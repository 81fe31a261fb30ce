import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { talk } from "../testing/conversation.ts";
import { startGateway, temporaryState } from "../testing/gateway-process.ts";
it("x", async () => {
  const state = temporaryState();
  const gateway = await startGateway({ stateDir: state.path });
  const open = await talk({ url: gateway.url, token: gateway.token, sessionKey: "agent:main:x" });
  const burst = async (...parts: string[]) => {
    const ids = await Promise.all(parts.map(async (message) => (await open.client.call("chat.send", { sessionKey: "agent:main:x", message, idempotencyKey: randomUUID() })).runId));
    for (const runId of ids) console.log(JSON.stringify(await open.client.call("agent.wait", { runId, timeoutMs: 10000 })));
    for (const m of (await open.history()).slice(-4)) console.log(m.role, JSON.stringify(m.content).slice(0, 700));
  };
  await burst("Hello", "I am looking for a flight", "from Barcelona to Lisbon", "for two adults", "on 14 May next year", "one way");
  await burst("the first one please", "Ana Silva and Rui Costa, ana@example.com");
  console.log((await (await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${gateway.token}` } })).text()).split("\n").filter((l) => /queue|dead|hold|parked/.test(l) && !l.startsWith("#")).join("\n"));
  await open.close();
  await gateway.stop();
  expect(1).toBe(1);
});
