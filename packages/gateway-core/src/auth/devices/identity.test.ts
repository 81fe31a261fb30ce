import type { ConnectParams } from "@travelagent/protocol";
import { describe, expect, it } from "vitest";
import { testDevice } from "../../testing/test-device.ts";
import { maxSkewMs, verifyDevice } from "./identity.ts";

const now = 1_800_000_000_000;
const device = testDevice();
const base = {
  minProtocol: 3,
  maxProtocol: 3,
  client: { id: "cli", version: "1", platform: "macOS", deviceFamily: " Mac ", mode: "cli" },
  role: "operator",
  scopes: ["operator.read"],
  auth: { token: "t" },
} satisfies ConnectParams;
const facts = { nonce: "n1", local: true, protocol: 3, role: "operator", now };
type Proof = ReturnType<typeof device.prove>;

const outcome = (proof: Proof, params: ConnectParams = base, given: Partial<typeof facts> = {}): unknown => {
  try {
    return verifyDevice(params, proof, { ...facts, ...given });
  } catch (error) {
    return (error as { details: { code: string } }).details.code;
  }
};
const good = device.prove(base, { nonce: "n1", signedAt: now });
const ok = { deviceId: device.id, publicKey: device.publicKey };

describe("a device identity", () => {
  it.each([2, 3] as const)("is proven by a signature of version %i over the challenge", (version) => {
    expect(outcome(device.prove(base, { nonce: "n1", signedAt: now, version }), base, { local: false, protocol: 4 })).toEqual(ok);
  });

  it("is proven with platform and family as they are, and as most write them before they sign", () => {
    const client = { ...base.client, platform: "macos", deviceFamily: "mac" };
    expect(outcome(device.prove({ ...base, client }, { nonce: "n1", signedAt: now }))).toEqual(ok);
  });

  it("is proven without a nonce only straight from this machine, and below protocol 4", () => {
    const first = device.prove(base, { signedAt: now });
    expect(outcome(first)).toEqual(ok);
    expect(outcome(first, base, { local: false })).toBe("DEVICE_AUTH_NONCE_REQUIRED");
    expect(outcome(first, base, { protocol: 4 })).toBe("DEVICE_AUTH_NONCE_REQUIRED");
    expect(outcome({ ...first, nonce: "n1" })).toBe("DEVICE_AUTH_SIGNATURE_INVALID");
  });

  it("may be signed for everything when nothing was asked for in protocol 3", () => {
    const { scopes: _, ...asksNothing } = base;
    const proof = device.prove({ ...base, scopes: ["operator.admin"] }, { nonce: "n1", signedAt: now });
    expect(outcome(proof, asksNothing)).toEqual(ok);
    expect(outcome(proof, asksNothing, { protocol: 4 })).toBe("DEVICE_AUTH_SIGNATURE_INVALID");
  });

  const other = testDevice();
  const forged: [name: string, proof: Proof, code: string][] = [
    ["somebody else's id", { ...good, id: other.id }, "DEVICE_ID_MISMATCH"],
    ["an id in capitals", { ...good, id: device.id.toUpperCase() }, "DEVICE_ID_MISMATCH"],
    ["somebody else's key", { ...good, publicKey: other.publicKey }, "DEVICE_ID_MISMATCH"],
    ["a key that is none", { ...good, publicKey: "AAAA" }, "PUBLIC_KEY_INVALID"],
    ["a key of 33 bytes", { ...good, publicKey: Buffer.alloc(33, 1).toString("base64url") }, "PUBLIC_KEY_INVALID"],
    ["a signature that is too old", device.prove(base, { nonce: "n1", signedAt: now - maxSkewMs - 1 }), "SIGNATURE_EXPIRED"],
    ["a signature from the future", device.prove(base, { nonce: "n1", signedAt: now + maxSkewMs + 1 }), "SIGNATURE_EXPIRED"],
    ["a time that was not signed", { ...good, signedAt: now + 1 }, "SIGNATURE_INVALID"],
    ["another connection's nonce", device.prove(base, { nonce: "n0", signedAt: now }), "NONCE_MISMATCH"],
    ["the right nonce over another's signature", { ...device.prove(base, { nonce: "n0", signedAt: now }), nonce: "n1" }, "SIGNATURE_INVALID"],
    ["an empty nonce", { ...good, nonce: "" }, "NONCE_MISMATCH"],
    [
      "a broken signature",
      { ...good, signature: `A${good.signature.slice(1)}` === good.signature ? `B${good.signature.slice(1)}` : `A${good.signature.slice(1)}` },
      "SIGNATURE_INVALID",
    ],
    ["no signature", { ...good, signature: "x" }, "SIGNATURE_INVALID"],
    ["another key's signature", { ...good, signature: other.prove(base, { nonce: "n1", signedAt: now }).signature }, "SIGNATURE_INVALID"],
  ];
  it.each(forged)("is refused with %s", (_, proof, code) => {
    expect(outcome(proof)).toBe(`DEVICE_AUTH_${code}`);
  });

  it("is refused when what was signed is not what was sent", () => {
    const changed: ConnectParams[] = [
      { ...base, scopes: ["operator.admin"] },
      { ...base, auth: { token: "other" } },
      { ...base, client: { ...base.client, id: "test" } },
      { ...base, client: { ...base.client, mode: "node" } },
      { ...base, client: { ...base.client, platform: "linux" } },
    ];
    for (const params of changed) expect(outcome(good, params)).toBe("DEVICE_AUTH_SIGNATURE_INVALID");
    expect(outcome(good, base, { role: "node" })).toBe("DEVICE_AUTH_SIGNATURE_INVALID");
  });

  it("takes ten minutes of difference either way", () => {
    for (const signedAt of [now - maxSkewMs, now + maxSkewMs]) expect(outcome(device.prove(base, { nonce: "n1", signedAt }))).toEqual(ok);
  });
});
