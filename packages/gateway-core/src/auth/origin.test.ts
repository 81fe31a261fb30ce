import { describe, expect, it } from "vitest";
import { createOriginCheck } from "./origin.ts";
import { createPeerReader, type RequestHead } from "./peer.ts";

const check = createOriginCheck({ allowedOrigins: ["https://www.agency.example"], allowedHosts: ["gateway.agency.example"] });
const readPeer = createPeerReader(["10.0.0.0/8", "2001:db8::1"]);

const head = (headers: Record<string, string | undefined>, localAddress = "127.0.0.1", remoteAddress = "127.0.0.1", encrypted = false): RequestHead => ({
  headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
  socket: { localAddress, remoteAddress, encrypted },
});

describe("origin and host", () => {
  it.each([
    ["a program on this machine", "127.0.0.1:18789", undefined, "ok"],
    ["localhost", "localhost:18789", "http://localhost:18789", "ok"],
    ["our page by address", "127.0.0.1:18789", "http://127.0.0.1:18789", "ok"],
    ["our page by IPv6", "[::1]:18789", "http://[::1]:18789", "ok"],
    ["our page in capitals", "LOCALHOST:18789", "http://localhost:18789", "ok"],
    ["another port of this machine", "127.0.0.1:18789", "http://127.0.0.1:3000", "FORBIDDEN"],
    ["localhost is not 127.0.0.1", "127.0.0.1:18789", "http://localhost:18789", "FORBIDDEN"],
    ["a foreign page", "127.0.0.1:18789", "https://evil.example", "FORBIDDEN"],
    ["a page without an origin", "127.0.0.1:18789", "null", "FORBIDDEN"],
    ["a file", "127.0.0.1:18789", "file://", "FORBIDDEN"],
    ["an extension", "127.0.0.1:18789", "chrome-extension://abc", "FORBIDDEN"],
    ["an empty origin", "127.0.0.1:18789", "", "FORBIDDEN"],
    ["an origin that looks like ours", "127.0.0.1:18789", "http://127.0.0.1:18789.evil.example", "FORBIDDEN"],
    ["a rebound name", "evil.example:18789", "http://evil.example:18789", "FORBIDDEN"],
    ["a rebound name without an origin", "evil.example:18789", undefined, "FORBIDDEN"],
    ["a name that begins like ours", "localhost.evil.example", undefined, "FORBIDDEN"],
    ["0.0.0.0", "0.0.0.0:18789", undefined, "FORBIDDEN"],
    ["an allowed origin", "127.0.0.1:18789", "https://www.agency.example", "ok"],
    ["an allowed origin over http", "127.0.0.1:18789", "http://www.agency.example", "FORBIDDEN"],
    ["an allowed host behind a proxy", "gateway.agency.example", "https://gateway.agency.example", "ok"],
    ["no host", undefined, undefined, "INVALID_REQUEST"],
    ["a malformed host", "user@localhost", undefined, "INVALID_REQUEST"],
    ["a host with a path", "localhost/x", undefined, "INVALID_REQUEST"],
  ])("%s: host %s, origin %s → %s", (_name, host, origin, outcome) => {
    const request = head({ host, origin });
    expect(check(request, readPeer(request))?.code ?? "ok").toBe(outcome);
  });

  it("take any name on an address that others reach, but no foreign page", () => {
    const open = head({ host: "office.lan:18789", origin: "http://office.lan:18789" }, "192.0.2.10", "192.0.2.20");
    expect(check(open, readPeer(open))).toBeUndefined();
    const foreign = head({ host: "office.lan:18789", origin: "http://evil.example" }, "192.0.2.10", "192.0.2.20");
    expect(check(foreign, readPeer(foreign))?.code).toBe("FORBIDDEN");
  });

  it("take no page over http for a connection over TLS", () => {
    const request = head({ host: "localhost", origin: "http://localhost" }, "127.0.0.1", "127.0.0.1", true);
    expect(check(request, readPeer(request))?.code).toBe("FORBIDDEN");
  });
});

describe("the peer", () => {
  it("is what the socket says, whatever strangers forward", () => {
    const forged = head({ "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https", "x-real-ip": "127.0.0.1" }, "192.0.2.1", "203.0.113.5");
    expect(readPeer(forged)).toEqual({ address: "203.0.113.5", local: false, toLoopback: false, secure: false });
  });

  it("is not local behind a proxy on this machine", () => {
    const host = "127.0.0.1:18789";
    for (const header of [
      "x-forwarded-for",
      "x-forwarded-host",
      "x-forwarded-user",
      "forwarded",
      "via",
      "x-real-ip",
      "cf-connecting-ip",
      "tailscale-user-login",
    ])
      expect(readPeer(head({ host, [header]: "127.0.0.1" })).local, header).toBe(false);
    // A name of the outside, and an address that was named as a proxy: the proxy forgot its headers.
    for (const name of ["gateway.agency.example", "127.0.0.1.evil.example", undefined]) expect(readPeer(head({ host: name })).local).toBe(false);
    expect(createPeerReader(["127.0.0.1"])(head({ host })).local).toBe(false);
    for (const name of [host, "localhost", "LOCALHOST:1", "[::1]:18789"]) expect(readPeer(head({ host: name })).local, name).toBe(true);
    expect(readPeer(head({ host }, "::ffff:127.0.0.1", "::ffff:127.0.0.1"))).toMatchObject({ address: "127.0.0.1", local: true });
  });

  it("is the last one a trusted proxy did not add itself", () => {
    const proxied = head({ "x-forwarded-for": "127.0.0.1, 198.51.100.7, 10.1.2.3", "x-forwarded-proto": "https" }, "10.0.0.1", "10.0.0.9");
    expect(readPeer(proxied)).toEqual({ address: "198.51.100.7", local: false, toLoopback: false, secure: true });
    expect(readPeer(head({ "x-forwarded-for": "not an address" }, "10.0.0.1", "10.0.0.9")).address).toBe("10.0.0.9");
  });

  it("cannot be read with a broken proxy list", () => {
    for (const entry of ["proxy.example", "10.0.0.0/33", "10.0.0.0/x"]) expect(() => createPeerReader([entry])).toThrow("trusted proxies");
  });
});
