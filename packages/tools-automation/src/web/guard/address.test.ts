import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressKind } from "./address.ts";

const octet = fc.integer({ min: 0, max: 255 });
const hex = (a: number, b: number) => ((a << 8) | b).toString(16);
/** Blocks of IPv4 that no page is served from: first octets and how the rest is drawn. */
const closed = fc.oneof(
  fc.tuple(fc.constantFrom(0, 10, 127), octet, octet, octet),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
  fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
  fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
  fc.tuple(fc.integer({ min: 224, max: 255 }), octet, octet, octet),
);

describe("the kind of an address", () => {
  it.each(["93.184.215.14", "1.1.1.1", "2606:4700::1111", "2a00:1450:4009::200e", "2A00:1450:4009:0:0:0:0:200E"])(
    "of a web server is public: %s",
    (address) => {
      expect(addressKind(address)).toBe("public");
    },
  );

  it.each(["127.0.0.1", "10.1.2.3", "172.31.255.255", "192.168.0.1", "100.64.0.1", "::1", "fd12:3456::1"])("of a house is private: %s", (address) => {
    expect(addressKind(address)).toBe("private");
  });

  it.each([
    ...["0.0.0.0", "169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "fd00:ec2::254", "192.0.0.192", "255.255.255.255", "224.0.0.1"],
    ...["192.0.2.1", "198.18.0.1", "203.0.113.1", "240.0.0.1", "192.88.99.1"],
    ...["::", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "5f00::1", "100::1"],
    ...[
      "::ffff:127.0.0.1",
      "::ffff:8.8.8.8",
      "::127.0.0.1",
      "::7f00:1",
      "::ffff:0:127.0.0.1",
      "64:ff9b::7f00:1",
      "64:ff9b:1::7f00:1",
      "2002:7f00:1::",
      "2001:0:1::1",
    ],
    ...["0x7f000001", "2130706433", "0177.0.0.1", "127.1", "example.com", "", "[::1]"],
  ])("that no page has is never opened: %s", (address) => {
    expect(addressKind(address)).toBe("never");
  });

  it("is never public for a closed block of IPv4, however IPv6 carries it", () => {
    fc.assert(
      fc.property(closed, ([a, b, c, d]) => {
        const [high, low] = [hex(a, b), hex(c, d)];
        const spellings = [
          `${a}.${b}.${c}.${d}`,
          `::${high}:${low}`,
          `::ffff:${high}:${low}`,
          `::ffff:${a}.${b}.${c}.${d}`,
          `::ffff:0:${high}:${low}`,
          `64:ff9b::${high}:${low}`,
          `64:ff9b:1::${high}:${low}`,
          `2002:${high}:${low}::1`,
          `2001:0:${high}:${low}::1`,
        ];
        for (const address of spellings) expect(addressKind(address), address).not.toBe("public");
      }),
    );
  });
});
