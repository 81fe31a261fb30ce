import * as z from "zod";

/** The part of JSON Schema that zod writes and this package reads. */
export interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema | JsonSchema[];
  prefixItems?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  description?: string;
  secret?: boolean;
  default?: unknown;
}

const cache = new WeakMap<z.ZodType, JsonSchema>();

/** JSON Schema of what a person writes. */
export function inputJsonSchema(schema: z.ZodType): JsonSchema {
  const known = cache.get(schema);
  if (known) return known;
  const made = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" }) as JsonSchema;
  cache.set(schema, made);
  return made;
}

/** All schemas that may describe the value here, unions and references opened. */
export function alternatives(node: JsonSchema, root: JsonSchema): JsonSchema[] {
  if (node.$ref) {
    const target = root.$defs?.[node.$ref.replace("#/$defs/", "")];
    return target ? alternatives(target, root) : [];
  }
  const nested = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])];
  return [node, ...nested.flatMap((child) => alternatives(child, root))];
}

/** The schemas one step further down. */
export function childSchemas(nodes: readonly JsonSchema[], key: string | number, root: JsonSchema): JsonSchema[] {
  return nodes.flatMap((node) => {
    const child =
      typeof key === "number"
        ? Array.isArray(node.items)
          ? node.items[key]
          : node.items
        : node.properties && Object.hasOwn(node.properties, key)
          ? node.properties[key]
          : typeof node.additionalProperties === "object"
            ? node.additionalProperties
            : undefined;
    return child ? alternatives(child, root) : [];
  });
}

/** The keys an object at `path` may have by name. */
export function knownKeys(root: JsonSchema, path: readonly (string | number)[]): string[] {
  let nodes = alternatives(root, root);
  for (const key of path) nodes = childSchemas(nodes, key, root);
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}
