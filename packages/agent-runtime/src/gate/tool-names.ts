import type { Tool } from "../tool.ts";

/** Other names that people and models know tools by. A tool that has such a name of its own keeps it. */
const aliases: ReadonlyMap<string, string> = new Map([
  ["bash", "exec"],
  ["apply-patch", "apply_patch"],
  ["read_file", "read"],
  ["write_file", "write"],
  ["edit_file", "edit"],
  ["send_email", "email_send"],
  ["send_sms", "sms_send"],
]);

/** The tool a name stands for: itself when it is no alias. */
export const canonicalName = (name: string): string => aliases.get(name.toLowerCase()) ?? name;

/** Members of groups by name, beside the group that each tool says it is in. */
const groups: Readonly<Record<string, readonly string[]>> = {
  fs: ["read", "write", "edit", "apply_patch"],
  runtime: ["exec", "process"],
  web: ["web_search", "web_fetch"],
  ui: ["browser", "canvas"],
  sessions: ["sessions_list", "sessions_history", "sessions_send", "sessions_spawn", "session_status", "agents_list"],
  memory: ["memory_search", "memory_get"],
  automation: ["cron", "gateway", "webhook"],
  messaging: ["message"],
  nodes: ["nodes"],
  comms: ["email_send", "sms_send"],
};

export type ToolProfile = "minimal" | "messaging" | "coding" | "booking" | "full";

/** Sets of tools to start from. `booking` is for work with customers: what belongs to the agency's business, and what an operator put there as an MCP server or a plugin; nothing of the machine and nothing of the network. */
export const profiles: Readonly<Record<Exclude<ToolProfile, "full">, readonly string[]>> = {
  minimal: ["session_status"],
  messaging: ["message", "sessions_list", "sessions_history", "sessions_send", "session_status"],
  coding: ["group:fs", "group:runtime", "group:sessions", "group:memory", "image"],
  booking: [
    "group:booking",
    "group:crm",
    "group:comms",
    "group:memory",
    "group:conversation",
    "group:sessions",
    "group:mcp:*",
    "group:plugins",
    "group:plugin:*",
  ],
};

/** Tools and groups of servers and plugins, which come and go. */
const isForeign = (entry: string): boolean => /^(mcp_|group:(mcp|plugins?)(:|$))/.test(entry);

/**
 * Whether an entry of an allow or deny list, or of a rule, means no tool: none of these, none of a group that is known by its members,
 * and none that a server or a plugin may bring.
 */
export function namesNothing(entry: string, tools: readonly Pick<Tool, "name" | "group">[]): boolean {
  const given = entry.trim().toLowerCase();
  if (isForeign(given) || (given.startsWith("group:") && Object.hasOwn(groups, given.slice("group:".length)))) return false;
  const known = Object.entries(groups).flatMap(([group, members]) => members.map((name) => ({ name, group })));
  return ![...tools, ...known].some((tool) => names([entry], tool));
}

const isMember = (group: string, tool: Pick<Tool, "name">): boolean =>
  Object.hasOwn(groups, group) && groups[group]!.includes(canonicalName(tool.name).toLowerCase());

/** Patterns come from rules, so there are few, and each is asked about for every tool of every turn. */
const compiled = new Map<string, RegExp>();

function fits(pattern: string, name: string): boolean {
  if (!pattern.includes("*")) return pattern === name;
  let expression = compiled.get(pattern);
  if (!expression) {
    expression = new RegExp(`^${pattern.split("*").map(literally).join(".*")}$`, "s");
    compiled.set(pattern, expression);
  }
  return expression.test(name);
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/**
 * Whether a list names a tool: by its name, an alias, `group:<group>`, or a pattern with `*`. Upper and lower case are the same: a
 * deny list that misses a tool for its case would be none. `exactly`: patterns do not count.
 */
export const names = (list: readonly string[] | undefined, tool: Pick<Tool, "name" | "group">, { exactly = false } = {}): boolean =>
  list?.some((given) => {
    const entry = given.trim().toLowerCase();
    if (exactly && entry.includes("*")) return false;
    if (fits(entry, `group:${tool.group.toLowerCase()}`)) return true;
    if (entry.startsWith("group:")) return isMember(entry.slice("group:".length), tool);
    const name = tool.name.toLowerCase();
    return fits(entry, name) || canonicalName(entry) === name || fits(entry, canonicalName(name));
  }) ?? false;

/** Whether a tool reaches the machine itself: its files, pictures among them, and its programs. */
export const reachesMachine = (tool: Pick<Tool, "name" | "group">): boolean => names(["group:fs", "group:runtime", "image"], tool);
