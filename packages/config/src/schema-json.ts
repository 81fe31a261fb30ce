// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file format has such references
import { TravelAgentError } from "@travelagent/protocol";
import type * as z from "zod";
import { alternatives, childSchemas, inputJsonSchema, type JsonSchema } from "./json-schema-walk.ts";
import { GatewayConfig } from "./schema.ts";
import { parsePath } from "./value-path.ts";

/** How a form shows one setting. */
export interface UiHint {
  label: string;
  help?: string;
  /** First key of the path: the section it belongs to. */
  group: string;
  order: number;
  /** Shown as a password, and masked when read. */
  sensitive?: true;
  /** What stands in an empty field: the default, or the form in which a secret is best given. */
  placeholder?: string;
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
    const sensitive = nodes.some((node) => node.secret);
    const standard = nodes.find((node) => ["string", "number", "boolean"].includes(typeof node.default))?.default;
    if (path !== "")
      uiHints[path] ??= {
        label: label(name),
        ...(described?.description ? { help: described.description } : {}),
        group: path.split(/[.[]/)[0]!,
        order: Object.keys(uiHints).length,
        ...(sensitive ? { sensitive: true as const, placeholder: "${NAME} or ${credential:name}" } : {}),
        ...(!sensitive && standard !== undefined ? { placeholder: String(standard) } : {}),
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

export interface SchemaLookup {
  path: string;
  /** The part of the schema that describes the value there. */
  schema: JsonSchema;
  hint?: UiHint;
  /** What may stand below, one level deep. */
  children: { key: string; path: string; hint?: UiHint }[];
}

/** One setting of the schema: `gateway.auth`, `agents.list[0].id`, `suppliers.sandbox`. Raises `NOT_FOUND` for a path the schema does not have. */
export function lookupSchema(path: string): SchemaLookup {
  const root = inputJsonSchema(GatewayConfig);
  const { uiHints } = configSchemaDocument();
  let nodes = alternatives(root, root);
  let generic = "";
  for (const key of parsePath(path)) {
    const named = typeof key === "string" && nodes.some((node) => node.properties && Object.hasOwn(node.properties, key));
    generic = typeof key === "number" ? `${generic}[]` : `${generic}${generic === "" ? "" : "."}${named ? key : "*"}`;
    nodes = childSchemas(nodes, key, root);
  }
  const [schema] = nodes;
  if (!schema) throw new TravelAgentError("NOT_FOUND", `the configuration has no setting ${path}; config.schema lists them`);
  const hinted = (of: string) => (uiHints[of] ? { hint: uiHints[of] } : {});
  const keys = [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
  return { path, schema, ...hinted(generic), children: keys.map((key) => ({ key, path: `${path}.${key}`, ...hinted(`${generic}.${key}`) })) };
}

/** `baseUrl` → `Base url`. */
const label = (key: string): string => {
  const words = key.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
