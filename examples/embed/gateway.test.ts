import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptedModel } from "@travelagent/agent-runtime/testing";
import { expect, it } from "vitest";
import { pager } from "../channel/pager.ts";
import { pagerService } from "../channel/pager-service.ts";
import { startAgency } from "./gateway.ts";

it("answers a page with what its own tool said", async () => {
  const directory = await mkdtemp(join(tmpdir(), "agency-"));
  const service = await pagerService();
  const secret = "a secret both ends know";
  const model = scriptedModel(({ messages }) => {
    const last = messages.at(-1);
    if (last?.role !== "toolResult") return { toolCalls: [{ name: "airport_parking", arguments: { airport: "LIS" } }] };
    return `A day in Lisbon is ${/"amount":"([\d.]+)"/.exec(last.content.map(({ text }) => text).join(""))?.[1]} EUR.`;
  });
  const agency = await startAgency(model, pager({ apiUrl: service.url, secret }), directory, "an operator's token", 0);
  try {
    const body = JSON.stringify({ id: "in-1", from: "+351910000000", text: "Parking at Lisbon airport?", sentAt: Date.now() });
    const headers = { "x-pager-signature": createHmac("sha256", secret).update(body).digest("hex") };
    expect((await fetch(`${agency.url}/webhooks/pager/default`, { method: "POST", body, headers })).status).toBe(204);
    await expect.poll(() => service.pages.map(({ to, text }) => ({ to, text }))).toEqual([{ to: "+351910000000", text: "A day in Lisbon is 12.00 EUR." }]);
    expect(model.requests[0]?.tools.map(({ name }) => name)).toEqual(["airport_parking"]);
  } finally {
    await agency.stop();
    await service.close();
    await rm(directory, { recursive: true, force: true });
  }
});
