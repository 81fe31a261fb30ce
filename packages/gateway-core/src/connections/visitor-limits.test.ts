import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createAuth } from "../auth/auth.ts";
import { createVisitors } from "../auth/visitors.ts";
import { createControlPlane } from "../control-plane.ts";
import { connectTestClient, type TestClient } from "../testing/socket-pair.ts";

const token = "a-token-for-tests-0123456789abcdef";
const visitors = createVisitors({ secret: "s".repeat(32), sessionKeyOf: (id) => `agent:main:webchat:direct:${id}` });

function gateway() {
  const clock = fakeClock();
  let runs = 0;
  const handlers = { "chat.send": () => ({ runId: `r${++runs}`, status: "started" }) };
  const control = createControlPlane({ clock, version: "1", visitors, validate: true, auth: createAuth({ mode: "token", token, clock }), handlers });
  control.setReady();
  const visitor = (remoteAddress = "192.0.2.1") =>
    connectTestClient(control, { role: "visitor", remoteAddress, headers: { cookie: `ta_visitor=${visitors.issue()}` } });
  return { clock, control, visitor };
}

let lastKey = 0;
const send = (client: TestClient) => client.call("chat.send", { sessionKey: "main", message: "hello", idempotencyKey: `k${++lastKey}` });
const codes = async (client: TestClient, count: number) => {
  const all: unknown[] = [];
  for (let i = 0; i < count; i += 1) all.push(((await send(client)).error as { code: string } | undefined)?.code ?? "ok");
  return all;
};

describe("messages of strangers", () => {
  it("are limited for each visitor, with the time to wait", async () => {
    const { clock, visitor } = gateway();
    const [eager, calm] = [await visitor(), await visitor()];
    expect(await codes(eager, 12)).toEqual([...Array(10).fill("ok"), "RATE_LIMITED", "RATE_LIMITED"]);
    expect((await send(eager)).error).toMatchObject({ code: "RATE_LIMITED", retryable: true, retryAfterMs: 3000 });
    expect(await codes(calm, 1)).toEqual(["ok"]);
    await clock.advance(3000);
    expect(await codes(eager, 2)).toEqual(["ok", "RATE_LIMITED"]);
  });

  it("are limited for an address, however many cookies it shows", async () => {
    const { visitor } = gateway();
    const outcomes: unknown[] = [];
    for (let i = 0; i < 10; i += 1) outcomes.push(...(await codes(await visitor("198.51.100.1"), 8)));
    expect(outcomes.filter((code) => code === "ok")).toHaveLength(60);
    expect(await codes(await visitor("198.51.100.2"), 1)).toEqual(["ok"]);
  });

  it("are not those of operators", async () => {
    const { control } = gateway();
    const operator = await connectTestClient(control, { token });
    expect(new Set(await codes(operator, 50))).toEqual(new Set(["ok"]));
  });
});
