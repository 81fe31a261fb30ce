import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { evaluatePolicy } from "@travelagent/agent-runtime/gate";
import { GatewayConfig } from "@travelagent/config";
import { recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LivePolicy, livePolicy } from "./live-policy.ts";

const root = fileURLToPath(new URL("../../policy", import.meta.url));

describe("the rules in force", () => {
  let directory: string;
  let log: ReturnType<typeof recordingLogger>;
  let read: number;
  const opened: LivePolicy[] = [];
  const onRead = () => {
    read += 1;
  };
  const put = (text: string, name = "own.json5") => writeFileSync(join(directory, name), text);
  const open = (policy: object = {}) => {
    const live = livePolicy(GatewayConfig.parse({ policy }), { root, directoryOf: () => directory, log, onRead });
    opened.push(live);
    return live;
  };
  const group = (live: LivePolicy, size: number) =>
    evaluatePolicy(live.policy(), { tool: "create_booking", group: "booking", args: {}, facts: { party: { size } }, turn: {} }, "deny");
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "policy-"));
    log = recordingLogger();
    read = 0;
  });
  afterEach(() => {
    for (const live of opened.splice(0)) live.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it("are those of the packs that the configuration names, with the parameters of the agency's files and of the configuration", () => {
    expect(
      open()
        .policy()
        .rules.some(({ id }) => id.startsWith("traveller.")),
    ).toBe(false);
    expect(
      open({ pack: ["agency-default", "traveller-rules"] })
        .policy()
        .rules.some(({ id }) => id.startsWith("traveller.")),
    ).toBe(true);
    expect(group(open(), 6).decision).toBe("needs-confirmation");
    put("{ version: 1, params: { group_size: 6 } }");
    expect(group(open(), 6)).toMatchObject({ decision: "escalate", reason: "groups from 6 travellers on are priced and booked by a person" });
    expect(group(open({ params: { group_size: 7 } }), 6).decision).toBe("needs-confirmation");
  });

  it.each<[string, string, object, RegExp]>([
    ["a file that is cut off", "{ version: 1, rules: [", {}, /is not JSON5/],
    ["a parameter with a slip", "{ version: 1, params: { group_sise: 6 } }", {}, /no parameter group_sise/],
    ["a parameter of another kind", '{ version: 1, params: { group_size: "six" } }', {}, /group_size keeps its kind/],
    ["the id of a rule that came along", '{ version: 1, rules: [{ id: "booking.confirm", tools: ["x"], then: { decision: "allow" } }] }', {}, /used twice/],
    ["a configured parameter with a slip", "{ version: 1 }", { params: { group_sise: 6 } }, /no parameter group_sise/],
    ["a configured parameter that is none", "{ version: 1 }", { params: { group_size: null } }, /params/],
    ["a pack that is not there", "{ version: 1 }", { pack: "../policy" }, /no policy pack/],
  ])("do not begin with %s", (_, text, policy, message) => {
    put(text);
    expect(() => open(policy)).toThrow(message);
  });

  it("are read again when a file changes, and stay when it is wrong", async () => {
    put("{ version: 1, params: { group_size: 6 } }");
    const live = open();
    const before = live.policy().version;
    put("{ version: 1, params: { group_size: 4 } }");
    await vi.waitFor(() => expect(read).toBe(1), { timeout: 5_000 });
    expect(group(live, 5).decision).toBe("escalate");
    const after = live.policy().version;
    expect(after).not.toBe(before);
    put("{ version: 1, params: { group_size: ");
    await vi.waitFor(() => expect(read).toBe(2), { timeout: 5_000 });
    expect([live.policy().version, live.problem()]).toEqual([after, expect.stringMatching(/is not JSON5/)]);
    put("{ version: 1, params: { group_size: 6 } }");
    await vi.waitFor(() => expect(live.problem()).toBe(undefined), { timeout: 5_000 });
    expect(live.policy().version).toBe(before);
  });

  it("change with the configuration, and not when the next one is wrong", () => {
    const live = open();
    expect(() => live.take(GatewayConfig.parse({ policy: { params: { nothing: 1 } } }))).toThrow(/nothing/);
    live.take(GatewayConfig.parse({ policy: { params: { group_size: 3 } } }))();
    expect(group(live, 3).decision).toBe("escalate");
  });

  it("are looked over with the tools that are there, also when they were read again", () => {
    mkdirSync(directory, { recursive: true });
    put(
      '{ version: 1, rules: [{ id: "own.slip", tools: ["creat_booking"], then: { decision: "allow" } }, { id: "own.fine", tools: ["acme_quote"], then: { decision: "allow" } }] }',
    );
    const live = open();
    live.checkAgainst(() => [
      { name: "acme_quote", description: "", group: "plugin:acme", effect: "write", args: GatewayConfig, execute: async () => ({ content: 1 }) },
    ]);
    expect(log.lines.filter(({ level }) => level === "warn").map(({ fields }) => fields)).toMatchObject([{ code: "unknown-tool", rule: "own.slip" }]);
    live.take(GatewayConfig.parse({}))();
    expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(2);
  });
});
