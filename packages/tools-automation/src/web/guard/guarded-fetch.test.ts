import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import * as x509 from "@peculiar/x509";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createGuardedFetch, type GuardedFetchOptions } from "./guarded-fetch.ts";

const servers: Server[] = [];
const listen = async (server: Server): Promise<number> => {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
};
const serve = (listener: RequestListener) => listen(createServer(listener));
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done).closeAllConnections())));
});

async function selfSigned(name: string): Promise<{ key: string; cert: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: name }])],
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { key, cert: certificate.toString("pem") };
}

/** Names of the tests; `open.example` is the only one that may be private. */
const fetchWith = (names: Record<string, string[]>, options: GuardedFetchOptions = {}) => {
  const asked: string[] = [];
  const get = createGuardedFetch({
    allowPrivateHosts: ["open.example"],
    async resolve(host) {
      asked.push(host);
      const addresses = { "open.example": ["127.0.0.1"], ...names }[host];
      if (!addresses) throw new Error("ENOTFOUND");
      return addresses;
    },
    ...options,
  });
  return { get, asked };
};

describe("a guarded fetch", () => {
  it("connects to the address it checked, under the name that was asked for", async () => {
    const seen: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      seen.push(request.headers.host, request.headers["user-agent"], request.url);
      response.end("hello");
    });
    const { get, asked } = fetchWith({});
    const response = await get(`http://open.example:${port}/a?b=c#d`, { headers: { accept: "text/html" } });
    expect([response.status, response.body.toString(), response.url]).toEqual([200, "hello", `http://open.example:${port}/a?b=c`]);
    expect(seen).toEqual([`open.example:${port}`, "TravelAgentOS", "/a?b=c"]);
    expect(asked).toEqual(["open.example"]);
    await get(`http://open.example:${port}?`);
    expect(seen.at(-1)).toBe("/?");
  });

  it("keeps the server name and the certificate check of the name", async () => {
    const { key, cert } = await selfSigned("open.example");
    let serverName: unknown;
    const port = await listen(
      createTlsServer({ key, cert }, (request, response) => {
        serverName = (request.socket as { servername?: unknown }).servername;
        response.end("safe");
      }),
    );
    const names = { "other.example": ["127.0.0.1"] };
    const trusting = fetchWith(names, { ca: cert, allowPrivateHosts: ["open.example", "other.example"] }).get;
    expect((await trusting(`https://open.example:${port}/`)).body.toString()).toBe("safe");
    expect(serverName).toBe("open.example");
    await expect(trusting(`https://other.example:${port}/`)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(fetchWith({}).get(`https://open.example:${port}/`)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it.each([
    ...["127.0.0.1", "[::1]", "[::]", "0.0.0.0", "169.254.169.254", "10.0.0.1", "192.168.1.1", "100.64.0.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"],
    ...["[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fd00:ec2::254]", "[fe80::1]", "224.0.0.1"],
    ...["localhost", "localhost.", "LOCALHOST", "127.0.0.1.nip.example", "mixed.example", "metadata.example", "mapped.example"],
  ])("does not reach %s", async (host) => {
    let reached = 0;
    const port = await serve((_request, response) => {
      reached += 1;
      response.end();
    });
    const { get } = fetchWith({
      localhost: ["127.0.0.1"],
      "127.0.0.1.nip.example": ["127.0.0.1"],
      "mixed.example": ["93.184.215.14", "127.0.0.1"],
      "metadata.example": ["169.254.169.254"],
      "mapped.example": ["::ffff:127.0.0.1"],
    });
    await expect(get(`http://${host}:${port}/`)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(reached).toBe(0);
  });

  it.each(["0x7f000001", "2130706433", "0177.0.0.1", "127.1", "0x7f.1"])("does not reach the machine as %s", async (host) => {
    const port = await serve((_request, response) => void response.end());
    await expect(fetchWith({}).get(`http://${host}:${port}/`)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("asks a name once, and again only for the next request", async () => {
    const reached: string[] = [];
    const first = createServer((_request, response) => void response.end(String(reached.push("first"))));
    servers.push(first);
    await new Promise<void>((resolve) => first.listen(0, "127.0.0.2", resolve));
    const { port } = first.address() as AddressInfo;
    const second = createServer((_request, response) => void response.end(String(reached.push("second"))));
    servers.push(second);
    await new Promise<void>((resolve) => second.listen(port, "127.0.0.1", resolve));
    const answers = ["127.0.0.2", "127.0.0.1", "169.254.169.254"];
    let asked = 0;
    const { get } = fetchWith({}, { resolve: async () => [answers[asked++]!] });
    await get(`http://open.example:${port}/`);
    expect([asked, reached]).toEqual([1, ["first"]]);
    // The name leads elsewhere now, which is found out before anything is sent.
    asked = 2;
    await expect(get(`http://open.example:${port}/`)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(reached).toEqual(["first"]);
  });

  it("opens a private host on the port that is named, and no other", async () => {
    const port = await serve((_request, response) => void response.end("in"));
    const other = await serve((_request, response) => void response.end("in"));
    const get = createGuardedFetch({ allowPrivateHosts: [`127.0.0.1:${port}`, `[::1]:${port}`] });
    expect((await get(`http://127.0.0.1:${port}/`)).body.toString()).toBe("in");
    await expect(get(`http://127.0.0.1:${other}/`)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(get(`http://[::1]:${other}/`)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("never opens what is no network of a house, whatever is named", async () => {
    const { get } = fetchWith({ "open.example": ["169.254.169.254"] });
    // Nor does it say what a name leads to: that would map the network inside.
    await expect(get("http://open.example/")).rejects.toMatchObject({ code: "FORBIDDEN", message: expect.not.stringContaining("169.254") });
  });

  it.each([
    ["a private address", "http://127.0.0.1:PORT/"],
    ["a private name", "http://localhost:PORT/"],
    ["an odd spelling", "//0x7f000001:PORT/"],
    ["a file", "file:///etc/passwd"],
    ["data", "data:text/plain,hello"],
    ["a password", "http://user:word@open.example:PORT/"],
  ])("does not follow a redirect to %s", async (_what, location) => {
    const inside = await serve((_request, response) => void response.end("secret"));
    const port = await serve((_request, response) => void response.writeHead(302, { location: location.replace("PORT", String(inside)) }).end());
    const { get } = fetchWith({ localhost: ["127.0.0.1"] });
    await expect(get(`http://open.example:${port}/`)).rejects.toMatchObject({ code: expect.stringMatching(/FORBIDDEN|INVALID_REQUEST/) });
  });

  it("follows three redirects, each checked anew, and no fourth", async () => {
    const port = await serve((request, response) => {
      const left = Number(request.url!.slice(1));
      if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end();
      else response.end("there");
    });
    const { get, asked } = fetchWith({});
    expect((await get(`http://open.example:${port}/3`)).body.toString()).toBe("there");
    expect(asked).toHaveLength(4);
    await expect(get(`http://open.example:${port}/4`)).rejects.toMatchObject({ code: "FORBIDDEN", message: expect.stringContaining("3 times") });
  });

  it("does not follow from https to http, and hands headers to no other origin", async () => {
    const seen: unknown[] = [];
    const plain = await serve((request, response) => {
      seen.push(request.headers["x-key"]);
      response.end("plain");
    });
    const { key, cert } = await selfSigned("open.example");
    const tls = await listen(
      createTlsServer({ key, cert }, (_request, response) => void response.writeHead(301, { location: `http://open.example:${plain}/` }).end()),
    );
    const hop = await serve((request, response) => {
      seen.push(request.headers["x-key"]);
      response.writeHead(307, { location: `http://open.example:${plain}/` }).end();
    });
    const { get } = fetchWith({}, { ca: cert });
    await expect(get(`https://open.example:${tls}/`)).rejects.toMatchObject({ code: "FORBIDDEN", message: expect.stringContaining("https to http") });
    expect(seen).toEqual([]);
    expect((await get(`http://open.example:${hop}/`, { headers: { "x-key": "k" } })).body.toString()).toBe("plain");
    expect(seen).toEqual(["k", undefined]);
  });

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ])("unpacks %s, up to the limit", async (encoding, pack) => {
    let text = Buffer.from("small");
    const port = await serve((_request, response) => void response.writeHead(200, { "content-encoding": encoding }).end(pack(text)));
    const { get } = fetchWith({}, { maxBytes: 1024 * 1024 });
    expect((await get(`http://open.example:${port}/`)).body.toString()).toBe("small");
    text = Buffer.alloc(64 * 1024 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    await expect(get(`http://open.example:${port}/`)).rejects.toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
  });

  it("reads no endless, no announced and no strangely packed body", async () => {
    const port = await serve((request, response) => {
      if (request.url === "/announced") response.writeHead(200, { "content-length": "9999999999" }).write("x");
      else if (request.url === "/packed") response.writeHead(200, { "content-encoding": "gzip, gzip" }).end("x");
      else if (request.url === "/damaged") response.writeHead(200, { "content-encoding": "gzip" }).end("not gzip");
      else if (request.url === "/cut") response.writeHead(200, { "content-length": "10" }).write("x", () => response.destroy());
      else {
        const more = () => response.write(Buffer.alloc(64 * 1024), () => !response.destroyed && more());
        more();
      }
    });
    const { get } = fetchWith({}, { maxBytes: 256 * 1024 });
    for (const [path, code] of [
      ["endless", "PAYLOAD_TOO_LARGE"],
      ["announced", "PAYLOAD_TOO_LARGE"],
      ["packed", "UNAVAILABLE"],
      ["damaged", "UNAVAILABLE"],
      ["cut", "UNAVAILABLE"],
    ])
      await expect(get(`http://open.example:${port}/${path}`), path).rejects.toMatchObject({ code });
  });

  it("ends at its deadline and when it is called off, in every phase", async () => {
    const port = await serve((request, response) => {
      if (request.url === "/body") response.write("a");
    });
    const clock = fakeClock();
    const { get } = fetchWith({}, { clock, timeoutMs: 5_000 });
    const stuck = createGuardedFetch({ clock, timeoutMs: 5_000, resolve: () => new Promise(() => undefined) });
    for (const start of [() => get(`http://open.example:${port}/head`), () => get(`http://open.example:${port}/body`), () => stuck("http://open.example/")]) {
      const late = expect(start()).rejects.toMatchObject({ code: "TIMEOUT" });
      await new Promise((resolve) => setTimeout(resolve, 50));
      await clock.advance(5_000);
      await late;
    }
    for (const path of ["head", "body"]) {
      const controller = new AbortController();
      const called = expect(get(`http://open.example:${port}/${path}`, { signal: controller.signal })).rejects.toMatchObject({ code: "CANCELLED" });
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.abort();
      await called;
    }
  });

  it("says so when a name or a machine is not there", async () => {
    const { get, asked } = fetchWith({ "empty.example": [] });
    await expect(get("http://nowhere.invalid/")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(asked).toEqual([]);
    await expect(get("http://nowhere.example/")).rejects.toMatchObject({ code: "UNAVAILABLE", message: expect.stringContaining("nowhere.example") });
    await expect(get("http://empty.example/")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const port = await serve(() => undefined);
    await new Promise((done) => servers.pop()!.close(done));
    await expect(get(`http://open.example:${port}/`)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
