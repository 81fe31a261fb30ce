import type { Address, Attachment, InboundMessage, OutboundMessage, Place } from "@travelagent/protocol/messages";
import type { Runner } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import type { ChannelAdapter, ChannelHost } from "../adapter.ts";
import { type ChannelBench, channelContract } from "./contract.ts";

const customer: Address = { channel: "phone", accountId: "main", chatType: "direct", peerId: "ana" };
const flaws = [
  "ignores the limit",
  "loses files",
  "sends without the file",
  "has no buttons",
  "forgets the action",
  "has no map",
  "edits nothing",
  "hands files over unkept",
  "is silent about files",
  "loses places",
  "takes edits for new",
  "believes machines",
  "believes people",
  "loses reports",
] as const;
type Flaw = (typeof flaws)[number];

/** A channel in memory that can do everything; each flaw makes it break one rule. */
function bench(flaw?: Flaw): ChannelBench {
  const got: { id: string; to: Address; message: OutboundMessage; file?: Uint8Array }[] = [];
  const texts = new Map<string, string>();
  let host: ChannelHost | undefined;
  let failure: "refused" | "lost" | undefined;
  let wait: number | undefined;
  const hand = async (externalId: string, over: Partial<InboundMessage>): Promise<void> => {
    await host?.receive({ address: customer, externalId, senderId: customer.peerId, text: "", sentAt: 0, ...over });
  };
  const adapter: ChannelAdapter = {
    contract: 1,
    id: customer.channel,
    accountId: customer.accountId,
    features: { maxTextLength: 300, threads: false, cards: false, buttons: 2, locations: true, media: { document: 1_000_000 } },
    async start(given) {
      host = given;
    },
    async stop() {
      host = undefined;
    },
    async send(to, message, { id, signal, read }) {
      if (signal.aborted) return { status: "failed", reason: "cancelled", retryable: false };
      const [how, retryAfterMs] = [failure, wait];
      [failure, wait] = [undefined, undefined];
      if (retryAfterMs !== undefined && flaw !== "ignores the limit") return { status: "failed", reason: "too many", retryable: true, retryAfterMs };
      if (how === "refused") return { status: "failed", reason: "no such person", retryable: false };
      const [attachment] = message.attachments ?? [];
      let file: Uint8Array | undefined;
      try {
        file = attachment && (await read?.(attachment));
      } catch {
        if (flaw !== "sends without the file") return { status: "failed", reason: "the file cannot be read", retryable: true };
      }
      got.push({ id, to, message, ...(file && flaw !== "loses files" ? { file } : {}) });
      texts.set(id, message.text);
      return how === "lost" ? { status: "unknown", reason: "no answer" } : { status: "sent", externalId: id };
    },
    async edit(_to, externalId, { text }) {
      if (flaw !== "edits nothing") texts.set(externalId, text);
      return { status: "sent", externalId };
    },
    showTyping: () => undefined,
    react: () => undefined,
  };
  const shownButtons = () => (flaw === "has no buttons" ? [] : got.flatMap(({ message: { buttons = [] } }) => buttons));
  return {
    adapter,
    customer,
    shown: () => got.map(({ to, message: { text } }) => ({ to, text })),
    failNext: (how) => {
      failure = how;
    },
    limitNext: (ms) => {
      wait = ms;
    },
    files: () => got.flatMap(({ file }) => (file ? [{ bytes: file }] : [])),
    buttons: () => shownButtons().map(({ label }) => label),
    async press(label) {
      const { text, action } = shownButtons().findLast((button) => button.label === label)!;
      await hand("press", { text, ...(action && flaw !== "forgets the action" ? { action } : {}) });
    },
    places: () => got.flatMap(({ message: { location } }): Place[] => (location && flaw !== "has no map" ? [location] : [])),
    standing: () => [...texts.values()],
    deliver: ({ externalId, text }) => hand(externalId, { text }),
    async deliverFile({ externalId, text, fileName, bytes }) {
      const stored = await host?.media?.save({ address: customer, senderId: customer.peerId }, [{ bytes, fileName }]);
      const unkept: Attachment[] = [{ id: "f", kind: "document", mimeType: "application/pdf", bytes: bytes.length }];
      if (!stored) return hand(externalId, { text: flaw === "is silent about files" ? text : `${text}\n(a file came: ${fileName})` });
      await hand(externalId, { text, attachments: flaw === "hands files over unkept" ? unkept : stored.attachments });
    },
    deliverPlace: ({ externalId, place }) => hand(externalId, flaw === "loses places" ? {} : { location: place }),
    deliverEdit: ({ externalId, edits, text }) => hand(externalId, { text, ...(flaw === "takes edits for new" ? {} : { edits }) }),
    deliverAutomated: ({ externalId, text }) => hand(externalId, { text, ...(flaw === "believes machines" ? {} : { automated: "out of office" }) }),
    async personWrites({ externalId, text }) {
      if (flaw === "believes people") await hand(externalId, { text });
      else await host?.personWrote?.({ address: customer, externalId, text, sentAt: 0 });
    },
    async report({ externalId, state }) {
      if (flaw !== "loses reports") await host?.delivered?.({ externalId, state, at: 0 });
    },
  };
}

channelContract({ describe, it, expect }, "everything in memory", () => bench());

describe("the rules for what not every platform has", () => {
  it.each(flaws)("notice an adapter that %s", async (flaw) => {
    const bodies: (() => Promise<void> | void)[] = [];
    const runner: Runner = { describe: (_name, body) => body(), it: (_name, body) => void bodies.push(body), expect };
    channelContract(runner, flaw, () => bench(flaw));
    const outcomes = await Promise.allSettled(bodies.map(async (body) => body()));
    expect(outcomes.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
  });
});
