import * as z from "zod";
import type { Protocol } from "./read-protocol.ts";

/** As much of JSON Schema (draft-07) as the protocol's schemas become. */
export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  const?: unknown;
  enum?: readonly unknown[];
  properties?: Record<string, Schema>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  propertyNames?: Schema;
  items?: Schema | readonly Schema[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  allOf?: readonly Schema[];
  default?: unknown;
  description?: string;
  definitions?: Record<string, Schema>;
  [keyword: string]: unknown;
}

export interface MethodEntry {
  description?: string;
  scope: string;
  /** Whoever calls, beside operators (visitor) or instead of them (node). */
  visitor?: true;
  node?: true;
  idempotent?: true;
  twoStage?: true;
  params: Schema;
  /** The request may leave `params` out. */
  paramsOptional?: true;
  /** The parameters as a handler gets them, where defaults or conversions make them another shape. */
  parsedParams?: Schema;
  result: Schema;
}

export interface EventEntry {
  description?: string;
  audience: string;
  dropIfSlow?: true;
  payload: Schema;
}

export interface ProtocolDocument extends Schema {
  definitions: Record<string, Schema>;
  "x-methods": Record<string, MethodEntry>;
  "x-events": Record<string, EventEntry>;
  "x-errors": Record<string, { retryable: boolean; httpStatus: number }>;
}

/** Keywords of our own, for validators that refuse what they do not know. */
export const ownKeywords = ["x-protocol", "x-limits", "x-handshake", "x-methods", "x-events", "x-errors"] as const;

/** Definitions that the frames of every connection need. */
const always = ["RequestFrame", "ResponseFrame", "EventFrame", "ErrorShape", "ConnectParams", "HelloOk"] as const;

const refTo = (name: string): Schema => ({ $ref: `#/definitions/${name}` });

/** `conversations.takeOver` is `ConversationsTakeOver`. */
export const typeName = (wireName: string): string =>
  wireName
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join("");

/** The whole protocol as one JSON Schema; a frame is valid by its root. Definitions are in alphabetical order. */
export function protocolSchema(protocol: Protocol): ProtocolDocument {
  const definitions: Record<string, Schema> = {};
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of protocol.nouns) registry.add(schema, { id });

  const define = (name: string, schema: Schema): void => {
    const known = definitions[name];
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`two shapes of the protocol have the name ${name}: rename one`);
    definitions[name] = schema;
  };

  /** The schema without its own definitions, which move to the common ones. */
  const lift = (name: string, { $schema: _, definitions: own = {}, id: _id, $id: _own, ...schema }: Schema): Schema => {
    const local = new Map(Object.keys(own).map((id) => [id, protocol.nouns.has(id) ? id : `${name}${typeName(id)}`]));
    const moved = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(moved);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => {
          const target = key === "$ref" && typeof inner === "string" ? /^#\/definitions\/(.+)$/.exec(inner)?.[1] : undefined;
          if (key === "$ref" && inner === "#") return [key, `#/definitions/${name}`];
          return [key, target === undefined ? moved(inner) : `#/definitions/${local.get(target) ?? target}`];
        }),
      );
    };
    for (const [id, definition] of Object.entries(own)) {
      const { id: _also, $id: _too, ...rest } = definition;
      const final = local.get(id)!;
      define(final, annotated(tidy(moved(rest) as Schema), final, protocol));
    }
    return tidy(moved(schema) as Schema);
  };

  const convert = (name: string, schema: z.ZodType, io: "input" | "output"): Schema =>
    lift(name, z.toJSONSchema(schema, { target: "draft-7", io, metadata: registry, unrepresentable: "any" }) as Schema);

  /** Defines the schema under a name, or refers to the noun that it is. */
  const named = (name: string, commentPath: string, schema: z.ZodType): Schema => {
    const converted = convert(name, schema, "input");
    const target = converted.$ref?.replace("#/definitions/", "");
    if (target !== undefined && protocol.nouns.has(target)) return converted;
    define(name, annotated(converted, commentPath, protocol));
    return refTo(name);
  };

  for (const name of always) {
    const noun = protocol.nouns.get(name);
    if (!noun) throw new Error(`the protocol has no ${name}`);
    const converted = convert(name, noun, "input");
    if (converted.$ref === undefined) define(name, annotated(converted, name, protocol));
  }
  define("ErrorCode", { type: "string", enum: Object.keys(protocol.errors) });

  const inline = (schema: z.ZodType, io: "input" | "output"): string =>
    JSON.stringify(z.toJSONSchema(schema, { target: "draft-7", io, unrepresentable: "any" }));
  const comment = (path: string) => {
    const description = protocol.comments.get(path);
    return description === undefined ? {} : { description };
  };

  const methods: Record<string, MethodEntry> = {};
  for (const [wireName, spec] of protocol.methods) {
    const name = typeName(wireName);
    const other = inline(spec.params, "input") !== inline(spec.params, "output");
    const params = named(`${name}Params`, `${wireName}/params`, spec.params);
    if (other) define(`${name}ParsedParams`, lift(`${name}ParsedParams`, JSON.parse(inline(spec.params, "output")) as Schema));
    methods[wireName] = {
      ...comment(wireName),
      scope: spec.scope,
      ...(spec.visitor ? { visitor: true } : {}),
      ...(spec.node ? { node: true } : {}),
      ...(spec.idempotent ? { idempotent: true } : {}),
      ...(spec.twoStage ? { twoStage: true } : {}),
      params,
      ...(spec.params.safeParse(undefined).success ? { paramsOptional: true } : {}),
      ...(other ? { parsedParams: refTo(`${name}ParsedParams`) } : {}),
      result: named(`${name}Result`, `${wireName}/result`, spec.result),
    };
  }

  const events: Record<string, EventEntry> = {};
  for (const [wireName, spec] of protocol.events) {
    events[wireName] = {
      ...comment(`event ${wireName}`),
      audience: spec.audience,
      ...(spec.dropIfSlow ? { dropIfSlow: true } : {}),
      payload: named(`${typeName(wireName)}Event`, `event ${wireName}/payload`, spec.payload),
    };
  }

  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: `urn:travelagent:protocol:${protocol.version.current}`,
    title: "Gateway protocol of Travel Agent OS",
    description:
      "A frame of the WebSocket. Parameters, results and payloads are told by x-methods and x-events; rules that JSON Schema cannot say are checked by the gateway.",
    oneOf: [refTo("RequestFrame"), refTo("ResponseFrame"), refTo("EventFrame")],
    "x-protocol": protocol.version,
    "x-limits": protocol.limits,
    "x-handshake": { params: refTo("ConnectParams"), result: refTo("HelloOk"), challenge: refTo("ConnectChallengeEvent") },
    "x-methods": methods,
    "x-events": events,
    "x-errors": { ...protocol.errors },
    definitions: Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** An optional reference comes as an `allOf` of one, and bounds of safe integers say nothing. */
function tidy(schema: Schema): Schema {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if ((key === "maximum" && value === Number.MAX_SAFE_INTEGER) || (key === "minimum" && value === Number.MIN_SAFE_INTEGER)) continue;
    if (key === "properties" || key === "definitions")
      out[key] = Object.fromEntries(Object.entries(value as Record<string, Schema>).map(([name, inner]) => [name, tidy(inner)]));
    else if (key === "const" || key === "enum" || key === "default" || key === "required") out[key] = value;
    else if (Array.isArray(value)) out[key] = value.map((inner: unknown) => (isSchema(inner) ? tidy(inner) : inner));
    else out[key] = isSchema(value) ? tidy(value) : value;
  }
  const { allOf, ...rest } = out as Schema;
  return allOf?.length === 1 && Object.keys(rest).length === 0 ? allOf[0]! : (out as Schema);
}

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);

/** Puts the comments of the source beside what they stand on. */
function annotated(schema: Schema, path: string, { comments }: Protocol): Schema {
  const description = comments.get(path);
  const text = description === undefined || schema.$ref !== undefined || schema.description !== undefined ? {} : { description };
  const inner: Schema = { ...schema };
  if (schema.properties)
    inner.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, value]) => [name, annotated(value, `${path}/${name}`, { comments } as Protocol)]),
    );
  if (isSchema(schema.items)) {
    const { description: _, ...items } = annotated(schema.items, path, { comments } as Protocol);
    inner.items = schema.items.description === undefined ? items : { ...items, description: schema.items.description };
  }
  return { ...inner, ...text };
}
