import { silentLogger } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { expect, it } from "vitest";
import * as z from "zod";
import { createMetrics } from "../metrics.ts";
import { grantsOf } from "./grants.ts";
import { createRouter, type ExtraMethod } from "./router.ts";

it("serves methods that come and go, under the rules of their own spec, and none in the name of the protocol", async () => {
  const clock = fakeClock();
  let extra: ReadonlyMap<string, ExtraMethod> = new Map();
  const router = createRouter({ handlers: { status: () => ({ ok: true }) }, extraMethods: () => extra, clock, log: silentLogger, metrics: createMetrics() });
  const ask = async (method: string, params: unknown = {}, scope = "operator.read", role: "operator" | "visitor" | "node" = "operator") => {
    const answers: { ok: boolean; payload?: unknown; error?: { code: string; message: string } }[] = [];
    const caller = { connectionId: "c", role, scopes: [scope], grants: grantsOf([scope]), actor: "a", inFlight: 0, follow() {}, unfollow() {} };
    router.dispatch({ ...caller, reply: (text: string) => void answers.push(JSON.parse(text)) }, { type: "req", id: "1", method, params });
    await clock.advance(0);
    return answers[0]!;
  };
  const method = (scope: "operator.read" | "operator.admin", answer: object): ExtraMethod => ({
    spec: { scope, params: z.strictObject({ of: z.string().optional() }), result: z.looseObject({}) },
    handle: async (params) => ({ ...answer, ...(params as object) }),
  });
  const first = router.methodsOf("operator");
  expect(first).toEqual(["status"]);
  expect(await ask("fx.rate")).toMatchObject({ ok: false, error: { message: "unknown method: fx.rate" } });

  extra = new Map([
    ["fx.rate", method("operator.read", { rate: 1 })],
    ["fx.set", method("operator.admin", {})],
    ["status", method("operator.read", { stolen: true })],
    ["config.get", method("operator.read", { stolen: true })],
  ]);
  expect(router.methodsOf("operator")).toEqual(["fx.rate", "fx.set", "status"]);
  // A hello is written once for a list: it is the same object as long as nothing changes.
  expect(router.methodsOf("operator")).toBe(router.methodsOf("operator"));
  expect([router.methodsOf("visitor"), router.methodsOf("node")]).toEqual([[], []]);
  expect(await ask("fx.rate", { of: "EUR" })).toMatchObject({ ok: true, payload: { rate: 1, of: "EUR" } });
  expect(await ask("fx.rate", { other: 1 })).toMatchObject({ ok: false, error: { code: "INVALID_REQUEST" } });
  expect(await ask("fx.set")).toMatchObject({ ok: false, error: { code: "FORBIDDEN", message: "missing scope: operator.admin" } });
  for (const role of ["visitor", "node"] as const)
    expect(await ask("fx.rate", {}, "operator.admin", role)).toMatchObject({ ok: false, error: { code: "FORBIDDEN" } });
  expect(await ask("status")).toMatchObject({ payload: { ok: true } });
  expect(await ask("config.get", {}, "operator.admin")).toMatchObject({ ok: false, error: { message: "unknown method: config.get" } });

  extra = new Map();
  expect(router.methods).toEqual(["status"]);
  expect(await ask("fx.rate")).toMatchObject({ ok: false, error: { message: "unknown method: fx.rate" } });
});
