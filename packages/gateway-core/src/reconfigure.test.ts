import { testEngine } from "@travelagent/engine/testing";
import type { Call, ParsedParams } from "@travelagent/protocol";
import { expect, it } from "vitest";
import { createAuth } from "./auth/auth.ts";
import type { RequestHead } from "./auth/peer.ts";
import { createControlPlane } from "./control-plane.ts";
import { createGateway } from "./gateway.ts";
import { memorySessions, plainSessionKey, scriptedAgent } from "./testing/index.ts";

it("takes other rules about who may connect, all of them or none", () => {
  const control = createControlPlane({ handlers: {}, auth: createAuth({ mode: "token", token: "t" }), version: "1" });
  const socket = { localAddress: "127.0.0.1", remoteAddress: "127.0.0.1" };
  const page: RequestHead = { headers: { host: "127.0.0.1:1", origin: "https://www.example.com" }, socket };
  expect(control.refuseUpgrade(page)?.code).toBe("FORBIDDEN");
  expect(() => control.prepareNetwork({ allowedOrigins: ["https://www.example.com"], trustedProxies: ["everybody"] })).toThrowError("everybody");
  const commit = control.prepareNetwork({ allowedOrigins: ["https://www.example.com"] });
  expect(control.refuseUpgrade(page)?.code).toBe("FORBIDDEN");
  commit();
  expect(control.refuseUpgrade(page)).toBeUndefined();
});

it("reads its health when a part says that it changed, and not only when the last reading is old", async () => {
  let reads = 0;
  const health = () => {
    reads += 1;
    return { degraded: ["config"] };
  };
  const control = createControlPlane({ handlers: {}, auth: createAuth({ mode: "token", token: "t" }), version: "1", health });
  for (const expected of [1, 2]) {
    control.healthChanged();
    await expect.poll(() => reads).toBe(expected);
  }
});

it("knows the agents of another configuration for the next message", async () => {
  const engine = await testEngine();
  const gateway = createGateway({
    engine,
    sessions: memorySessions(),
    sessionKeyOf: plainSessionKey,
    agent: scriptedAgent(() => "hello"),
    channels: [],
    publisher: { publish() {}, isFollowed: () => false },
    admission: {},
  });
  await gateway.prepare();
  await engine.start();
  const call = { role: "operator", scopes: ["operator.admin"], actor: "ana", follow() {}, signal: new AbortController().signal } as unknown as Call;
  const send = async (sessionKey: string, idempotencyKey: string) =>
    gateway.handlers["chat.send"]!({ sessionKey, message: "hi", idempotencyKey } as ParsedParams<"chat.send">, call);
  await expect(send("agent:sales:main", "k-1")).rejects.toMatchObject({ code: "NOT_FOUND" });
  gateway.reroute({ bindings: [], defaultAgentId: "sales", agentIds: ["sales"] });
  expect(await send("agent:sales:main", "k-2")).toMatchObject({ runId: expect.any(String) });
  await expect(send("agent:main:main", "k-3")).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await send("main", "k-4")).toMatchObject({ runId: expect.any(String) });
  await gateway.stop();
  await engine.stop();
});
