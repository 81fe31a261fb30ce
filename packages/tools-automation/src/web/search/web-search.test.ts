import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { callTool } from "../testing/call-tool.ts";
import { braveSearch } from "./brave.ts";
import { webSearchTool } from "./web-search.ts";

describe("web_search with Brave", () => {
  let server: Server;
  let asked: IncomingMessage[];
  let answer: (response: ServerResponse) => void;
  let baseUrl: string;
  const clock = fakeClock();
  const tool = () => webSearchTool({ provider: braveSearch({ baseUrl: `${baseUrl}/`, apiKey: "brave-key", clock }), clock });
  const json = (value: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(value));

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(request);
      answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((done) => void server.close(done).closeAllConnections()));

  it("asks with its key and brings clean results, tainted", async () => {
    answer = json({
      web: {
        results: [
          {
            title: "<strong>Visa</strong> rules",
            url: "https://visa.example/",
            description: "Up to <strong>90</strong> days &amp; more",
            age: "2 days ago",
            extra: 1,
          },
          ...Array.from({ length: 9 }, (_, index) => ({ title: `t${index}`, url: `https://t.example/${index}`, description: null })),
        ],
      },
    });
    const { content, tainted } = await callTool(tool(), { query: "visa portugal", count: 3, country: "pt", freshness: "week" });
    expect(tainted).toBe(true);
    expect(content).toEqual({
      query: "visa portugal",
      results: [
        { title: "Visa rules", url: "https://visa.example/", description: "Up to 90 days & more", age: "2 days ago" },
        { title: "t0", url: "https://t.example/0", description: "" },
        { title: "t1", url: "https://t.example/1", description: "" },
      ],
    });
    expect(asked[0]!.url).toBe("/res/v1/web/search?q=visa+portugal&count=3&country=PT&freshness=pw");
    expect(asked[0]!.headers["x-subscription-token"]).toBe("brave-key");
  });

  it("asks for 1 to 10, 5 when nothing is said", () => {
    expect(tool().args.parse({ query: "a" })).toMatchObject({ count: 5 });
    for (const count of [0, 11, 2.5]) expect(() => tool().args.parse({ query: "a", count })).toThrow();
    expect(() => tool().args.parse({ query: "" })).toThrow();
  });

  it("makes the same search once in 15 minutes", async () => {
    answer = json({});
    const search = tool();
    expect((await callTool(search, { query: "a" })).content).toEqual({ query: "a", results: [] });
    expect((await callTool(search, { query: "a" })).content).toMatchObject({ cached: true });
    await callTool(search, { query: "a", count: 6 });
    expect(asked).toHaveLength(2);
    await clock.advance(15 * 60_000 + 1);
    await callTool(search, { query: "a" });
    expect(asked).toHaveLength(3);
  });

  it.each([
    [
      "a wrong key",
      (response: ServerResponse) => void response.writeHead(401).end("brave-key"),
      { code: "UNAVAILABLE", message: expect.stringContaining("apiKey") },
    ],
    [
      "too many searches",
      (response: ServerResponse) => void response.writeHead(429, { "retry-after": "7" }).end(),
      { code: "RATE_LIMITED", retryAfterMs: 7_000 },
    ],
    ["a failure", (response: ServerResponse) => void response.writeHead(500).end(), { code: "UNAVAILABLE" }],
    ["no JSON", (response: ServerResponse) => void response.end("<html>"), { code: "UNAVAILABLE" }],
    ["other JSON", json({ web: { results: [{ title: 1 }] } }), { code: "UNAVAILABLE" }],
    ["a redirect", (response: ServerResponse) => void response.writeHead(302, { location: "https://elsewhere.example/" }).end(), { code: "FORBIDDEN" }],
  ])("tells of %s without its key, and keeps nothing", async (_what, respond, expected) => {
    answer = respond;
    const search = tool();
    await expect(callTool(search, { query: "a" })).rejects.toMatchObject(expected);
    await expect(callTool(search, { query: "a" })).rejects.toMatchObject({ message: expect.not.stringContaining("brave-key") });
    answer = json({});
    expect((await callTool(search, { query: "a" })).content).not.toHaveProperty("cached");
  });

  it("is open only to agents that are named, and shows the words that go out", async () => {
    const { optIn, egress, group, describe: tell } = tool();
    expect([optIn, egress, group]).toEqual([true, true, "web"]);
    const context = { turn: {} as never, toolCallId: "1", idempotencyKey: "1", signal: new AbortController().signal, now: 0 };
    expect(await tell!({ query: "visa", count: 5 }, context)).toMatchObject({ lines: ["Search words: visa", "Sent to: Brave"] });
  });
});
