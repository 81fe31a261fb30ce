import type { ToolSpec } from "../model.ts";

/** A list of tools in a vendor's form as JSON. Most of a request is this, and a tool is the same object in each: it is written once. */
export function toolsJson(form: (tool: ToolSpec) => object): (tools: readonly ToolSpec[]) => string {
  const known = new WeakMap<ToolSpec, string>();
  const lists = new WeakMap<readonly ToolSpec[], string>();
  const written = (tool: ToolSpec): string => {
    const json = known.get(tool) ?? JSON.stringify(form(tool));
    known.set(tool, json);
    return json;
  };
  return (tools) => {
    const json = lists.get(tools) ?? `[${tools.map(written).join(",")}]`;
    lists.set(tools, json);
    return json;
  };
}

/** `body` with one more field, whose value is JSON already. */
export const withField = (body: object, name: string, json: string): string => {
  const text = JSON.stringify(body);
  return `${text.slice(0, -1)}${text === "{}" ? "" : ","}${JSON.stringify(name)}:${json}}`;
};
