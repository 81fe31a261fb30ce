import type { ChannelAdapter, ChannelHost, LoginStep } from "@travelagent/channel-kit";
import { type Call, TravelAgentError } from "@travelagent/protocol";
import { silentLogger } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { type ChannelsOptions, createChannels } from "./channels.ts";
import { channelHandlers } from "./handlers/channels.ts";

function account(start: (host: ChannelHost, attempt: number) => Promise<void>, over: Partial<ChannelAdapter> = {}) {
  const seen = { starts: 0, stops: 0, host: undefined as ChannelHost | undefined };
  const adapter: ChannelAdapter = {
    contract: 1,
    id: "phone",
    accountId: "default",
    features: { maxTextLength: 100, threads: false, cards: false },
    async start(host) {
      seen.starts += 1;
      seen.host = host;
      await start(host, seen.starts);
    },
    async stop() {
      seen.stops += 1;
    },
    send: async () => ({ status: "sent" }),
    ...over,
  };
  return { adapter, seen };
}
const manager = (adapters: ChannelAdapter[], over: Partial<ChannelsOptions> = {}) => {
  const clock = fakeClock();
  const channels = createChannels({
    adapters,
    host: () => ({ log: silentLogger, receive: async () => ({ runId: "", sessionKey: "", duplicate: false }) }),
    clock,
    log: silentLogger,
    random: () => 0.5,
    ...over,
  });
  return { channels, clock, state: () => channels.status()[0]! };
};

describe("the life of a channel", () => {
  it("is taken up again with growing pauses that end at five minutes, and counts anew when it stood", async () => {
    const { adapter, seen } = account(async (_host, attempt) => {
      if (attempt < 12) throw new Error("no route to the platform");
    });
    const { channels, clock, state } = manager([adapter]);
    channels.start();
    await clock.advance(0);
    expect(state()).toMatchObject({ state: "backing-off", attempts: 1, lastError: "no route to the platform" });
    await clock.advance(1_999);
    expect(seen.starts).toBe(1);
    await clock.advance(1);
    expect(seen.starts).toBe(2);
    await clock.advance(2 * 3_600_000);
    expect(state()).toEqual({ id: "phone", accountId: "default", state: "running", attempts: 0 });
    expect(seen.starts).toBe(12);
    expect(channels.ready("phone", "default")).toBe(true);
  });

  it("waits for a person where one has to act, and begins anew when asked to", async () => {
    for (const [name, first] of [
      ["failed", async () => Promise.reject(new TravelAgentError("CONFIG_INVALID", "the token was revoked"))],
      ["logged-out", async (host: ChannelHost) => host.report?.("logged-out", "the phone ended it")],
      [
        "needs-pairing",
        async (host: ChannelHost) => {
          host.report?.("needs-pairing", "scan it");
          throw new Error("not paired");
        },
      ],
    ] as const) {
      const { adapter, seen } = account(async (host, attempt) => void (attempt === 1 ? await first(host) : undefined));
      const { channels, clock, state } = manager([adapter]);
      channels.start();
      await clock.advance(3_600_000);
      expect([state().state, seen.starts, channels.ready("phone", "default")]).toEqual([name, 1, false]);
      await channels.restart("phone", "default");
      await clock.advance(0);
      expect([state().state, seen.starts]).toEqual(["running", 2]);
    }
  });

  it("is degraded while it hangs, and what an earlier start says later counts no more", async () => {
    let release = (): void => undefined;
    const hosts: ChannelHost[] = [];
    const { adapter } = account(async (host, attempt) => {
      hosts.push(host);
      if (attempt === 1) await new Promise<void>((resolve) => (release = resolve));
    });
    const { channels, clock, state } = manager([adapter]);
    channels.start();
    await clock.advance(31_000);
    expect(state()).toMatchObject({ state: "degraded", lastError: "it has not started within 30 s" });
    await channels.restart("phone", "default");
    await clock.advance(0);
    hosts[0]!.report?.("logged-out", "old news");
    release();
    await clock.advance(0);
    expect(state().state).toBe("running");
  });

  it("ends within its time although an adapter hangs", async () => {
    const { adapter } = account(async () => undefined, { stop: () => new Promise(() => undefined) });
    const { channels, clock, state } = manager([adapter]);
    channels.start();
    await clock.advance(0);
    const stopped = channels.stop();
    await clock.advance(5_000);
    await stopped;
    expect(state().state).toBe("stopped");
  });
});

describe("what a person can ask of channels", () => {
  const steps: LoginStep[] = [];
  const login = {
    begin: async (): Promise<LoginStep> => ({ state: "waiting" }),
    wait: async (): Promise<LoginStep> => steps.shift() ?? { state: "waiting" },
    logout: async () => undefined,
  };
  const ask = (adapters: ChannelAdapter[], over = {}) => {
    const handlers = channelHandlers({
      adapters,
      status: () => adapters.map(({ id, accountId }) => ({ id, accountId, state: "running" as const, attempts: 0 })),
      restart: async () => undefined,
      clock: {
        now: Date.now,
        after: (ms, run) =>
          (
            (timer) => () =>
              clearTimeout(timer)
          )(setTimeout(run, ms)),
      },
      qrPicture: async (text) => `data:${text}`,
      ...over,
    }) as Record<string, (params: unknown, call: Call) => Promise<Record<string, unknown>>>;
    return (method: string, params?: unknown) => handlers[method]!(params, {} as Call);
  };

  it("is whether the platform answers, each account by itself", async () => {
    const good = account(async () => undefined, { probe: async () => undefined }).adapter;
    const bad = account(async () => undefined, { accountId: "second", probe: async () => Promise.reject(new Error("502 Bad Gateway")) }).adapter;
    const deaf = account(async () => undefined, { accountId: "third", probe: () => new Promise(() => undefined) }).adapter;
    const plain = account(async () => undefined, { id: "page" }).adapter;
    const { channelAccounts } = (await ask([good, bad, deaf, plain])("channels.status", { probe: true, timeoutMs: 30 })) as {
      channelAccounts: Record<string, { probe?: object }[]>;
    };
    expect(channelAccounts.phone!.map(({ probe }) => probe)).toMatchObject([
      { ok: true },
      { ok: false, error: "502 Bad Gateway" },
      { ok: false, error: "no answer within 30 ms" },
    ]);
    expect(channelAccounts.page).toMatchObject([{ accountId: "default" }]);
    expect(channelAccounts.page![0]!.probe).toBe(undefined);
  });

  it("is to connect by scanning or a code, and to disconnect; absent where nothing is connected so", async () => {
    const { adapter } = account(async () => undefined, { login });
    const told = ask([adapter]);
    steps.push({ state: "scan", qr: "2@abc", expiresAt: 1 });
    expect(await told("web.login.start")).toEqual({ message: expect.stringContaining("Scan"), qrDataUrl: "data:2@abc" });
    steps.push({ state: "scan", qr: "2@def", expiresAt: 1 }, { state: "connected", as: "+34600" });
    expect(await told("web.login.wait", { timeoutMs: 1_000 })).toEqual({ connected: true, message: "Connected as +34600." });
    steps.push({ state: "type", code: "ABCD-1234", expiresAt: 1 });
    expect(await told("channels.login.start", { channel: "phone", phone: "+34600" })).toMatchObject({
      accountId: "default",
      step: { state: "type", code: "ABCD-1234" },
    });
    expect(await told("channels.logout", { channel: "phone" })).toMatchObject({ cleared: true });
    await expect(told("channels.logout", { channel: "mail" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    const none = account(async () => undefined).adapter;
    expect(() => ask([none])("web.login.start")).toThrow();
  });
});
