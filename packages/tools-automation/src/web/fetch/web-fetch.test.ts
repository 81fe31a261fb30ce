import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGuardedFetch } from "../guard/guarded-fetch.ts";
import { callTool } from "../testing/call-tool.ts";
import { webFetchTool } from "./web-fetch.ts";

const article = `<html><head><title>Visa rules | Agency</title></head><body><nav><a href="/">Home</a><a href="/buy">Buy now</a></nav><article><h1>Visa rules</h1>
${"<p>Travellers from most countries, whatever their reason to come, may stay for ninety days, as long as their passport is valid.</p>".repeat(6)}
<p>See the <a href="/forms">forms</a>.</p></article><footer>Cookies</footer></body></html>`;

describe("web_fetch", () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let asked: string[];
  let base: string;
  const clock = fakeClock();
  const tool = (maxChars?: number) =>
    webFetchTool({ get: createGuardedFetch({ allowPrivateHosts: [new URL(base).host] }), clock, ...(maxChars === undefined ? {} : { maxChars }) });
  const page = (type: string, text: string | Buffer) => {
    answer = (_request, response) => void response.writeHead(200, { "content-type": type }).end(text);
  };

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url!);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((done) => void server.close(done).closeAllConnections()));

  it("brings the article of a page, tainted, without what stands around it", async () => {
    page("text/html; charset=utf-8", article);
    const { content, tainted } = await callTool(tool(), { url: `${base}/visa` });
    expect(tainted).toBe(true);
    expect(content).toMatchObject({ url: `${base}/visa`, title: expect.stringContaining("Visa rules"), part: "article", truncated: false });
    const { text } = content as { text: string };
    expect(text).toContain("may stay for ninety days");
    expect(text).toContain(`[forms](${base}/forms)`);
    expect(text).not.toMatch(/Buy now|Cookies/);
    expect(((await callTool(tool(), { url: base, mode: "text" })).content as { text: string }).text).not.toContain("](");
  });

  it("cuts what is long and says so", async () => {
    page("text/plain", "a".repeat(60_000));
    expect((await callTool(tool(), { url: base })).content).toMatchObject({ part: "text", totalChars: 60_000, truncated: true, text: "a".repeat(50_000) });
    const { content } = await callTool(tool(), { url: base, maxChars: 100 });
    expect(content).toMatchObject({ text: "a".repeat(100), truncated: true });
    expect(() => tool().args.parse({ url: base, maxChars: 50_001 })).toThrow();
  });

  it("uses a page again for 15 minutes", async () => {
    page("text/plain", "fares");
    const fetch = tool();
    await callTool(fetch, { url: `${base}/a` });
    expect((await callTool(fetch, { url: `${base}/a#part` })).content).toMatchObject({ text: "fares", cached: true });
    expect(asked).toEqual(["/a"]);
    await clock.advance(15 * 60_000 + 1);
    expect((await callTool(fetch, { url: `${base}/a` })).content).not.toHaveProperty("cached");
    expect(asked).toEqual(["/a", "/a"]);
  });

  it.each([
    ["application/json", '{"fare": 89}', "89"],
    ["text/csv", "a,b", "a,b"],
    ["", "plain words", "plain words"],
    ["", "<p>marked up</p>", "marked up"],
    ["text/html; charset=iso-8859-1", Buffer.from("<p>S\u00e3o Tom\u00e9</p>", "latin1"), "São Tomé"],
    ["text/html", Buffer.from('<meta charset="windows-1252"><p>89 \x80</p>', "latin1"), "89 €"],
    ["text/html; charset=nonsense", "<p>still</p>", "still"],
  ])("reads %s %s", async (type, text, expected) => {
    answer = (_request, response) => void response.writeHead(200, type === "" ? {} : { "content-type": type }).end(text);
    expect(((await callTool(tool(), { url: base })).content as { text: string }).text).toContain(expected);
  });

  it.each(["application/pdf", "image/png", "application/zip", "image/svg+xml", ""])("says that it cannot read %s", async (type) => {
    answer = (_request, response) => void response.writeHead(200, type === "" ? {} : { "content-type": type }).end(Buffer.from([1, 0, 2]));
    await expect(callTool(tool(), { url: base })).rejects.toMatchObject({ code: "INVALID_REQUEST", message: expect.stringContaining("cannot be read here") });
  });

  it.each([
    [404, "NOT_FOUND"],
    [500, "UNAVAILABLE"],
    [403, "UNAVAILABLE"],
    [304, "UNAVAILABLE"],
  ])("tells of a page that answers %i", async (status, code) => {
    answer = (_request, response) => void response.writeHead(status).end("no");
    await expect(callTool(tool(), { url: base })).rejects.toMatchObject({ code });
    page("text/plain", "back");
  });

  it("reaches no private machine", async () => {
    await expect(callTool(tool(), { url: "http://127.0.0.1:1/" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(callTool(tool(), { url: "file:///etc/passwd" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(asked).toEqual([]);
  });

  it("is open only to agents that are named, and describes what it would do", async () => {
    const { optIn, egress, describe: tell, group } = tool();
    expect([optIn, egress, group]).toEqual([true, true, "web"]);
    const context = { turn: {} as never, toolCallId: "1", idempotencyKey: "1", signal: new AbortController().signal, now: 0 };
    expect(await tell!({ url: "https://visa.example/a?b#c" }, context)).toMatchObject({
      lines: ["Address: https://visa.example/a?b"],
      subject: { url: "https://visa.example/a?b" },
      facts: { host: "visa.example", port: 443, scheme: "https" },
    });
    await expect(tell!({ url: "file:///etc/passwd" }, context)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("holds up nothing else while it reads a page that was made to be slow", async () => {
    // So deep that its article would be looked for for minutes.
    page("text/html", `${"<div>".repeat(3_000)}deep`);
    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 10);
    const { content } = await callTool(tool(), { url: base });
    clearInterval(beat);
    expect(content).toMatchObject({ text: "deep", part: "words" });
    expect(longest).toBeLessThan(1_500);
  });
});
