import type { ChannelAdapter } from "@travelagent/channel-kit";
import { testEngine } from "@travelagent/engine/testing";
import type { Call } from "@travelagent/protocol";
import type { MediaStore } from "@travelagent/protocol/media";
import type { OutboundMessage } from "@travelagent/protocol/messages";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createGateway, type Gateway } from "./gateway.ts";
import { memorySessions, plainSessionKey, scriptedAgent } from "./testing/index.ts";
import type { Letter } from "./write-to.ts";

let engine: Awaited<ReturnType<typeof testEngine>>;
let gateway: Gateway;
let sent: { to: string; message: OutboundMessage }[];
const address = { channel: "mail", accountId: "default", chatType: "direct", peerId: "ana@example.com" } as const;
const letter = (over: Partial<Letter> = {}): Letter => ({
  id: "l1",
  address,
  customerId: "cus_ana",
  displayName: "Ana Silva",
  text: "Your itinerary.",
  subject: "Your trip",
  purpose: "service",
  ...over,
});

beforeEach(async () => {
  engine = await testEngine();
  sent = [];
  const adapter: ChannelAdapter = {
    contract: 1,
    id: "mail",
    accountId: "default",
    features: { maxTextLength: 1000, threads: false, cards: false, media: { document: 1_000_000 } },
    start: async () => undefined,
    stop: async () => undefined,
    async send(to, message) {
      sent.push({ to: to.peerId, message });
      return { status: "sent" };
    },
  };
  const kept: Record<string, string[]> = {};
  const media = {
    async save(sessionKey: string, { fileName }: { fileName?: string }) {
      const id = `${sessionKey}/${fileName}`;
      kept[sessionKey] = [...(kept[sessionKey] ?? []), id];
      return { id: "file1", kind: "document", mimeType: "application/pdf", bytes: 3, fileName };
    },
    find: async () => null,
    list: async () => [],
  } as unknown as MediaStore;
  gateway = createGateway({
    engine,
    sessions: memorySessions(),
    sessionKeyOf: plainSessionKey,
    agent: scriptedAgent(() => "hello"),
    channels: [adapter],
    publisher: { publish() {}, isFollowed: () => false },
    admission: { mail: { dmPolicy: "allowlist", allowFrom: ["ana@example.com", "ben@example.com"] } },
    media,
  });
  await gateway.prepare();
  await engine.start();
  await gateway.start();
});
afterEach(async () => {
  await gateway.stop();
  await engine.stop();
});

it("writes to an address that has not written, once for one id, with subject and files", async () => {
  const file = { bytes: new Uint8Array([1, 2, 3]), fileName: "itinerary.pdf" };
  const { sessionKey } = await gateway.writeTo(letter({ files: [file] }));
  await gateway.writeTo(letter({ files: [file] }));
  await expect.poll(() => sent.length).toBe(1);
  expect(sent).toMatchObject([
    { to: "ana@example.com", message: { text: "Your itinerary.", subject: "Your trip", attachments: [{ fileName: "itinerary.pdf" }] } },
  ]);
  expect(await gateway.correspondence.conversation(sessionKey)).toMatchObject({ customerId: "cus_ana", displayName: "Ana Silva" });
});

it("writes into nobody else's conversation, past no person, and nowhere that is closed", async () => {
  const { sessionKey } = await gateway.writeTo(letter());
  await expect(gateway.writeTo(letter({ id: "l2", customerId: "cus_ben" }))).rejects.toMatchObject({ code: "SCOPE_VIOLATION" });
  const call = { role: "operator", scopes: ["operator.admin"], actor: "eva", follow() {}, signal: new AbortController().signal } as unknown as Call;
  await gateway.handlers["conversations.takeOver"]!({ conversationId: sessionKey, idempotencyKey: "t" }, call);
  await expect(gateway.writeTo(letter({ id: "l3" }))).rejects.toMatchObject({ code: "CONFLICT" });
  await expect(gateway.writeTo(letter({ id: "l4", address: { ...address, peerId: "eve@example.com" } }))).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(gateway.writeTo(letter({ id: "l5", address: { ...address, channel: "fax" } }))).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect.poll(() => sent.length).toBe(1);
});
