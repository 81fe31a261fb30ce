import { expect, it } from "vitest";
import * as z from "zod";
import { defineTool } from "../tool.ts";
import { type ExposedTo, type ExposureRules, isExposed } from "./exposure.ts";
import { shownTools } from "./shown-tools.ts";
import { toolSets } from "./tool-set.ts";

const tool = (name: string, group: string, optIn = false) =>
  defineTool({
    name,
    group,
    description: name,
    args: z.strictObject({}),
    effect: "read",
    ...(optIn ? { optIn: true } : {}),
    execute: async () => ({ content: 1 }),
  });
const tools = [
  tool("search", "booking"),
  tool("memory_get", "memory"),
  tool("web_fetch", "web", true),
  tool("exec", "runtime", true),
  tool("sessions_list", "sessions"),
];
const turn = (over: Partial<ExposedTo> = {}): ExposedTo => ({
  agentId: "main",
  channel: "webchat",
  chatType: "direct",
  peerId: "v1",
  sessionKey: "agent:main:webchat:dm:v1",
  ...over,
});

it("shows each conversation what its rules let through, in whatever order conversations come", () => {
  const boxed = { deny: ["search"] };
  const rules: ExposureRules = {
    deny: ["nothing"],
    byAgent: { main: { allow: ["*", "web_fetch", "exec"], withCustomers: ["web_fetch"] }, other: { profile: "booking" } },
    byChannel: { api: { deny: ["memory_get"] } },
    sandbox: ({ sessionKey }) => (sessionKey?.endsWith("boxed") ? boxed : undefined),
    operators: { phone: ["+34600"] },
  };
  const set = toolSets(tools)();
  const shown = shownTools();
  const turns = [
    turn(),
    turn({ agentId: "other" }),
    turn({ channel: "api" }),
    turn({ sessionKey: "agent:main:boxed" }),
    turn({ sessionKey: "agent:main:subagent:1" }),
    turn({ peerId: "operator:ana", sessionKey: "agent:main:main" }),
    turn({ channel: "phone", peerId: "+34600" }),
    turn({ channel: "phone", peerId: "+34601" }),
  ];
  for (const one of [...turns, ...turns.toReversed(), ...turns])
    expect(shown(set, one, rules).map(({ name }) => name)).toEqual(tools.filter((each) => isExposed(each, one, rules)).map(({ name }) => name));
  expect(shown(set, turn(), rules)).toBe(shown(set, turn({ peerId: "v2", sessionKey: "agent:main:webchat:dm:v2" }), rules));
});

it("looks again when tools or rules are others", () => {
  let list = tools;
  const sets = toolSets(() => list);
  const shown = shownTools();
  const names = (rules: ExposureRules) => shown(sets(), turn(), rules).map(({ name }) => name);
  expect(names({})).toContain("search");
  expect(names({ deny: ["search"] })).not.toContain("search");
  list = tools.slice(1);
  expect(names({})).not.toContain("search");
});
