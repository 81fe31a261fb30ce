import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelImage } from "@travelagent/agent-runtime";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFileRoot } from "../system/index.ts";
import { createGuardedFetch } from "../web/index.ts";
import { callTool } from "../web/testing/call-tool.ts";
import { type ImageToolOptions, imageTool } from "./index.ts";

const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==", "base64");
const gif = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
const jpeg = Buffer.from("ffd8ffe000104a46494600010100000100010000ffc0000b0800020003010111", "hex");
const webp = Buffer.from("RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0", "latin1");
const svg = Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

describe("image", () => {
  let directory: string;
  let server: Server;
  let base: string;
  let served: { status?: number; type?: string; body: Buffer };
  let requests: string[];
  let looked: { image: ModelImage; prompt: string }[];
  let says: string;

  beforeEach(async () => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), "image-")));
    looked = [];
    requests = [];
    says = "A beach with two chairs.";
    server = createServer((request, response) => {
      requests.push(request.url!);
      if (request.url === "/inwards") return void response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" }).end();
      response.writeHead(served.status ?? 200, { "content-type": served.type ?? "image/png" }).end(served.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    served = { body: png };
  });
  afterEach(async () => {
    await new Promise((done) => void server.close(done).closeAllConnections());
    rmSync(directory, { recursive: true, force: true });
  });

  const get = () => createGuardedFetch({ allowPrivateHosts: [new URL(base).host], maxBytes: 10_000_000 });
  const tool = (more: Partial<ImageToolOptions> & { sandboxed?: boolean } = {}) => {
    const { sandboxed = false, ...options } = more;
    return imageTool({
      vision: {
        async describe(image, prompt) {
          looked.push({ image, prompt });
          return says;
        },
      },
      workplace: async () => ({ files: await openFileRoot({ directory }), sandboxed }),
      ...options,
    });
  };
  const put = (name: string, bytes: Buffer) => writeFileSync(join(directory, name), bytes);

  it.each([
    ["image/png", png, { width: 1, height: 1 }],
    ["image/gif", gif, { width: 1, height: 1 }],
    ["image/jpeg", jpeg, { width: 3, height: 2 }],
    ["image/webp", webp, {}],
  ] as const)("knows %s by its bytes, whatever the file is called", async (mimeType, bytes, size) => {
    put("notes.txt", bytes);
    const { content, tainted } = await callTool(tool(), { path: "notes.txt", prompt: "Is it a beach?" });
    expect(content).toEqual({ path: "notes.txt", mimeType, ...size, bytes: bytes.length, text: says });
    expect(tainted).toBe(true);
    expect(looked).toEqual([{ image: { mimeType, data: bytes.toString("base64") }, prompt: "Is it a beach?" }]);
  });

  it("asks for a description when there is no question, and cuts long answers", async () => {
    put("room.png", png);
    says = "x".repeat(20_001);
    const { content } = await callTool(tool(), { path: "room.png" });
    expect(looked[0]?.prompt).toContain("Describe this picture");
    expect(content).toMatchObject({ text: "x".repeat(20_000), truncated: true });
  });

  it.each([
    ["SVG", svg, "INVALID_REQUEST", "SVG drawing"],
    ["text", Buffer.from("hello"), "INVALID_REQUEST", "no picture in PNG"],
    ["nothing", Buffer.alloc(0), "INVALID_REQUEST", "no picture in PNG"],
    ["a picture of more than 10 MB", Buffer.concat([png, Buffer.alloc(10_000_001 - png.length)]), "PAYLOAD_TOO_LARGE", "make a smaller one"],
  ])("shows %s to no model, under whatever name", async (_, bytes, code, words) => {
    put("picture.png", bytes);
    await expect(callTool(tool(), { path: "picture.png" })).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    expect(looked).toEqual([]);
  });

  it("takes one of just 10 MB", async () => {
    put("large.png", Buffer.concat([png, Buffer.alloc(10_000_000 - png.length)]));
    expect((await callTool(tool(), { path: "large.png" })).content).toMatchObject({ bytes: 10_000_000 });
  });

  it("stays in the workspace", async () => {
    const outside = mkdtempSync(join(tmpdir(), "outside-"));
    writeFileSync(join(outside, "secret.png"), png);
    symlinkSync(join(outside, "secret.png"), join(directory, "link.png"));
    mkdirSync(join(directory, "photos"));
    for (const path of ["../secret.png", join(outside, "secret.png"), "link.png", "~/secret.png"])
      await expect(callTool(tool(), { path })).rejects.toMatchObject({ code: "SCOPE_VIOLATION" });
    await expect(callTool(tool(), { path: "gone.png" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(callTool(tool(), { path: "photos" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(looked).toEqual([]);
    rmSync(outside, { recursive: true, force: true });
  });

  it("is opt-in, reads, and reaches outside only with a way there", async () => {
    expect(tool()).toMatchObject({ name: "image", group: "media", effect: "read", optIn: true });
    expect(tool()).not.toHaveProperty("egress");
    expect(tool({ get: get() })).toMatchObject({ egress: true, effect: "read", optIn: true });
    expect(tool().args.safeParse({ url: base }).success).toBe(false);
  });

  it.each([{}, { path: "a.png", url: "https://example.com/a.png" }, { path: "" }, { prompt: "What is it?" }, { path: "a.png", mode: "fast" }])(
    "refuses %j",
    (args) => expect(tool({ get: get() }).args.safeParse(args).success).toBe(false),
  );

  it("says what it is about to look at", async () => {
    put("room.png", png);
    const about = async (args: Record<string, unknown>) =>
      tool({ get: get() }).describe!(args, { turn: {}, now: 0, signal: AbortSignal.timeout(5_000) } as never);
    expect(await about({ path: "./room.png", prompt: "Which room?" })).toMatchObject({
      title: "Look at a picture",
      lines: [`File: room.png (image/png, ${png.length} bytes)`, "Question: Which room?"],
      facts: { source: "workspace", path: "room.png" },
    });
    expect(await about({ url: "https://example.com/a.png?who=ana" })).toMatchObject({
      lines: ["Address: https://example.com/a.png?who=ana"],
      subject: { url: "https://example.com/a.png?who=ana" },
      facts: { source: "web", host: "example.com", scheme: "https" },
    });
    await expect(about({ path: "gone.png" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(looked).toEqual([]);
  });

  describe("at an address", () => {
    it("looks at what its server sends, and believes no header", async () => {
      served = { type: "text/html", body: gif };
      const { content, tainted } = await callTool(tool({ get: get() }), { url: `${base}/a.png` });
      expect(content).toMatchObject({ url: `${base}/a.png`, mimeType: "image/gif", text: says });
      expect(tainted).toBe(true);
      expect(looked[0]?.image.data).toBe(gif.toString("base64"));
    });

    it.each([
      [{ body: svg, type: "image/svg+xml" }, "INVALID_REQUEST"],
      [{ body: Buffer.from("<html>"), type: "image/png" }, "INVALID_REQUEST"],
      [{ body: png, status: 404 }, "NOT_FOUND"],
      [{ body: png, status: 503 }, "UNAVAILABLE"],
      [{ body: Buffer.concat([png, Buffer.alloc(10_000_000)]) }, "PAYLOAD_TOO_LARGE"],
    ])("shows nothing else to a model: case %#", async (answer, code) => {
      served = answer;
      await expect(callTool(tool({ get: get() }), { url: base })).rejects.toMatchObject({ code });
      expect(looked).toEqual([]);
    });

    it.each(["http://127.0.0.1:9/a.png", "http://169.254.169.254/a.png", "http://[::1]/a.png", "http://localhost/a.png", "/inwards"])(
      "asks no private host: %s",
      async (address) => {
        await expect(callTool(tool({ get: get() }), { url: address.startsWith("/") ? base + address : address })).rejects.toMatchObject({ code: "FORBIDDEN" });
        expect(looked).toEqual([]);
      },
    );

    it("refuses addresses of another kind", async () => {
      for (const url of ["file:///etc/passwd", "data:image/png;base64,AAAA", "ftp://example.com/a.png"])
        await expect(callTool(tool({ get: get() }), { url })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    });

    it("has no network in a sandbox, where files are looked at all the same", async () => {
      put("room.png", png);
      const boxed = tool({ get: get(), sandboxed: true });
      await expect(callTool(boxed, { url: base })).rejects.toMatchObject({ code: "FORBIDDEN", message: expect.stringContaining("sandbox") });
      expect(requests).toEqual([]);
      expect((await callTool(boxed, { path: "room.png" })).content).toMatchObject({ text: says });
    });
  });
});
