import type { HelloOk, TravelAgentError } from "@travelagent/protocol";

/** Where the client stands, for a program or a status line. */
export type ClientState =
  | { status: "idle" }
  /** A socket is being opened or is in the handshake. `attempt` counts failures since the last success. */
  | { status: "connecting"; phase: "socket" | "challenge" | "hello"; attempt: number }
  | { status: "ready"; hello: HelloOk }
  | { status: "waiting"; attempt: number; error: TravelAgentError }
  /** Nothing more happens until `start`. `error` is there when the gateway refused the client for good. */
  | { status: "stopped"; error?: TravelAgentError };

export type ConnectionEvent =
  | { type: "start" }
  | { type: "opened" }
  /** The challenge arrived, or the time to wait for one is over. */
  | { type: "challenge" }
  | { type: "hello"; hello: HelloOk }
  | { type: "refused"; error: TravelAgentError }
  | { type: "closed"; error: TravelAgentError }
  | { type: "retry" }
  | { type: "stop" };

/** What the outside does after a change, in this order. */
export type Effect =
  | "open-socket"
  | "await-challenge"
  | "send-connect"
  | "close-socket"
  | "schedule-retry"
  | "send-waiting-calls"
  | "drop-calls"
  | "fail-calls";

export interface Step {
  state: ClientState;
  effects: readonly Effect[];
}

/** Every change of the connection. No clock, no I/O. With `reconnect` false a connection that ends is not opened again. */
export function advance(state: ClientState, event: ConnectionEvent, reconnect: boolean): Step {
  switch (event.type) {
    case "start":
      return state.status === "idle" || state.status === "stopped"
        ? { state: { status: "connecting", phase: "socket", attempt: 0 }, effects: ["open-socket"] }
        : stay(state);
    case "stop":
      return state.status === "stopped" ? stay(state) : { state: { status: "stopped" }, effects: ["close-socket", "fail-calls"] };
    case "retry":
      return state.status === "waiting" ? { state: { status: "connecting", phase: "socket", attempt: state.attempt }, effects: ["open-socket"] } : stay(state);
    case "opened":
      return state.status === "connecting" && state.phase === "socket"
        ? { state: { ...state, phase: "challenge" }, effects: ["await-challenge"] }
        : stay(state);
    case "challenge":
      return state.status === "connecting" && state.phase === "challenge" ? { state: { ...state, phase: "hello" }, effects: ["send-connect"] } : stay(state);
    case "hello":
      return state.status === "connecting" && state.phase === "hello"
        ? { state: { status: "ready", hello: event.hello }, effects: ["send-waiting-calls"] }
        : stay(state);
    case "refused":
      if (state.status !== "connecting") return stay(state);
      return event.error.retryable
        ? lost(state.attempt, event.error, reconnect)
        : { state: { status: "stopped", error: event.error }, effects: ["close-socket", "fail-calls"] };
    case "closed":
      if (state.status === "ready") return lost(0, event.error, reconnect);
      return state.status === "connecting" ? lost(state.attempt, event.error, reconnect) : stay(state);
  }
}

const stay = (state: ClientState): Step => ({ state, effects: [] });

const lost = (attempt: number, error: TravelAgentError, reconnect: boolean): Step =>
  reconnect
    ? { state: { status: "waiting", attempt: attempt + 1, error }, effects: ["close-socket", "drop-calls", "schedule-retry"] }
    : { state: { status: "stopped", error }, effects: ["close-socket", "fail-calls"] };
