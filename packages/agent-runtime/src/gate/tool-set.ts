import type { ToolSpec } from "../model.ts";
import type { Tool } from "../tool.ts";
import { canonicalName } from "./tool-names.ts";
import { toolSpec } from "./tool-spec.ts";

/** Tools at one moment. */
export interface ToolSet {
  /** In the order of the list; of several with one name the first. */
  readonly tools: readonly Tool[];
  /** By its name, else by an alias: `bash` is `exec` unless a tool is called `bash`. */
  find(name: string): Tool | undefined;
  spec(tool: Tool): ToolSpec;
}

/** The tools as they are now. Names and specs are worked out once for a list: another list is another array. */
export function toolSets(source: readonly Tool[] | (() => readonly Tool[])): () => ToolSet {
  const specs = new WeakMap<Tool, ToolSpec>();
  const spec = (tool: Tool): ToolSpec => {
    const known = specs.get(tool) ?? toolSpec(tool);
    specs.set(tool, known);
    return known;
  };
  const setOf = (list: readonly Tool[]): ToolSet => {
    const byName = new Map<string, Tool>();
    // Two of one name would make every request to a model invalid, and a later one must not take the place of an earlier one.
    for (const tool of list) if (!byName.has(tool.name)) byName.set(tool.name, tool);
    return { tools: [...byName.values()], find: (name) => byName.get(name) ?? byName.get(canonicalName(name)), spec };
  };
  const read = typeof source === "function" ? source : () => source;
  let list = read();
  let current = setOf(list);
  return () => {
    const now = read();
    if (now !== list) {
      current = setOf(now);
      list = now;
    }
    return current;
  };
}
