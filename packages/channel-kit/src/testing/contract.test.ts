import type { Address } from "@travelagent/protocol/messages";
import type { Runner } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import type { ChannelAdapter, ChannelHost } from "../adapter.ts";
import { type ChannelBench, channelContract, type PlatformMessage } from "./contract.ts";
import { fakeHost } from "./fake-host.ts";

const customer: Address = { channel: "postcard", accountId: "main", chatType: "direct", peerId: "ana" };

/** A channel that lives in memory; each flaw makes it break one rule. */
function bench(flaw?: "answers itself" | "acknowledges early" | "talks after stop" | "sends twice" | "rejects"): ChannelBench {
  const shown: PlatformMessage[] = [];
  const sentIds = new Set<string>();
  let host: ChannelHost | undefined;
  let failure: "refused" | "lost" | undefined;
  const hand = async (externalId: string, text: string) => {
    await host?.receive({ address: customer, externalId, senderId: customer.peerId, text, sentAt: 0 });
  };
  const adapter: ChannelAdapter = {
    contract: 1,
    id: customer.channel,
    accountId: customer.accountId,
    features: { maxTextLength: 300, threads: false, cards: false },
    async start(given) {
      host = given;
    },
    async stop() {
      if (flaw !== "talks after stop") host = undefined;
    },
    async send(to, { text }, { id, signal }) {
      if (signal.aborted) return { status: "failed", reason: "cancelled", retryable: false };
      const how = failure;
      failure = undefined;
      if (how === "refused" && flaw === "rejects") throw new Error("refused");
      if (how === "refused") return { status: "failed", reason: "no such person", retryable: false };
      shown.push({ to, text });
      if (flaw === "sends twice") shown.push({ to, text });
      sentIds.add(id);
      return how === "lost" ? { status: "unknown", reason: "no answer" } : { status: "sent" };
    },
    reconcile: async (_to, id) => (sentIds.has(id) ? { status: "sent" } : null),
  };
  return {
    adapter,
    customer,
    shown: () => shown,
    async deliver({ externalId, text }) {
      if (flaw === "acknowledges early") void hand(externalId, text).catch(() => {});
      else await hand(externalId, text);
    },
    async echo(text) {
      if (flaw === "answers itself") await hand("echo", text);
    },
    failNext: (how) => {
      failure = how;
    },
  };
}

channelContract({ describe, it, expect }, "in memory", () => bench());

/** Runs the suite by itself and returns the rules that were broken. */
async function broken(open: () => ChannelBench): Promise<string[]> {
  const rules: { name: string; body: () => Promise<void> | void }[] = [];
  const runner: Runner = { describe: (_name, body) => body(), it: (name, body) => void rules.push({ name, body }), expect };
  channelContract(runner, "flawed", open);
  const failed: string[] = [];
  for (const { name, body } of rules) {
    try {
      await body();
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

describe("the contract suite", () => {
  it.each([
    ["answers itself", "never answers itself"],
    ["acknowledges early", "acknowledges only what is stored"],
    ["talks after stop", "hands nothing over after stop"],
    ["sends twice", "brings a text to its customer once and says so"],
    ["rejects", "calls a refused send failed, and does not reject"],
  ] as const)("notices an adapter that %s", async (flaw, rule) => {
    expect(await broken(() => bench(flaw))).toContain(rule);
  });
});

describe("the fake host", () => {
  it("tells a repeat from a new message", async () => {
    const host = fakeHost();
    const message = { address: customer, externalId: "1", senderId: "ana", text: "hello", sentAt: 0 };
    expect(await host.receive(message)).toMatchObject({ duplicate: false, runId: "run-1" });
    expect(await host.receive(message)).toMatchObject({ duplicate: true, runId: "run-1" });
    expect(await host.receive({ ...message, address: { ...customer, accountId: "second" } })).toMatchObject({ duplicate: false });
    host.full = true;
    await expect(host.receive({ ...message, externalId: "2" })).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(host.received).toHaveLength(2);
  });
});
