import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { type AuthOptions, createAuth } from "./auth.ts";
import type { Peer } from "./peer.ts";

const token = "a-token-for-tests-0123456789abcdef";
const here: Peer = { address: "127.0.0.1", local: true, toLoopback: true, secure: false };
const from = (address: string): Peer => ({ address, local: false, toLoopback: false, secure: true });

function codeOf(run: () => unknown): string {
  try {
    run();
    return "ok";
  } catch (error) {
    return TravelAgentError.is(error) ? error.code : String(error);
  }
}

function bench(options: Partial<AuthOptions> = {}) {
  const clock = fakeClock();
  return { clock, auth: createAuth({ mode: "token", token, clock, ...options }) };
}

describe("credentials", () => {
  it.each([
    ["token", { token }, "ok"],
    ["token", { token: `${token}x` }, "UNAUTHORIZED"],
    ["token", { token: token.slice(1) }, "UNAUTHORIZED"],
    ["token", {}, "UNAUTHORIZED"],
    ["token", { password: "correct horse" }, "UNAUTHORIZED"],
    ["password", { password: "correct horse" }, "ok"],
    ["password", { password: "wrong" }, "UNAUTHORIZED"],
    ["password", { token }, "UNAUTHORIZED"],
    ["none", {}, "ok"],
  ] as const)("in mode %s: %o is %s", (mode, given, outcome) => {
    const { auth } = bench({ mode, password: "correct horse" });
    expect(codeOf(() => auth.verify(given, here))).toBe(outcome);
  });

  it("are required by the modes that need them", () => {
    expect(codeOf(() => createAuth({ mode: "token" }))).toBe("CONFIG_INVALID");
    expect(codeOf(() => createAuth({ mode: "password", password: "" }))).toBe("CONFIG_INVALID");
  });

  it("are never dispensed with for what comes through a proxy or from elsewhere", () => {
    const { auth } = bench({ mode: "none" });
    expect(codeOf(() => auth.verify({}, from("192.0.2.1")))).toBe("UNAUTHORIZED");
    expect(codeOf(() => auth.verify({}, { ...here, local: false }))).toBe("UNAUTHORIZED");
  });
});

describe("the lockout", () => {
  const guess = (auth: ReturnType<typeof bench>["auth"], peer: Peer) => codeOf(() => auth.verify({ token: "guess" }, peer));

  it("stops a thousand guesses after ten, from this machine too, and lets the right token wait as well", async () => {
    const { auth, clock } = bench();
    const outcomes = Array.from({ length: 1000 }, () => guess(auth, here));
    expect(outcomes.filter((code) => code === "UNAUTHORIZED")).toHaveLength(10);
    expect(codeOf(() => auth.verify({ token }, here))).toBe("RATE_LIMITED");
    expect(codeOf(() => auth.verify({ token }, from("192.0.2.9")))).toBe("ok");
    await clock.advance(6001);
    expect(codeOf(() => auth.verify({ token }, here))).toBe("ok");
  });

  it("says how long to wait", () => {
    const { auth } = bench();
    for (let i = 0; i < 10; i += 1) guess(auth, here);
    expect(() => auth.verify({ token }, here)).toThrow(expect.objectContaining({ retryAfterMs: 6000 }));
  });

  it("counts a network, not its addresses", () => {
    const { auth } = bench();
    const codes = Array.from({ length: 20 }, (_, i) => guess(auth, from(`2001:db8::${i.toString(16)}`)));
    expect(codes.filter((code) => code === "UNAUTHORIZED")).toHaveLength(10);
  });

  it("slows guesses from everywhere, and leaves those in who were right before", () => {
    const { auth } = bench();
    auth.verify({ token }, from("192.0.2.200"));
    const codes = Array.from({ length: 250 }, (_, i) => guess(auth, from(`198.51.100.${i}`)));
    expect(codes.filter((code) => code === "UNAUTHORIZED")).toHaveLength(100);
    expect(codeOf(() => auth.verify({ token }, from("192.0.2.201")))).toBe("RATE_LIMITED");
    expect(codeOf(() => auth.verify({ token }, from("192.0.2.200")))).toBe("ok");
  });

  it("counts neither silence nor an old cookie", () => {
    const { auth } = bench();
    for (let i = 0; i < 50; i += 1) {
      codeOf(() => auth.verify({}, here));
      codeOf(() => auth.verify({ session: "old" }, here));
    }
    expect(codeOf(() => auth.verify({ token }, here))).toBe("ok");
  });

  it("counts wrong codes", () => {
    const { auth } = bench();
    for (let i = 0; i < 10; i += 1) codeOf(() => auth.logIn({ code: "guess" }, here));
    expect(codeOf(() => auth.logIn({ code: auth.sessions.issueCode("operator") }, here))).toBe("RATE_LIMITED");
  });
});

describe("console sessions", () => {
  it("open with the token or a code, and last twelve hours", async () => {
    const { auth, clock } = bench();
    const { value } = auth.logIn({ token }, here);
    expect(Buffer.from(value, "base64url")).toHaveLength(32);
    expect(auth.verify({ session: value }, here)).toMatchObject({ actor: "operator", method: "session" });
    await clock.advance(12 * 3_600_000 - 1);
    expect(codeOf(() => auth.verify({ session: value }, here))).toBe("ok");
    await clock.advance(1);
    expect(codeOf(() => auth.verify({ session: value }, here))).toBe("UNAUTHORIZED");
  });

  it("open with the password in whichever field it comes", () => {
    const { auth } = bench({ mode: "password", password: "correct horse" });
    expect(codeOf(() => auth.logIn({ token: "correct horse" }, here))).toBe("ok");
    expect(codeOf(() => auth.logIn({ token: "wrong" }, here))).toBe("UNAUTHORIZED");
    expect(codeOf(() => auth.logIn({}, here))).toBe("UNAUTHORIZED");
  });

  it("open by code once, and within ten minutes", async () => {
    const { auth, clock } = bench();
    const code = auth.sessions.issueCode("operator");
    expect(codeOf(() => auth.logIn({ code }, here))).toBe("ok");
    expect(codeOf(() => auth.logIn({ code }, here))).toBe("UNAUTHORIZED");
    const late = auth.sessions.issueCode("operator");
    await clock.advance(600_000);
    expect(codeOf(() => auth.logIn({ code: late }, here))).toBe("UNAUTHORIZED");
  });

  it("end with logout, and with the secret they came from", () => {
    const { auth } = bench();
    const ended: string[] = [];
    auth.onRevoked((credential) => void ended.push(credential));
    const [a, b] = [auth.logIn({ token }, here), auth.logIn({ token }, here)];
    auth.logOut(a.value);
    expect(ended).toEqual([`session:${a.id}`]);
    auth.rotate("another-token-0123456789abcdef-xyz");
    expect(ended).toEqual([`session:${a.id}`, `session:${b.id}`, "token:1"]);
    expect(codeOf(() => auth.verify({ session: b.value }, here))).toBe("UNAUTHORIZED");
    expect(codeOf(() => auth.verify({ token }, here))).toBe("UNAUTHORIZED");
    expect(auth.verify({ token: "another-token-0123456789abcdef-xyz" }, here).credential).toBe("token:2");
  });

  it("do not make up for a wrong token", () => {
    const { auth } = bench();
    const { value } = auth.logIn({ token }, here);
    expect(codeOf(() => auth.verify({ session: value, token: "wrong" }, here))).toBe("UNAUTHORIZED");
  });
});

it("gives no new guesses at the gateway's secret to who has another one", () => {
  const { auth } = bench({ mode: "password", password: "correct horse" });
  const refusal = () => new TravelAgentError("UNAUTHORIZED", "no");
  const outcomes = Array.from({ length: 30 }, (_, index) => {
    if (codeOf(() => auth.check(() => true, from("192.0.2.7"), refusal)) === "RATE_LIMITED") return "RATE_LIMITED";
    return codeOf(() => auth.verify({ password: `guess ${index}` }, from("192.0.2.7")));
  });
  expect(outcomes.filter((outcome) => outcome === "UNAUTHORIZED")).toHaveLength(10);
});
