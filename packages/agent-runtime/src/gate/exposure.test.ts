import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { type ExposedTo, type ExposureRules, isExposed, isOperators } from "./exposure.ts";
import { canonicalName, names } from "./tool-names.ts";

const tool = (name: string, group: string, more: Partial<Tool> = {}): Tool =>
  defineTool({ name, description: name, group, args: z.strictObject({}), effect: "read", execute: async () => ({ content: null }), ...more });

const optIn = { optIn: true } as const;
const tools = [
  tool("search_flights", "booking"),
  tool("get_customer", "crm"),
  tool("email_send", "comms", { effect: "write", writes: "third-party-message" }),
  tool("memory_search", "memory"),
  tool("session_status", "sessions"),
  tool("sessions_spawn", "sessions"),
  tool("message", "messaging"),
  tool("cron", "automation"),
  tool("mcp_fx_Rate", "mcp:fx"),
  tool("web_search", "web", optIn),
  tool("browser", "ui", optIn),
  tool("read", "fs", optIn),
  tool("write", "fs", { ...optIn, effect: "write", writes: "system" }),
  tool("exec", "runtime", { ...optIn, effect: "write", writes: "system" }),
];

const operator: ExposedTo = { agentId: "main", channel: "webchat", chatType: "direct", sessionKey: "agent:main:main", peerId: "operator:agent:main:main" };
const customer: ExposedTo = { agentId: "main", channel: "whatsapp", chatType: "direct", sessionKey: "agent:main:whatsapp:dm:351", peerId: "351" };
const subAgent: ExposedTo = { ...operator, sessionKey: "agent:main:subagent:1f" };

const open = (rules: ExposureRules, turn: ExposedTo = operator): string[] => tools.filter((each) => isExposed(each, turn, rules)).map(({ name }) => name);
const business = ["search_flights", "get_customer", "email_send", "memory_search", "session_status", "sessions_spawn", "mcp_fx_Rate"];
const notOptIn = tools.filter((each) => !each.optIn).map(({ name }) => name);
const all = tools.map(({ name }) => name);

const cases: [string, ExposureRules, ExposedTo, string[]][] = [
  ["no rules open all but opt-in tools", {}, operator, notOptIn],
  ["booking is the business and nothing else", { defaultProfile: "booking" }, customer, business],
  ["minimal", { profile: "minimal" }, customer, ["session_status"]],
  ["messaging", { profile: "messaging" }, customer, ["session_status", "message"]],
  ["a global coding profile opens no opt-in tool", { profile: "coding" }, operator, ["memory_search", "session_status", "sessions_spawn"]],
  [
    "an agent's own coding profile does",
    { byAgent: { main: { profile: "coding" } } },
    operator,
    ["memory_search", "session_status", "sessions_spawn", "read", "write", "exec"],
  ],
  ["an agent's own full profile opens all", { defaultProfile: "booking", byAgent: { main: { profile: "full" } } }, operator, all],
  ["but not before a customer", { byAgent: { main: { profile: "full" } } }, customer, notOptIn],
  ["nor in a group", { byAgent: { main: { profile: "full" } } }, { ...operator, chatType: "group" }, notOptIn],
  [
    "an agent's profile stands in place of the global one",
    { profile: "minimal", byAgent: { main: { profile: "messaging" } } },
    customer,
    ["session_status", "message"],
  ],
  ["another agent's profile is its own", { byAgent: { ops: { profile: "full" } } }, operator, notOptIn],
  ["a name no object has by itself", { byAgent: {} }, { ...operator, agentId: "constructor" }, notOptIn],
  ["own allow list in place of the default profile", { defaultProfile: "booking", byAgent: { main: { allow: ["read", "cron"] } } }, operator, ["cron", "read"]],
  ["own allow list by group", { byAgent: { main: { allow: ["GROUP:FS"] } } }, operator, ["read", "write"]],
  ["own allow list by alias", { byAgent: { main: { allow: ["bash", "Read_File"] } } }, operator, ["read", "exec"]],
  ["a pattern opens nothing that is opt-in", { byAgent: { main: { allow: ["*"] } } }, operator, notOptIn],
  ["nor does one for groups", { byAgent: { main: { allow: ["group:*", "group:f*"] } } }, operator, notOptIn],
  ["nor a global list", { allow: ["read", "exec", "group:fs"] }, operator, []],
  [
    "alsoAllow adds to the profile",
    { defaultProfile: "booking", byAgent: { main: { alsoAllow: ["exec", "cron"] } } },
    operator,
    [...business.slice(0, 6), "cron", "mcp_fx_Rate", "exec"],
  ],
  [
    "alsoAllow does not give back what everybody is denied",
    { deny: ["exec"], byAgent: { main: { profile: "coding", alsoAllow: ["exec"] } } },
    operator,
    ["memory_search", "session_status", "sessions_spawn", "read", "write"],
  ],
  ["nor what the global list leaves out", { allow: ["read"], byAgent: { main: { profile: "full", alsoAllow: ["exec"] } } }, operator, ["read"]],
  [
    "deny by alias",
    { byAgent: { main: { profile: "coding", deny: ["write_file", "bash"] } } },
    operator,
    ["memory_search", "session_status", "sessions_spawn", "read"],
  ],
  [
    "deny by pattern",
    { deny: ["MCP_*", "session*", "group:c*"] },
    operator,
    ["memory_search", "message", "cron"].concat(["search_flights"]).sort((a, b) => all.indexOf(a) - all.indexOf(b)),
  ],
  ["deny wins over allow", { allow: ["search_flights", "get_customer"], deny: ["group:booking"] }, customer, ["get_customer"]],
  ["a channel narrows", { byChannel: { whatsapp: { allow: ["search_flights"] } } }, customer, ["search_flights"]],
  [
    "a sandbox narrows",
    { byAgent: { main: { profile: "full" } }, sandbox: () => ({ deny: ["browser", "cron", "web_search"] }) },
    operator,
    all.filter((name) => !["browser", "cron", "web_search"].includes(name)),
  ],
  [
    "a sub-agent has no sessions, memory, cron",
    { byAgent: { main: { profile: "full" } } },
    subAgent,
    ["search_flights", "get_customer", "email_send", "message", "mcp_fx_Rate", "web_search", "browser", "read", "write", "exec"],
  ],
  [
    "a sub-agent of a customer's conversation has no opt-in tool",
    { byAgent: { main: { profile: "full" } } },
    { ...customer, sessionKey: "agent:main:subagent:1f" },
    ["search_flights", "get_customer", "email_send", "message", "mcp_fx_Rate"],
  ],
  [
    "customers may get reads of the network when the agent's rules say so",
    { byAgent: { main: { alsoAllow: ["web_search", "read", "exec"], withCustomers: ["web_search", "read", "exec", "write"] } } },
    customer,
    [...notOptIn, "web_search"],
  ],
  ["and only what the agent has", { byAgent: { main: { withCustomers: ["web_search"] } } }, customer, notOptIn],
  ["and not by a pattern", { byAgent: { main: { alsoAllow: ["web_search"], withCustomers: ["*"] } } }, customer, notOptIn],
  ["people of the agency on another channel", { operators: { whatsapp: ["351"] }, byAgent: { main: { profile: "full" } } }, customer, all],
  [
    "but not in a group they are in",
    { operators: { whatsapp: ["351"] }, byAgent: { main: { profile: "full" } } },
    { ...customer, chatType: "group" },
    notOptIn,
  ],
];

describe("exposure", () => {
  it("shows customers no pictures of the workspace, whatever the rules say", () => {
    const image = tool("image", "media", { optIn: true });
    const rules: ExposureRules = { byAgent: { main: { alsoAllow: ["image"], withCustomers: ["image", "group:media"] } } };
    expect([isExposed(image, operator, rules), isExposed(image, customer, rules)]).toEqual([true, false]);
  });

  it.each(cases)("%s", (_, rules, turn, expected) => {
    expect(open(rules, turn)).toEqual(expected);
  });

  it("never gives back what a layer took away", () => {
    const list = fc.array(fc.constantFrom(...all, "*", "group:fs", "group:runtime", "group:booking", "bash", "session*", "GROUP:web"), { maxLength: 4 });
    const layer = fc.record({ allow: list, alsoAllow: list, deny: list }, { requiredKeys: [] });
    const profile = fc.constantFrom("minimal", "messaging", "coding", "booking", "full" as const);
    const given = fc.record({
      all: layer,
      agent: layer,
      profile,
      channel: layer,
      sandbox: layer,
      more: list,
      turn: fc.constantFrom(operator, customer, subAgent),
    });
    fc.assert(
      fc.property(given, ({ all: everybody, agent, profile: own, channel, sandbox, more, turn }) => {
        const rules = (extra: { deny?: string[]; where: string }): ExposureRules => {
          const narrowed = <T extends object>(where: string, rule: T): T =>
            extra.where === where ? { ...rule, deny: [...((rule as { deny?: string[] }).deny ?? []), ...(extra.deny ?? [])] } : rule;
          return {
            ...narrowed("all", everybody),
            byAgent: { main: { ...narrowed("agent", agent), profile: own } },
            byChannel: { [turn.channel]: narrowed("channel", channel) },
            sandbox: () => narrowed("sandbox", sandbox),
          };
        };
        const before = open(rules({ where: "" }), turn);
        for (const where of ["all", "agent", "channel", "sandbox"]) {
          const after = open(rules({ where, deny: more }), turn);
          expect(after.every((name) => before.includes(name))).toBe(true);
          expect(after.some((name) => names(more, tools.find((each) => each.name === name)!))).toBe(false);
        }
        // What everybody's list leaves out is out, whatever anybody below adds.
        if (everybody.allow && everybody.allow.length > 0)
          for (const name of before) expect(names([...everybody.allow, ...(everybody.alsoAllow ?? [])], tools.find((each) => each.name === name)!)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [operator, true],
    [{ ...operator, sessionKey: "agent:main:desk", peerId: "operator:agent:main:desk" }, true],
    [subAgent, true],
    [{ ...operator, peerId: "v1" }, false],
    [{ ...operator, sessionKey: "agent:main:webchat:dm:operator%3a1", peerId: "operator:1" }, false],
    [{ ...operator, channel: "telegram" }, false],
    [{ ...operator, chatType: "group" as const }, false],
    [{ agentId: "main", channel: "webchat" }, false],
    [{ ...operator, sessionKey: "agent:main:openai:1" }, false],
    [{ ...operator, sessionKey: "cron:prices" }, false],
  ])("knows an operator's conversation: %j is %s", (turn, expected) => {
    expect(isOperators(turn, undefined)).toBe(expected);
  });

  it.each([
    ["bash", "exec"],
    ["apply-patch", "apply_patch"],
    ["read_file", "read"],
    ["WRITE_FILE", "write"],
    ["edit_file", "edit"],
    ["send_email", "email_send"],
    ["send_sms", "sms_send"],
    ["search_flights", "search_flights"],
  ])("knows %s as %s", (alias, name) => expect(canonicalName(alias)).toBe(name));
});
