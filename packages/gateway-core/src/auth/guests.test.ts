import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createControlPlane } from "../control-plane.ts";
import { connectTestClient } from "../testing/socket-pair.ts";
import { createAuth } from "./auth.ts";
import type { Guest, Guests } from "./guests.ts";

const token = "a-token-for-tests-0123456789abcdef";
const hourMs = 3_600_000;

function gateway() {
  const clock = fakeClock();
  const known = new Map<string, Guest>();
  const listeners = new Set<(id: string) => void>();
  const guest = (id: string): Guest => ({
    id,
    address: { channel: "portal", accountId: "default", chatType: "direct", peerId: id },
    name: `Customer ${id}`,
    sessionKey: `agent:main:portal:dm:${id}`,
    until: clock.now() + hourMs,
  });
  for (const id of ["p1", "p2"]) known.set(`cookie-${id}`, guest(id));
  const guests: Guests = {
    cookie: "ta_portal",
    verify: async (value) => known.get(value),
    onEnded(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const seen: unknown[] = [];
  const control = createControlPlane({
    clock,
    version: "1",
    guests,
    sessionDefaults: { defaultAgentId: "main", mainKey: "main", mainSessionKey: "agent:main:main" },
    validate: true,
    auth: createAuth({ mode: "token", token, clock }),
    handlers: {
      "chat.send": (_params, { guest: who, actor, role }) => {
        seen.push({ who: who?.address.peerId, name: who?.name, actor, role });
        return { runId: "r1", status: "started" };
      },
    },
  });
  control.setReady();
  const enter = (cookie: string | undefined, origin = "http://127.0.0.1") =>
    connectTestClient(control, {
      role: "visitor",
      mode: "portal",
      headers: { host: "127.0.0.1", ...(cookie === undefined ? {} : { cookie: `ta_portal=${cookie}` }), ...(origin === "" ? {} : { origin }) },
    });
  return { clock, control, enter, seen, end: (id: string) => [...listeners].map((listener) => listener(id)) };
}

describe("a customer who is known by the cookie of their page", () => {
  it("sees one session, and writes from the address of that page", async () => {
    const { enter, seen } = gateway();
    const client = await enter("cookie-p1");
    expect(client.hello).toMatchObject({ snapshot: { sessionDefaults: { mainSessionKey: "agent:main:portal:dm:p1" } } });
    await client.call("chat.send", { sessionKey: "main", message: "hello", idempotencyKey: "k1" });
    expect(seen).toEqual([{ who: "p1", name: "Customer p1", actor: "portal:p1", role: "visitor" }]);
    const foreign = await client.call("chat.send", { sessionKey: "agent:main:portal:dm:p2", message: "hello", idempotencyKey: "k2" });
    expect(foreign.error).toMatchObject({ code: "FORBIDDEN" });
  });

  it("is not let in without that cookie, with another one, and from no page", async () => {
    const { enter } = gateway();
    for (const [cookie, origin] of [[undefined], ["cookie-p3"], ["cookie-p1", ""]] as const)
      await expect(enter(cookie, origin)).rejects.toThrow(/UNAUTHORIZED/);
  });

  it("is shown out when the page is closed, and when its time is over; others stay", async () => {
    const { clock, enter, end } = gateway();
    const [one, two] = [await enter("cookie-p1"), await enter("cookie-p2")];
    end("p1");
    expect([one.closed?.code, two.closed]).toEqual([1008, undefined]);
    await clock.advance(hourMs + 60_000);
    expect(two.closed?.code).toBe(1008);
  });
});
