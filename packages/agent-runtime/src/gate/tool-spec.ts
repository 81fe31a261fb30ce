import * as z from "zod";
import type { ToolSpec } from "../model.ts";
import type { Tool } from "../tool.ts";

export const toolSpec = (tool: Tool): ToolSpec => {
  const { $schema: _, ...parameters } = z.toJSONSchema(tool.args, { target: "draft-2020-12", io: "input", unrepresentable: "any" }) as Record<string, unknown>;
  return { name: tool.name, description: tool.description, parameters };
};
