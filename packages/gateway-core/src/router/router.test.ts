import type { Handlers } from "@travelagent/protocol";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createMetrics } from "../metrics.ts";
import { grantsOf } from "./grants.ts";
import { type Caller, createRouter, type RouterOptions } from "./router.ts";

type Answer = { id: string; ok: boolean; payload?: unknown; error?: { code: string; message: string; details?: Record<string, unknown> } };

function bench(handlers: Handlers, options: Partial<RouterOptions> = {}) {
  const clock = fakeClock();
  const log = recordingLogger();
  const metrics = createMetrics();
  const router = createRouter({ handlers, clock, log, metrics, validateResults: true, ...options });
  const caller = (overrides: Partial<Caller> = {}) => {
    const answers: Answer[] = [];
    const followed: string[] = [];
    const self: Caller = {
      connectionId: "c1",
      role: "operator",
      scopes: ["operator.admin"],
      grants: grantsOf(["operator.admin"]),
      actor: "operator",
      inFlight: 0,
      follow: (key) => void followed.push(key),
      unfollow: () => undefined,
      reply: (text) => void answers.push(JSON.parse(text) as Answer),
      ...overrides,
    };
    const call = async (method: string, params?: unknown, id = "1") => {
      router.dispatch(self, { type: "req", id, method, params });
      await clock.advance(0);
      return answers.at(-1);
    };
    return { self, answers, followed, call };
  };
  return { clock, log, metrics, router, caller };
}

const visitor = {
  role: "visitor",
  scopes: [],
  grants: new Set<string>(),
  actor: "visitor:v1",
  visitorId: "v1",
  visitorSessionKey: "agent:main:webchat:direct:v1",
} as const;
const send = (idempotencyKey: string, message = "hello") => ({ sessionKey: "agent:main:main", message, idempotencyKey });

describe("requests", () => {
  it("for a method without a handler, or without a name in the protocol, are unknown", async () => {
    const { call } = bench({}).caller();
    for (const name of ["health", "nope", "__proto__", "toString", "constructor"]) {
      expect(await call(name)).toMatchObject({ ok: false, error: { code: "INVALID_REQUEST", message: `unknown method: ${name}` } });
    }
  });

  it("with wrong parameters say where", async () => {
    const { call } = bench({ "chat.send": () => ({ runId: "r", status: "started" }) }).caller();
    const answer = await call("chat.send", { sessionKey: 5, message: "x", more: true });
    expect(answer?.error).toMatchObject({ code: "INVALID_REQUEST", message: expect.stringMatching(/^invalid chat\.send params: .*at \/sessionKey/) });
    expect(JSON.stringify(answer?.error?.details)).toContain("idempotencyKey");
    expect(answer?.error?.message).toContain("more");
  });

  it("whose handler breaks get a request id and nothing else", async () => {
    const { caller, log } = bench({
      status: () => {
        throw new Error("password=hunter2");
      },
    });
    const answer = await caller().call("status");
    expect(answer?.error?.code).toBe("INTERNAL");
    expect(JSON.stringify(answer)).not.toContain("hunter2");
    const line = log.lines.find(({ level }) => level === "error");
    expect(line?.fields.requestId).toBe(answer?.error?.details?.requestId);
    expect(Object.entries(line?.fields ?? {}).filter(([key, value]) => !key.startsWith("pii.") && String(value).includes("hunter2"))).toEqual([]);
  });

  it("whose result does not match the protocol fail in tests", async () => {
    const { caller } = bench({ health: () => ({ ok: "yes" }) as never });
    expect((await caller().call("health"))?.error?.code).toBe("INTERNAL");
  });

  it("time out, and the handler hears of it", async () => {
    let aborted = false;
    const { caller, clock } = bench(
      { status: (_params, call) => new Promise(() => call.signal.addEventListener("abort", () => (aborted = true))) },
      { requestTimeoutMs: 1000 },
    );
    const { call, answers, self } = caller();
    await call("status");
    expect(self.inFlight).toBe(1);
    await clock.advance(1000);
    expect(answers).toMatchObject([{ ok: false, error: { code: "TIMEOUT" } }]);
    expect(aborted).toBe(true);
  });

  it("that bring their own time limit get it", async () => {
    const { caller, clock } = bench({ "agent.wait": () => new Promise(() => {}) }, { requestTimeoutMs: 1000 });
    const { call, answers } = caller();
    await call("agent.wait", { runId: "r", timeoutMs: 60_000 });
    await clock.advance(60_000);
    expect(answers).toEqual([]);
    await clock.advance(5000);
    expect(answers).toHaveLength(1);
  });

  it("are counted by method and outcome", async () => {
    const { caller, metrics } = bench({ health: () => ({ ok: true, ts: 1 }) });
    const { call } = caller();
    await call("health");
    await call("health");
    await call("health", { bad: 1 });
    await call("nope");
    expect(metrics.render()).toContain('travelagent_requests_total{method="health",outcome="ok"} 2');
    expect(metrics.render()).toContain('travelagent_requests_total{method="health",outcome="INVALID_REQUEST"} 1');
    expect(metrics.render()).toContain('travelagent_requests_total{method="unknown",outcome="INVALID_REQUEST"} 1');
  });

  it("beyond the limit of open ones are turned away", async () => {
    const { caller } = bench({ status: () => new Promise(() => {}) }, { maxInFlight: 2 });
    const { call } = caller();
    await call("status", undefined, "1");
    await call("status", undefined, "2");
    expect((await call("status", undefined, "3"))?.error?.code).toBe("RATE_LIMITED");
  });
});

describe("idempotency", () => {
  it("shares one execution under way, also between connections", async () => {
    let runs = 0;
    let finish = (_: { runId: string; status: string }) => {};
    const { caller, clock } = bench({
      "chat.send": (_params, call) => {
        runs += 1;
        call.follow("agent:main:main");
        return new Promise((resolve) => (finish = resolve));
      },
    });
    const [a, b] = [caller(), caller({ connectionId: "c2" })];
    await a.call("chat.send", send("k1"), "a");
    await b.call("chat.send", send("k1"), "b");
    finish({ runId: "r1", status: "started" });
    await clock.advance(0);
    expect(runs).toBe(1);
    expect(a.answers).toMatchObject([{ id: "a", ok: true, payload: { runId: "r1" } }]);
    expect(b.answers).toMatchObject([{ id: "b", ok: true, payload: { runId: "r1" } }]);
    expect(b.followed).toContain("agent:main:main");
  });

  it("remembers for five minutes", async () => {
    let runs = 0;
    const { caller, clock } = bench({ "chat.send": () => ({ runId: `r${++runs}`, status: "started" }) });
    const { call } = caller();
    await call("chat.send", send("k1"));
    await clock.advance(299_000);
    expect(await call("chat.send", send("k1"))).toMatchObject({ payload: { runId: "r1" } });
    await clock.advance(2000);
    expect(await call("chat.send", send("k1"))).toMatchObject({ payload: { runId: "r2" } });
  });

  it("refuses other parameters under the same key", async () => {
    const { call } = bench({ "chat.send": () => ({ runId: "r", status: "started" }) }).caller();
    await call("chat.send", send("k1", "one"));
    expect((await call("chat.send", send("k1", "two")))?.error?.code).toBe("IDEMPOTENCY_MISMATCH");
  });

  it("keeps the keys of different people and methods apart", async () => {
    let runs = 0;
    const { caller } = bench({ "chat.send": () => ({ runId: `r${++runs}`, status: "started" }), agent: () => ({ runId: `r${++runs}` }) });
    await caller().call("chat.send", send("k1"));
    await caller({ actor: "other" }).call("chat.send", send("k1"));
    await caller().call("agent", { message: "hello", idempotencyKey: "k1" });
    expect(runs).toBe(3);
  });

  it("forgets failures that may pass and remembers those that do not", async () => {
    const { TravelAgentError } = await import("@travelagent/protocol");
    let runs = 0;
    const codes = ["STORAGE_BUSY", "NOT_FOUND", "NOT_FOUND"] as const;
    const { call } = bench({
      "chat.send": () => {
        throw new TravelAgentError(codes[runs++] ?? "INTERNAL", "no");
      },
    }).caller();
    expect((await call("chat.send", send("k1")))?.error?.code).toBe("STORAGE_BUSY");
    expect((await call("chat.send", send("k1")))?.error?.code).toBe("NOT_FOUND");
    expect((await call("chat.send", send("k1")))?.error?.code).toBe("NOT_FOUND");
    expect(runs).toBe(2);
  });

  it("holds at most so many finished ones", async () => {
    let runs = 0;
    const { call } = bench({ "chat.send": () => ({ runId: `r${++runs}`, status: "started" }) }, { idempotency: { max: 2 } }).caller();
    for (const key of ["k1", "k2", "k3"]) await call("chat.send", send(key));
    await call("chat.send", send("k3"));
    expect(runs).toBe(3);
    await call("chat.send", send("k1"));
    expect(runs).toBe(4);
  });
});

describe("two answers", () => {
  const agent = { message: "hello", idempotencyKey: "run-1" };

  it("come under one id, in order, and again for who asks again", async () => {
    let runs = 0;
    let finish = (_: unknown) => {};
    const { caller, clock } = bench({
      agent: async (_params, call) => {
        runs += 1;
        call.later(new Promise((resolve) => (finish = resolve)));
        return { runId: "run-1", status: "accepted" };
      },
    });
    const first = caller();
    await first.call("agent", agent, "a");
    expect(first.answers).toMatchObject([{ id: "a", payload: { status: "accepted" } }]);
    const second = caller({ connectionId: "c2" });
    await second.call("agent", agent, "b");
    finish({ runId: "run-1", status: "ok", summary: "completed" });
    await clock.advance(0);
    await second.call("agent", agent, "c");
    expect(runs).toBe(1);
    expect(first.answers.map(({ id, payload }) => [id, (payload as { status: string }).status])).toEqual([
      ["a", "accepted"],
      ["a", "ok"],
    ]);
    expect(second.answers.map(({ id, payload }) => [id, (payload as { status: string }).status])).toEqual([
      ["b", "accepted"],
      ["b", "ok"],
      ["c", "accepted"],
      ["c", "ok"],
    ]);
    expect(first.self.inFlight).toBe(0);
  });

  it("may end in an error", async () => {
    const { TravelAgentError } = await import("@travelagent/protocol");
    const { caller } = bench({
      agent: (_params, call) => {
        call.later(Promise.reject(new TravelAgentError("UNAVAILABLE", "the model is down")));
        return { runId: "run-1", status: "accepted" };
      },
    });
    const { call, answers } = caller();
    await call("agent", agent, "a");
    expect(answers).toMatchObject([
      { id: "a", ok: true },
      { id: "a", ok: false, error: { code: "UNAVAILABLE" } },
    ]);
  });
});

describe("a visitor", () => {
  const handlers: Handlers = { "chat.history": ({ sessionKey }) => ({ sessionKey, messages: [] }), "chat.send": () => ({ runId: "r", status: "started" }) };

  it("reaches their own session by its key or as main", async () => {
    const { call } = bench(handlers).caller(visitor);
    for (const sessionKey of ["main", visitor.visitorSessionKey]) {
      expect(await call("chat.history", { sessionKey })).toMatchObject({ ok: true, payload: { sessionKey: visitor.visitorSessionKey } });
    }
  });

  it.each(["agent:main:main", "agent:main:webchat:direct:v2", "agent:main:webchat:direct:v1 ", "global"])("does not reach %s", async (sessionKey) => {
    const { call } = bench(handlers).caller(visitor);
    expect((await call("chat.history", { sessionKey }))?.error?.code).toBe("FORBIDDEN");
    expect((await call("chat.send", { ...send("k"), sessionKey }))?.error?.code).toBe("FORBIDDEN");
  });
});
