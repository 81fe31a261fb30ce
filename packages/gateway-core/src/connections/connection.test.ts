import { TravelAgentError } from "@travelagent/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { advance, type ConnectionInput, type ConnectionState } from "./connection.ts";

const request = (method: string) => ({ ok: true, request: { type: "req", id: "1", method } }) as const;
const broken = { ok: false, error: new TravelAgentError("INVALID_REQUEST", "invalid frame: not JSON") } as const;

describe("a connection", () => {
  it("checks nobody before the challenge, and serves nobody before the hello", () => {
    expect(advance("opened", { type: "frame", frame: request("connect") })).toMatchObject({
      state: "closed",
      effects: [{ type: "send" }, { type: "close", code: 1008 }],
    });
    expect(advance("challenged", { type: "frame", frame: request("health") })).toMatchObject({
      state: "closed",
      effects: [{ type: "send" }, { type: "close", code: 1008 }],
    });
    expect(advance("challenged", { type: "frame", frame: request("connect") })).toMatchObject({ state: "checking", effects: [{ type: "check-connect" }] });
    expect(advance("checking", { type: "frame", frame: request("connect") })).toMatchObject({
      state: "closed",
      effects: [{ type: "send" }, { type: "close", code: 1008 }],
    });
    expect(advance("challenged", { type: "accepted", id: "1", hello: {} })).toMatchObject({ state: "challenged", effects: [] });
  });

  it("survives a broken frame once connected", () => {
    const { state, effects } = advance("connected", { type: "frame", frame: broken });
    expect(state).toBe("connected");
    expect(effects).toMatchObject([{ type: "send", text: expect.stringContaining('"id":"invalid"') }]);
  });

  it("keeps close reasons within what a close frame holds", () => {
    const [close] = advance("connected", { type: "end", code: 1008, reason: "é".repeat(200) }).effects;
    expect(close?.type === "close" && Buffer.byteLength(close.reason)).toBeLessThanOrEqual(123);
  });

  it("never does anything once closed, and dispatches only while connected", () => {
    const inputs = fc.oneof(
      fc.constantFrom<ConnectionInput>(
        { type: "open", nonce: "n", ts: 1 },
        { type: "frame", frame: request("connect") },
        { type: "frame", frame: request("health") },
        { type: "frame", frame: broken },
        { type: "handshake-timeout" },
        { type: "accepted", id: "1", hello: {} },
        { type: "refused", id: "1", error: new TravelAgentError("UNAUTHORIZED", "no"), closeCode: 1008 },
        { type: "end", code: 1012, reason: "bye" },
        { type: "gone" },
      ),
    );
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 12 }), (sequence) => {
        let state: ConnectionState = "opened";
        for (const input of sequence) {
          const step = advance(state, input);
          if (state === "closed") expect(step).toEqual({ state: "closed", effects: [] });
          if (step.effects.some(({ type }) => type === "dispatch")) expect(state).toBe("connected");
          if (step.effects.some(({ type }) => type === "close")) expect(step.state).toBe("closed");
          state = step.state;
        }
      }),
    );
  });
});
