import { describe, expect, it } from "vitest";
import { bindHost, dialHost, usesTls } from "./gateway-address.ts";
import { GatewayConfig } from "./schema.ts";

const gateway = (section: object) => GatewayConfig.parse({ gateway: section }).gateway;
const ipv4 = (address: string) => [{ address, family: "IPv4" }];
const office = { lo: ipv4("127.0.0.1"), eth0: ipv4("192.168.1.10"), wide: ipv4("100.63.0.1") };
const onTailnet = { ...office, tailscale0: [{ address: "fd7a:115c::1", family: "IPv6" }, ...ipv4("100.101.102.103")] };
const withTls = { tls: { enabled: true } };

describe("the address to listen on", () => {
  it.each([
    [{}, "127.0.0.1"],
    [{ bind: "loopback" }, "127.0.0.1"],
    [{ bind: "lan" }, "0.0.0.0"],
    [{ bind: "tailnet" }, "100.101.102.103"],
    [{ bind: "auto" }, "127.0.0.1"],
    [{ bind: "auto", ...withTls }, "100.101.102.103"],
    [{ bind: "custom", customBindHost: "192.168.1.10" }, "192.168.1.10"],
    [{ bind: "10.0.0.7" }, "10.0.0.7"],
  ])("%j is %s", (section, host) => {
    expect(bindHost(gateway(section), onTailnet)).toBe(host);
  });

  it("says what is missing", () => {
    expect(() => bindHost(gateway({ bind: "tailnet" }), office)).toThrowError(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining("100.64.0.0/10") }),
    );
    expect(() => bindHost(gateway({ bind: "custom" }), office)).toThrowError(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(bindHost(gateway({ bind: "auto", ...withTls }), office)).toBe("127.0.0.1");
  });

  it("is dialled at loopback where it means every interface", () => {
    expect(["0.0.0.0", "::", "100.101.102.103"].map(dialHost)).toEqual(["127.0.0.1", "127.0.0.1", "100.101.102.103"]);
  });
});

describe("TLS", () => {
  it.each([
    [{}, false],
    [{ tls: { enabled: true } }, true],
    [{ tls: { cert: "a.pem", key: "b.pem" } }, true],
    [{ tls: { certPath: "a.pem", keyPath: "b.pem" } }, true],
    [{ tls: { certPath: "a.pem", keyPath: "b.pem", enabled: false } }, false],
  ])("%j is spoken: %s", (section, spoken) => {
    expect(usesTls(gateway(section))).toBe(spoken);
  });

  it.each([
    [{ tls: { certPath: "a.pem" } }, "belong together"],
    [{ tls: { enabled: true, autoGenerate: false } }, "needs a certificate"],
    [{ mode: "remote" }, "address"],
    [{ remote: { tlsFingerprint: "ab:cd" } }, "64 hex digits"],
    [{ remote: { url: "ws://gateway.example.com", tlsFingerprint: "ab".repeat(32) } }, "wss://"],
  ])("%j is refused", (section, message) => {
    expect(GatewayConfig.safeParse({ gateway: section }).error?.message).toContain(message);
  });
});
