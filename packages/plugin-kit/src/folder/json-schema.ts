import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";

/** A JSON Schema (draft 2020-12). Conditions (`if`, `not`, `unevaluatedProperties`) are not understood and are refused. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * An object's JSON Schema as a check: keys it does not name are refused, at every depth, unless the schema says
 * `additionalProperties`. Raises `CONFIG_INVALID` for a schema that is none, that is not about an object, or that uses what
 * is not understood; `where` names it in the message.
 */
export function objectSchema(schema: JsonSchema, where: string): z.ZodType<Record<string, unknown>> {
  if (schema.type !== "object") throw new TravelAgentError("CONFIG_INVALID", `${where}: the schema must be one of an object (type: "object")`);
  try {
    return z.fromJSONSchema(closed(schema, where) as Parameters<typeof z.fromJSONSchema>[0]) as z.ZodType<Record<string, unknown>>;
  } catch (error) {
    if (TravelAgentError.is(error)) throw error;
    throw new TravelAgentError("CONFIG_INVALID", `${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Each problem as a line: where, and what is wrong. */
export const schemaProblems = (error: z.ZodError, at = ""): string[] =>
  error.issues.slice(0, 20).map(({ path, message }) => {
    const place = [at, ...path.map(String)].filter((part) => part !== "").join(".");
    return place === "" ? message : `${place}: ${message}`;
  });

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const lists = ["anyOf", "oneOf", "prefixItems"];
const maps = ["properties", "$defs", "definitions"];
const singles = ["items", "additionalProperties"];

/** What is inside `allOf` stays open: its parts add up, and each alone would refuse the keys of the others. */
function closed(schema: unknown, where: string): unknown {
  if (!isObject(schema)) return schema;
  const result: Record<string, unknown> = { ...schema };
  const within = (value: unknown) => closed(value, where);
  for (const key of lists) if (Array.isArray(result[key])) result[key] = result[key].map(within);
  for (const key of singles) if (isObject(result[key])) result[key] = within(result[key]);
  for (const key of maps)
    if (isObject(result[key])) result[key] = Object.fromEntries(Object.entries(result[key]).map(([name, value]) => [name, within(value)]));
  if (schema.type !== "object") return result;
  const properties = isObject(result.properties) ? result.properties : {};
  for (const name of Array.isArray(schema.required) ? schema.required : [])
    if (!Object.hasOwn(properties, String(name)))
      throw new TravelAgentError("CONFIG_INVALID", `${where}: "${String(name)}" is required and not among the properties`);
  if (schema.allOf === undefined && schema.patternProperties === undefined) {
    result.properties = properties;
    result.additionalProperties ??= false;
  }
  return result;
}
