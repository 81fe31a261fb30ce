import { createHmac } from "node:crypto";
import { channelContract, fakeHost } from "@travelagent/channel-kit/testing";
import { createAuth, createControlPlane } from "@travelagent/gateway-core";
import { serve } from "@travelagent/gateway-core/node";
import type { Card } from "@travelagent/protocol/messages";
import { describe, expect, it } from "vitest";
import { pager } from "./pager.ts";
import { pagerService } from "./pager-service.ts";

const secret = "a secret both ends know";
const ana = { channel: "pager", accountId: "default", chatType: "direct" as const, peerId: "+351910000000" };
const card: Card = {
  kind: "confirmation",
  confirmationId: "c1",
  title: "Book this flight?",
  lines: ["Ana Silva"],
  expiresAt: "2027-03-12T10:00:00Z",
  buttons: [],
};

async function bench() {
  const service = await pagerService();
  const adapter = pager({ apiUrl: service.url, secret });
  const control = createControlPlane({ auth: createAuth({ mode: "none" }), version: "1.0.0", handlers: {}, routes: adapter.routes });
  const server = await serve({ control, port: 0 });
  const post = (body: string, signature: string) =>
    fetch(`${server.url}/webhooks/pager/default`, { method: "POST", body, headers: { "x-pager-signature": signature } });
  return {
    adapter,
    customer: ana,
    post,
    service,
    shown: () => service.pages.map(({ to, text }) => ({ to: { ...ana, peerId: to }, text })),
    failNext: service.failNext,
    async deliver({ externalId, text }: { externalId: string; text: string }) {
      const body = JSON.stringify({ id: externalId, from: ana.peerId, text, sentAt: 1_800_000_000_000 });
      const { ok, status } = await post(body, createHmac("sha256", secret).update(body).digest("hex"));
      if (!ok) throw new Error(`refused with ${status}`);
    },
    async close() {
      control.shutdown("the test is over");
      await server.close();
      await service.close();
    },
  };
}

channelContract({ describe, it, expect }, "pager", bench);

describe("pager", () => {
  it("takes nothing without the right signature", async () => {
    const { adapter, post, close } = await bench();
    const host = fakeHost();
    await adapter.start(host);
    const body = JSON.stringify({ id: "in-1", from: ana.peerId, text: "yes", sentAt: 1 });
    for (const signature of ["", "00", createHmac("sha256", "another secret").update(body).digest("hex")])
      expect((await post(body, signature)).status).toBe(401);
    expect(host.received).toEqual([]);
    await close();
  });

  it("sends a card as text a customer can answer", async () => {
    const { adapter, service, close } = await bench();
    await adapter.start(fakeHost());
    await adapter.send(ana, { text: "Please check:", cards: [card] }, { id: "out-1", signal: new AbortController().signal });
    expect(service.pages[0]?.text).toContain("Answer YES to confirm or NO.");
    await close();
  });
});
