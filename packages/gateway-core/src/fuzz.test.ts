import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createGate, gateHandlers, parsePolicy } from "@travelagent/agent-runtime/gate";
import type { ChannelAdapter } from "@travelagent/channel-kit";
import { testEngine } from "@travelagent/engine/testing";
import { EventFrame, events, methodSpec, ResponseFrame } from "@travelagent/protocol";
import { recordingLogger } from "@travelagent/protocol/testing";
import { createSessions, fileTranscripts, sessionHandlers, sessionKey } from "@travelagent/sessions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuth } from "./auth/auth.ts";
import { createDevices } from "./auth/devices/devices.ts";
import { createVisitors } from "./auth/visitors.ts";
import { subscriptionHandlers } from "./handlers/subscriptions.ts";
import { visitorCookie } from "./http/page-routes.ts";
import { type StartedGateway, startGateway } from "./node/start-gateway.ts";
import { createNodes } from "./nodes/nodes.ts";
import { route } from "./route.ts";
import { clientFrame, type FuzzClient, openFuzzClient, upgradeRequest } from "./testing/fuzz-client.ts";
import { type Chance, chance, damaged, mutated, parametersOf, pick } from "./testing/fuzz-grammar.ts";
import { scriptedAgent } from "./testing/index.ts";

/** `FUZZ_SEED=<n>` sends the same frames again; `FUZZ_FRAMES=<n>` fewer or more of them. */
const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));
const total = Number(process.env.FUZZ_FRAMES ?? 100_000);
/** What the heap may have grown by in the end: caches of bounded size, transcripts of what was said. */
const maxGrowth = 16 * 1024 * 1024;

const token = "a-token-for-the-fuzz-0123456789abcdef";
const unlimited = { burst: 1_000_000, perMinute: 1_000_000 };
const visitorSecret = "a-secret-of-visitors-0123456789abcdef";

interface AnyFrame {
  type: string;
  id: string;
  ok: boolean;
  payload: unknown;
  event: string;
  error?: { code: string; message: string };
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heap = (): number => {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
};

/** Where the answers go: they count as sent. */
const webchat: ChannelAdapter = {
  contract: 1,
  id: "webchat",
  accountId: "default",
  features: { maxTextLength: 100_000, threads: false, cards: true },
  start: async () => {},
  stop: async () => {},
  send: async () => ({ status: "sent" }),
};

/** Each makes a turn of an agent, or a commit: fewer of them. */
const costly = /^(chat\.send|agent|wake|send|chat\.inject|conversations\.reply|sessions\.reset|node\.pair|device\.)/;

describe(`a gateway under nonsense (seed ${seed})`, () => {
  const random = chance(seed);
  const log = recordingLogger();
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  const wrong: string[] = [];
  let directory: string;
  let gateway: StartedGateway;
  let names: string[];
  let params: Map<string, unknown[]>;
  let visitors: ReturnType<typeof createVisitors>;
  let sent = 0;
  let answered = 0;
  let lastId = 0;
  const outcomes = new Map<string, number>();

  beforeAll(async () => {
    process.on("unhandledRejection", note);
    process.on("uncaughtExceptionMonitor", note);
    directory = await mkdtemp(join(tmpdir(), "fuzz-"));
    const engine = await testEngine();
    const { db } = engine;
    const sessions = createSessions({ db, transcripts: fileTranscripts({ directory, cacheBytes: 1024 * 1024 }) });
    await sessions.start();
    const gate = createGate({ db, policy: () => parsePolicy([{ name: "none", text: "{ version: 1, rules: [] }" }]), tools: [] });
    await gate.migrate();
    const devices = createDevices({ db });
    await devices.start();
    const nodes = createNodes({ db, control: () => gateway.control, approvalMs: 20 });
    await nodes.migrate();
    const sessionMethods = sessionHandlers(sessions, { reset: async (key) => void (await sessions.reset(key)) });
    visitors = createVisitors({
      secret: visitorSecret,
      sessionKeyOf: (peerId) =>
        route({ channel: "webchat", accountId: "default", chatType: "direct", peerId }, { bindings: [], defaultAgentId: "main", sessionKeyOf: sessionKey })
          .sessionKey,
    });
    gateway = await startGateway({
      gateway: {
        engine,
        sessions,
        sessionKeyOf: sessionKey,
        agent: scriptedAgent(({ message }) => `You said ${message?.text ?? "nothing"}.`),
        channels: [webchat],
        admission: { webchat: { dmPolicy: "open" } },
        log,
      },
      control: {
        auth: createAuth({ mode: "token", token, lockout: { perAddress: unlimited, overall: unlimited } }),
        version: "1.0.0",
        visitors,
        devices,
        observe: nodes.observer,
        limits: { requestTimeoutMs: 2_000, handshakeTimeoutMs: 2_000 },
        handlers: {
          ...nodes.handlers,
          ...gateHandlers(gate, { onDecided: async () => {} }),
          ...sessionMethods,
          ...subscriptionHandlers({ list: sessionMethods["sessions.list"]!, keyOf: (key) => key.trim().toLowerCase() }),
        },
        log,
      },
      server: { port: 0, log },
    });
    const probe = await client("operator");
    names = probe.methods;
    probe.end();
    params = parametersOf(names, seed, 40);
  }, 30_000);
  afterAll(async () => {
    process.off("unhandledRejection", note);
    process.off("uncaughtExceptionMonitor", note);
    await gateway?.stop();
    if (directory) await rm(directory, { recursive: true, force: true });
  });

  const complain = (what: string) => {
    if (wrong.length < 20) wrong.push(what.slice(0, 600));
  };

  const checkEvent = (frame: AnyFrame, text: string) => {
    const spec = Object.hasOwn(events, frame.event) ? events[frame.event as keyof typeof events] : undefined;
    if (!spec?.payload.safeParse(frame.payload).success || !EventFrame.safeParse(frame).success) complain(`event: ${text}`);
  };
  const checkAnswer = (method: string, frame: AnyFrame, text: string) => {
    answered += 1;
    const outcome = frame.ok ? "ok" : (frame.error?.code ?? "none");
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (outcome === "INTERNAL") complain(`${method} answered ${text}`);
    const checked = frame.ok ? methodSpec(method)?.result.safeParse(frame.payload) : undefined;
    if (checked && !checked.success) complain(`${method} answered ${text.slice(0, 300)}: ${checked.error.message.slice(0, 300)}`);
  };

  /** A connection past the handshake whose every frame is looked at. */
  async function client(
    role: "operator" | "visitor",
    scopes: readonly string[] = ["operator.admin"],
  ): Promise<FuzzClient & { methods: string[]; asked: Map<string, string>; owed(): number }> {
    const asked = new Map<string, string>();
    let hello: { features: { methods: string[] } } | undefined;
    let answers = 0;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const hear = (text: string) => {
      const frame = JSON.parse(text) as AnyFrame;
      if (frame.type === "event") {
        checkEvent(frame, text);
        return;
      }
      if (!ResponseFrame.safeParse(frame).success || frame.ok === (frame.error !== undefined)) complain(`response: ${text}`);
      if (hello) {
        answers += 1;
        checkAnswer(asked.get(frame.id) ?? "", frame, text);
      } else if (frame.ok) {
        hello = frame.payload as typeof hello;
        resolve();
      } else reject(new Error(text));
    };
    const cookie = role === "visitor" ? `Cookie: ${visitorCookie}=${visitors.issue()}\r\n` : "";
    const opened = await openFuzzClient(gateway.port, hear, cookie);
    opened.socket.once("close", () => reject(new Error(`closed with ${opened.closed?.code} before hello-ok`)));
    const connectParams = {
      minProtocol: 3,
      maxProtocol: 3 + Math.floor(random() * 2),
      role,
      client: { id: "test", version: "1", platform: "test", mode: "test" },
    };
    opened.send([
      JSON.stringify({
        type: "req",
        id: "hello",
        method: "connect",
        params: role === "visitor" ? connectParams : { ...connectParams, scopes, auth: { token } },
      }),
    ]);
    await promise;
    return Object.assign(opened, {
      methods: hello!.features.methods,
      asked,
      owed: () => asked.size + extra(asked) - answers,
    });
  }
  /** Frames without an id of their own are answered too. */
  const anonymous = new WeakMap<Map<string, string>, number>();
  const extra = (asked: Map<string, string>) => anonymous.get(asked) ?? 0;

  /** One frame and what is remembered of it. */
  function frame({ asked, methods }: { asked: Map<string, string>; methods: readonly string[] }, roll: Chance): string {
    const from = roll() < 0.9 ? methods : names;
    let method = pick(from, roll);
    if (costly.test(method) && roll() < 0.85) method = pick(from, roll);
    const id = `f${++lastId}`;
    const own = pick(params.get(method)!, roll);
    const kind = roll();
    const given = kind < 0.45 ? own : kind < 0.75 ? mutated(own, roll) : own;
    const request: Record<string, unknown> = { type: "req", id, method, ...(given === undefined ? {} : { params: given }) };
    if (kind < 0.75) {
      asked.set(id, method);
      return JSON.stringify(request);
    }
    anonymous.set(asked, extra(asked) + 1);
    const text = JSON.stringify(kind < 0.85 ? mutated(request, roll) : request);
    return kind < 0.85 ? text : damaged(text, roll);
  }

  async function flood(target: Awaited<ReturnType<typeof client>>, count: number): Promise<void> {
    for (let done = 0; done < count && !target.closed; ) {
      const batch = Array.from({ length: Math.min(count - done, 1 + Math.floor(random() * 120)) }, () => frame(target, random));
      target.send(batch);
      done += batch.length;
      sent += batch.length;
      // A client that sends faster than it is answered is cut off, or told to slow down; that is another test.
      for (let waited = 0; target.owed() > 60 && !target.closed; waited++) {
        if (waited > 4_000) {
          complain(`${target.owed()} of ${target.asked.size} requests were never answered, such as ${[...target.asked.values()].slice(-3).join(", ")}`);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }

  /** Everything below and before the protocol: bytes, handshakes, storms. */
  async function storm(roll: Chance): Promise<void> {
    const bytes = (count: number) => Buffer.from(Array.from({ length: count }, () => Math.floor(roll() * 256)));
    const head = upgradeRequest(gateway.port);
    await Promise.all(
      Array.from({ length: 60 }, async () => {
        const socket = connect({ port: gateway.port, host: "127.0.0.1" });
        socket.on("error", () => {});
        socket.on("data", () => {});
        await once(socket, "connect").catch(() => {});
        const greeting = mutated(
          {
            type: "req",
            id: "c",
            method: "connect",
            params: { minProtocol: 3, maxProtocol: 3, auth: { token }, scopes: [], client: { id: "cli", version: "1", platform: "x", mode: "cli" } },
          },
          roll,
        );
        const shapes: Buffer[] = [
          bytes(200),
          Buffer.from(head.slice(0, Math.floor(roll() * head.length))),
          Buffer.concat([Buffer.from(head), bytes(60)]),
          Buffer.concat([Buffer.from(head), clientFrame(Buffer.from(JSON.stringify(greeting)))]),
          Buffer.concat([Buffer.from(head), clientFrame(bytes(30), 2)]),
          Buffer.concat([Buffer.from(head), clientFrame(Buffer.from([0xc3, 0x28, 0xff]))]),
          Buffer.concat([Buffer.from(head), clientFrame(Buffer.from("x".repeat(70_000)))]),
          Buffer.concat([Buffer.from(head), clientFrame(Buffer.from("{}")).subarray(0, 5)]),
          Buffer.from(head.replace("Version: 13", "Version: 1")),
          Buffer.from("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n"),
        ];
        socket.write(pick(shapes, roll));
        sent += 1;
        await new Promise((resolve) => setTimeout(resolve, 5 + Math.floor(roll() * 20)));
        if (roll() < 0.5) socket.destroy();
        else socket.end();
        setTimeout(() => socket.destroy(), 50).unref();
      }),
    );
  }

  it(`answers ${total.toLocaleString("en-US")} frames, each as the protocol says, and is no larger for it`, async () => {
    console.info(`fuzz seed ${seed}: FUZZ_SEED=${seed} sends the same again`);
    const scopes = [
      ["operator.admin"],
      ["operator.admin"],
      ["operator.admin"],
      ["operator.read"],
      ["operator.write"],
      ["operator.approvals", "operator.pairing"],
    ];
    const round = async (frames: number) => {
      const clients = await Promise.all([...scopes.map((one) => client("operator", one)), client("visitor")]);
      await Promise.all([storm(random), ...clients.map((one) => flood(one, Math.ceil(frames / clients.length)))]);
      // What ends a connection ends that one only.
      for (const last of [clientFrame(Buffer.from([1, 2]), 2), clientFrame(Buffer.from([0xc3, 0x28])), Buffer.from([0xff, 0xff, 0xff, 0xff])]) {
        const victim = await client("operator");
        victim.raw(last);
        if (!victim.closed) await once(victim.socket, "close");
        if (![1002, 1003, 1006, 1007, 1009].includes(victim.closed!.code)) complain(`closed with ${victim.closed!.code}`);
      }
      for (const one of clients) one.end();
    };
    await round(Math.min(10_000, total / 5));
    const before = heap();
    const started = performance.now();
    while (sent < total) await round(Math.min(15_000, total - sent));
    const seconds = (performance.now() - started) / 1000;
    await new Promise((resolve) => setTimeout(resolve, 300));
    const growth = heap() - before;
    console.info(
      `${sent} frames, ${answered} answers in ${seconds.toFixed(1)} s, heap ${(growth / 1024 / 1024).toFixed(1)} MiB more; ${[...outcomes].map(([code, count]) => `${code} ${count}`).join(", ")}`,
    );

    expect(wrong).toEqual([]);
    expect(unhandled).toEqual([]);
    expect(log.lines.filter(({ level }) => level === "error")).toEqual([]);
    expect(growth).toBeLessThan(maxGrowth);
    expect(outcomes.get("ok") ?? 0).toBeGreaterThan(total / 10);
    expect(outcomes.get("INVALID_REQUEST") ?? 0).toBeGreaterThan(total / 10);
    expect({}).not.toHaveProperty("admin");

    const last = await client("operator");
    expect(last.methods).toEqual(names);
    const health = await (await fetch(`${gateway.url}/health`)).json();
    expect(health).toMatchObject({ ok: true });
    last.end();
  }, 120_000);
});
