import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createDiscordApi, failureOf, routeOf } from "./discord-api.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function api(answer: (count: number) => { status?: number; headers?: Record<string, string>; body: unknown }) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { status = 200, headers = {}, body } = answer(asked.length);
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  const clock = fakeClock("2027-01-01T00:00:00Z");
  return { asked, clock, discord: createDiscordApi({ root: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, token: "t", clock }) };
}

describe("Discord's limits", () => {
  it("are kept before Discord has to, each for what shares it", async () => {
    const { asked, clock, discord } = await api(() => ({ headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "2" }, body: {} }));
    await discord.call("POST", "/channels/1/messages", { body: {} });
    const second = discord.call("POST", "/channels/1/messages", { body: {} });
    await discord.call("POST", "/channels/2/messages", { body: {} });
    expect(asked).toHaveLength(2);
    await clock.advance(2000);
    await second;
    expect(asked).toHaveLength(3);
  });

  it("of all calls hold up every call, and a long one is no waiting", async () => {
    const { asked, discord } = await api(() => ({ status: 429, body: { retry_after: 60, global: true } }));
    for (const path of ["/channels/1/messages", "/channels/2/messages"])
      expect(failureOf(await discord.call("POST", path).catch((error: unknown) => error))).toMatchObject({
        status: "failed",
        retryable: true,
        retryAfterMs: 60_000,
      });
    expect(asked).toHaveLength(1);
  });

  it("count ids only where Discord says so", () => {
    expect(routeOf("GET", "/channels/12/messages/34")).toBe("GET /channels/12/messages/:id");
    expect(routeOf("PUT", "/applications/12/commands")).toBe("PUT /applications/:id/commands");
    expect(routeOf("POST", "/interactions/12/token/callback")).toBe("POST /interactions/:id/token/callback");
  });
});
