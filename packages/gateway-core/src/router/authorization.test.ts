import { type ConnectionRole, type Handlers, type MethodName, type MethodSpec, methods, scopes } from "@travelagent/protocol";
import { silentLogger } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createMetrics } from "../metrics.ts";
import { grantsOf } from "./grants.ts";
import { createRouter } from "./router.ts";

const names = Object.keys(methods) as MethodName[];
const specs = methods as Record<string, MethodSpec>;
const handlers = Object.fromEntries(names.map((name) => [name, () => ({})])) as Handlers;
const router = createRouter({ handlers, clock: fakeClock(), log: silentLogger, metrics: createMetrics() });

/** Whether a connection gets past authorization. What it sends is no valid request of most methods, and that is told after. */
function isAllowed(method: string, role: ConnectionRole, held: readonly string[]): boolean {
  let answer: { ok: boolean; error?: { code: string; message: string; details?: { code?: string } } } | undefined;
  router.dispatch(
    {
      connectionId: "c",
      role,
      scopes: held,
      grants: grantsOf(held),
      actor: "a",
      visitorId: "v",
      visitorSessionKey: "agent:main:webchat:direct:v",
      nodeId: "n",
      inFlight: 0,
      follow: () => {},
      reply: (text: string) => {
        answer = JSON.parse(text) as typeof answer;
      },
    } as never,
    { type: "req", id: "1", method, params: { no: "such parameter" } },
  );
  if (answer?.error?.code === "FORBIDDEN") {
    const { scope } = specs[method] as MethodSpec;
    const missing = { message: `missing scope: ${scope}`, details: { code: "MISSING_SCOPE", missingScope: scope } };
    const wrongRole = { message: `unauthorized role: ${role} may not call ${method}`, details: { code: "ROLE_NOT_ALLOWED" } };
    expect([missing, wrongRole]).toContainEqual(expect.objectContaining({ message: answer.error.message }));
    expect(answer.error).toMatchObject(answer.error.message === missing.message ? missing : wrongRole);
  }
  return answer?.error?.code !== "FORBIDDEN";
}

/** Which single scopes are enough for a method that needs this one. Written out: the table is what is promised. */
const enough: Record<string, readonly string[]> = {
  "operator.read": ["operator.read", "operator.write", "operator.admin"],
  "operator.write": ["operator.write", "operator.admin"],
  "operator.approvals": ["operator.approvals", "operator.admin"],
  "operator.pairing": ["operator.pairing", "operator.admin"],
  "operator.admin": ["operator.admin"],
};
const forVisitors = ["chat.abort", "chat.history", "chat.send"];
const forNodes = ["node.event", "node.invoke.result", "skills.bins"];

describe("who may call what", () => {
  it.each(names)("%s", (name) => {
    const { scope } = specs[name] as MethodSpec;
    const wanted = forNodes.includes(name) ? [] : enough[scope];
    expect(wanted, `${name} needs a scope that is known`).toBeDefined();
    expect(scopes.filter((held) => isAllowed(name, "operator", [held]))).toEqual(scopes.filter((held) => wanted?.includes(held)));
    expect(isAllowed(name, "operator", [])).toBe(false);
    expect(isAllowed(name, "operator", ["operator.other", "admin", "*"])).toBe(false);
    expect(isAllowed(name, "visitor", scopes)).toBe(forVisitors.includes(name));
    expect(isAllowed(name, "node", scopes)).toBe(forNodes.includes(name));
  });

  it("is nobody's choice for a role that does not exist", () => {
    for (const name of names.filter((one) => !forNodes.includes(one))) {
      expect(isAllowed(name, "node", scopes)).toBe(false);
      expect(router.methodsOf("node")).not.toContain(name);
    }
    expect(router.methodsOf("visitor")).toEqual(names.filter((name) => forVisitors.includes(name)).sort());
  });

  it("follows the kind of the method: what changes something is no reading, and what decides needs the scope for it", () => {
    const kinds: [pattern: RegExp, scope: string][] = [
      [/^(config|secrets|update|wizard)\./, "operator.admin"],
      [/^exec\.approvals\.(get|set)/, "operator.admin"],
      [/^(device|node\.pair)\./, "operator.pairing"],
      [/^approvals\.|^exec\.approval\./, "operator.approvals"],
    ];
    for (const name of names) {
      const { scope, idempotent } = specs[name] as MethodSpec;
      for (const [pattern, wanted] of kinds) if (pattern.test(name)) expect([name, scope]).toEqual([name, wanted]);
      if (idempotent) expect([name, scope]).not.toEqual([name, "operator.read"]);
    }
  });
});
