import { type ChannelBench, channelContract, fakeHost, type PlatformMessage } from "@travelagent/channel-kit/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { describe, expect, it } from "vitest";
import { createWebchat, type WebchatHub, webchatAddress } from "./index.ts";

interface Pages extends ChannelBench {
  typed: string[];
}

/** A gateway that keeps what visitors see in a list. */
function open(): Pages {
  const shown: PlatformMessage[] = [];
  const delivered = new Set<string>();
  const typed: string[] = [];
  let failure: "refused" | "lost" | undefined;
  const hub: WebchatHub = {
    async deliver(to, id, message) {
      const how = failure;
      failure = undefined;
      if (how === "refused") throw new TravelAgentError("NOT_FOUND", "there is no such visitor");
      if (!delivered.has(id)) shown.push({ to, text: message.text });
      delivered.add(id);
      if (how === "lost") throw new Error("the process was interrupted");
    },
    delivered: async (_, id) => delivered.has(id),
    typing: (to) => void typed.push(to.peerId),
  };
  return {
    adapter: createWebchat({ hub }),
    customer: webchatAddress("visitor-1"),
    shown: () => shown,
    failNext: (how) => {
      failure = how;
    },
    typed,
  };
}

channelContract({ describe, it, expect }, "webchat", open);

describe("the web chat", () => {
  it("sends nothing before start and after stop, and says that a later try may succeed", async () => {
    const { adapter, customer, shown } = open();
    const context = { id: "out-1", signal: new AbortController().signal };
    expect(await adapter.send(customer, { text: "hello" }, context)).toMatchObject({ status: "failed", retryable: true });
    await adapter.start(fakeHost());
    await adapter.stop();
    expect(await adapter.send(customer, { text: "hello" }, context)).toMatchObject({ status: "failed", retryable: true });
    expect(shown()).toEqual([]);
  });

  it("gives the hub the outbox id, so that a repeat is shown once", async () => {
    const { adapter, customer, shown } = open();
    await adapter.start(fakeHost());
    const context = { id: "out-1", signal: new AbortController().signal };
    await adapter.send(customer, { text: "hello" }, context);
    expect(await adapter.send(customer, { text: "hello" }, context)).toEqual({ status: "sent", externalId: "out-1" });
    expect(shown()).toHaveLength(1);
  });

  it("passes typing on, and has no such ability when the hub has none", async () => {
    const { adapter, customer, typed } = open();
    adapter.showTyping?.(customer);
    expect(typed).toEqual(["visitor-1"]);
    expect(createWebchat({ hub: { deliver: async () => {} } }).showTyping).toBe(undefined);
  });
});
