import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createPresence } from "./presence.ts";

function bench() {
  const clock = fakeClock();
  let announced = 0;
  const presence = createPresence({ clock, self: { version: "1" }, onChange: () => (announced += 1) });
  return { clock, presence, announced: () => announced };
}

describe("presence", () => {
  it("shows one row for a client that comes back, and the gateway first", () => {
    const { presence } = bench();
    presence.arrived("a", { mode: "ui" });
    presence.arrived("a", { mode: "ui" });
    expect(presence.list().map(({ mode }) => mode)).toEqual(["gateway", "ui"]);
    presence.left("a");
    expect(presence.list()[1]?.reason).toBe("connect");
  });

  it("forgets who left after five minutes, and keeps who stays", async () => {
    const { clock, presence } = bench();
    presence.arrived("a", { mode: "ui" });
    presence.arrived("b", { mode: "ui" });
    presence.left("a");
    await clock.advance(299_999);
    expect(presence.list().map(({ reason }) => reason)).toEqual(["self", "disconnect", "connect"]);
    await clock.advance(1);
    expect(presence.list().map(({ reason }) => reason)).toEqual(["self", "connect"]);
  });

  it("holds 200 entries and drops the oldest", () => {
    const { presence } = bench();
    for (let i = 0; i < 250; i += 1) presence.arrived(`c${i}`, { instanceId: `c${i}` });
    expect(presence.list()).toHaveLength(200);
    expect(presence.list()[1]?.instanceId).toBe("c249");
  });

  it("announces a storm of arrivals once", async () => {
    const { clock, presence, announced } = bench();
    for (let i = 0; i < 100; i += 1) presence.arrived(`c${i}`, {});
    await clock.advance(1000);
    expect(announced()).toBe(1);
    await clock.advance(60_000);
    expect(announced()).toBe(1);
  });
});
