import { type HelloOk, TravelAgentError } from "@travelagent/protocol";
import { describe, expect, it } from "vitest";
import { advance, type ClientState, type ConnectionEvent } from "./connection.ts";

const hello = { type: "hello-ok" } as HelloOk;
const broken = new TravelAgentError("UNAVAILABLE", "the connection ended");
const refused = new TravelAgentError("UNAUTHORIZED", "wrong token");
const idle: ClientState = { status: "idle" };

function run(from: ClientState, events: ConnectionEvent[], reconnect = true) {
  let state = from;
  const effects: string[] = [];
  for (const event of events) {
    const step = advance(state, event, reconnect);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

describe("the connection", () => {
  it("goes from start over the challenge to ready", () => {
    const { state, effects } = run(idle, [{ type: "start" }, { type: "opened" }, { type: "challenge" }, { type: "hello", hello }]);
    expect(state).toEqual({ status: "ready", hello });
    expect(effects).toEqual(["open-socket", "await-challenge", "send-connect", "send-waiting-calls"]);
  });

  it("sends connect once, though challenge and its time-out both come", () => {
    const { effects } = run(idle, [{ type: "start" }, { type: "opened" }, { type: "challenge" }, { type: "challenge" }]);
    expect(effects.filter((effect) => effect === "send-connect")).toHaveLength(1);
  });

  it("waits longer after each failure and starts over after a success", () => {
    const fails: ConnectionEvent[] = [{ type: "closed", error: broken }, { type: "retry" }];
    expect(run(idle, [{ type: "start" }, ...fails, ...fails, { type: "closed", error: broken }]).state).toMatchObject({ status: "waiting", attempt: 3 });
    expect(run({ status: "ready", hello }, [{ type: "closed", error: broken }]).state).toMatchObject({ status: "waiting", attempt: 1 });
  });

  it("drops what was sent when the socket breaks, keeps what was not", () => {
    expect(run({ status: "ready", hello }, [{ type: "closed", error: broken }]).effects).toEqual(["close-socket", "drop-calls", "schedule-retry"]);
  });

  it("gives up when the gateway refuses for good and says why", () => {
    const { state, effects } = run(idle, [
      { type: "start" },
      { type: "opened" },
      { type: "challenge" },
      { type: "refused", error: refused },
      { type: "retry" },
    ]);
    expect(state).toEqual({ status: "stopped", error: refused });
    expect(effects).toContain("fail-calls");
  });

  it("tries again when the gateway is only starting", () => {
    expect(run({ status: "connecting", phase: "hello", attempt: 0 }, [{ type: "refused", error: broken }]).state).toMatchObject({ status: "waiting" });
  });

  it("does not come back without reconnect", () => {
    expect(run(idle, [{ type: "start" }, { type: "closed", error: broken }, { type: "retry" }], false).state).toEqual({ status: "stopped", error: broken });
  });

  it("stays stopped whatever still arrives, until it is started again", () => {
    const late: ConnectionEvent[] = [
      { type: "opened" },
      { type: "challenge" },
      { type: "hello", hello },
      { type: "closed", error: broken },
      { type: "retry" },
      { type: "stop" },
    ];
    const stopped = run({ status: "ready", hello }, [{ type: "stop" }]).state;
    expect(run(stopped, late)).toEqual({ state: { status: "stopped" }, effects: [] });
    expect(run(stopped, [{ type: "start" }]).effects).toEqual(["open-socket"]);
  });
});
