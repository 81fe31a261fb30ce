import type * as z from "zod";
import { alternatives, inputJsonSchema, type JsonSchema } from "./json-schema-walk.ts";
import { GatewayConfig } from "./schema.ts";

/** How a form shows one setting. */
export interface UiHint {
  label: string;
  help?: string;
  /** First key of the path: the section it belongs to. */
  group: string;
  order: number;
  /** Shown as a password, and masked when read. */
  sensitive?: true;
}

export interface ConfigSchemaDocument {
  schema: JsonSchema;
  /** By path: `gateway.port`, `agents.list[].id`, `suppliers.*.baseUrl`. */
  uiHints: Record<string, UiHint>;
}

/** JSON Schema of the file and hints for a form; every hint's path is in the schema. */
export function configSchemaDocument(schema: z.ZodType = GatewayConfig): ConfigSchemaDocument {
  const root = inputJsonSchema(schema);
  const uiHints: Record<string, UiHint> = {};
  const walk = (nodes: JsonSchema[], path: string, name: string): void => {
    const described = nodes.find((node) => node.description);
    if (path !== "")
      uiHints[path] ??= {
        label: label(name),
        ...(described?.description ? { help: described.description } : {}),
        group: path.split(/[.[]/)[0]!,
        order: Object.keys(uiHints).length,
        ...(nodes.some((node) => node.secret) ? { sensitive: true as const } : {}),
      };
    for (const node of nodes) {
      for (const [key, child] of Object.entries(node.properties ?? {})) walk(alternatives(child, root), path === "" ? key : `${path}.${key}`, key);
      if (typeof node.additionalProperties === "object" && Object.keys(node.additionalProperties).length > 0)
        walk(alternatives(node.additionalProperties, root), `${path}.*`, name);
      if (node.items && !Array.isArray(node.items) && Object.keys(node.items).length > 0) walk(alternatives(node.items, root), `${path}[]`, name);
    }
  };
  walk(alternatives(root, root), "", "");
  return { schema: root, uiHints };
}

/** `baseUrl` → `Base url`. */
const label = (key: string): string => {
  const words = key.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
