import type { ToolOutput } from "@travelagent/agent-runtime";
import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import { objectSchema } from "../folder/json-schema.ts";
import type { PluginTool } from "../plugin.ts";
import type { Guard } from "./guard.ts";

const maxResultChars = 50_000;

/** Raises `CONFIG_INVALID` for what is no tool: plugins in plain JavaScript have no compiler that says so. */
export function checkPluginTool(tool: PluginTool): void {
  const problem = (text: string): never => {
    throw new TravelAgentError("CONFIG_INVALID", `the tool ${tool.name} ${text}`);
  };
  if (typeof tool.description !== "string" || tool.description.trim() === "") problem("needs a description");
  if (tool.effect !== "read" && tool.effect !== "write") problem('needs an effect, "read" or "write"');
  if (typeof tool.execute !== "function") problem("needs a function execute");
  if (tool.effect === "write" && tool.writes === undefined) problem("is a write and needs to say in `writes` what it touches");
  if (tool.egress && typeof tool.describe !== "function") problem("reaches outside (egress) and needs a function describe");
  objectSchema(tool.parameters, `the parameters of ${tool.name}`);
}

/** A plugin's tool as the gate takes it. */
export function asTool(tool: PluginTool, guard: Guard): Tool {
  const { name, description, effect, writes, optIn, egress, repeatable, timeoutMs, claims, describe } = tool;
  const what = `tool ${name}`;
  return defineTool<Record<string, unknown>>({
    name,
    description: description.slice(0, 2_000),
    group: "plugins",
    args: objectSchema(tool.parameters, name),
    effect,
    ...(writes === undefined ? {} : { writes }),
    ...(optIn === undefined ? {} : { optIn }),
    ...(egress === undefined ? {} : { egress }),
    ...(repeatable === undefined ? {} : { repeatable }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(claims ? { claims: (args, turn) => guard.run(what, () => claims.call(tool, args, turn)) } : {}),
    ...(describe ? { describe: (args, context) => guard.run(what, () => describe.call(tool, args, context), { signal: context.signal }) } : {}),
    async execute(args, context) {
      return guard.run(what, async () => asOutput(await tool.execute(args, context)), { signal: context.signal });
    },
  });
}

function asOutput(output: ToolOutput): ToolOutput {
  if (typeof output !== "object" || output === null || !("content" in output)) throw new TypeError("a tool returns an object with content");
  return { ...output, content: cut(output.content), tainted: output.tainted ?? true };
}

function cut(content: unknown): unknown {
  const text = typeof content === "string" ? content : (JSON.stringify(content) ?? "");
  return text.length <= maxResultChars ? content : { text: text.slice(0, maxResultChars), truncated: true, totalChars: text.length };
}
