import { type RequestFrame, TravelAgentError } from "@travelagent/protocol";
import type { ParsedFrame } from "../router/request-frame.ts";
import { errorFrame, okFrame } from "../router/response-frame.ts";

/**
 * Where a client stands. `challenged`: it was sent the challenge and owes us `connect`. `checking`: it sent that and owes us
 * patience. `connected`: its requests are served.
 */
export type ConnectionState = "opened" | "challenged" | "checking" | "connected" | "closed";

export type ConnectionInput =
  | { type: "open"; nonce: string; ts: number }
  | { type: "frame"; frame: ParsedFrame }
  | { type: "handshake-timeout" }
  /** The outcome of a `check-connect`. */
  | { type: "accepted"; id: string; hello: object }
  | { type: "refused"; id: string; error: TravelAgentError; closeCode: number }
  /** We end it: shutdown, revoked credential, slow consumer. */
  | { type: "end"; code: number; reason: string }
  /** The socket is gone. */
  | { type: "gone" };

/** What the outside does, in this order. */
export type ConnectionEffect =
  | { type: "send"; text: string }
  | { type: "close"; code: number; reason: string }
  | { type: "check-connect"; request: RequestFrame }
  | { type: "dispatch"; request: RequestFrame };

export interface ConnectionStep {
  readonly state: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
}

/** Every change of a connection. No clock, no I/O. */
export function advance(state: ConnectionState, input: ConnectionInput): ConnectionStep {
  if (state === "closed") return stay(state);
  switch (input.type) {
    case "open":
      if (state !== "opened") return stay(state);
      return {
        state: "challenged",
        effects: [{ type: "send", text: `{"type":"event","event":"connect.challenge","payload":${JSON.stringify({ nonce: input.nonce, ts: input.ts })}}` }],
      };
    case "frame":
      return state === "connected" ? serve(input.frame) : greet(state, input.frame);
    case "handshake-timeout":
      return state === "connected" ? stay(state) : end(1008, "handshake timeout");
    case "accepted":
      return state === "checking" ? { state: "connected", effects: [{ type: "send", text: okFrame(input.id, input.hello) }] } : stay(state);
    case "refused":
      return refuse(input.id, input.error, input.closeCode);
    case "end":
      return end(input.code, input.reason);
    case "gone":
      return { state: "closed", effects: [] };
  }
}

function serve(frame: ParsedFrame): ConnectionStep {
  if (frame.ok) return { state: "connected", effects: [{ type: "dispatch", request: frame.request }] };
  return { state: "connected", effects: [{ type: "send", text: errorFrame(frame.id ?? "invalid", frame.error) }] };
}

function greet(state: ConnectionState, frame: ParsedFrame): ConnectionStep {
  if (state === "challenged" && frame.ok && frame.request.method === "connect")
    return { state: "checking", effects: [{ type: "check-connect", request: frame.request }] };
  const reason = state === "checking" ? "invalid handshake: wait for the answer to connect" : "invalid handshake: the first frame must be a connect request";
  const id = frame.ok ? frame.request.id : frame.id;
  return id === undefined ? end(1008, reason) : refuse(id, frame.ok ? new TravelAgentError("INVALID_REQUEST", reason) : frame.error, 1008);
}

const stay = (state: ConnectionState): ConnectionStep => ({ state, effects: [] });

const end = (code: number, reason: string): ConnectionStep => ({ state: "closed", effects: [{ type: "close", code, reason: closeReason(reason) }] });

const refuse = (id: string, error: TravelAgentError, closeCode: number): ConnectionStep => ({
  state: "closed",
  effects: [
    { type: "send", text: errorFrame(id, error) },
    { type: "close", code: closeCode, reason: closeReason(error.message) },
  ],
});

/** A close frame holds 123 bytes of reason. */
function closeReason(text: string): string {
  let reason = text.slice(0, 123);
  while (new TextEncoder().encode(reason).length > 123) reason = reason.slice(0, -1);
  return reason;
}
