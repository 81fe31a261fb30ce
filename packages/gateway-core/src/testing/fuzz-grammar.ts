import { type MethodSpec, methods } from "@travelagent/protocol";
import * as fc from "fast-check";
import * as z from "zod";

/** Numbers between 0 and 1 that a seed decides. */
export type Chance = () => number;

/** Mulberry32: the same seed gives the same numbers on every machine. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const pick = <T>(from: readonly T[], random: Chance): T => from[Math.floor(random() * from.length)]!;

interface JsonSchema {
  [keyword: string]: unknown;
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  enum?: unknown[];
  additionalProperties?: JsonSchema | boolean;
  $defs?: Record<string, JsonSchema>;
}

const words = ["main", "agent:main:main", "agent:main:fuzz", "agent:main:fuzz2", "two seats to Lisbon", "", "ok", "é✈️", "a b", "0", "-1", "null", "__proto__"];
const text = (least: number, most: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...words.filter((word) => word.length >= least && word.length <= most), "x".repeat(Math.max(1, least))),
    fc.string({ minLength: least, maxLength: Math.min(most, least + 24), unit: "grapheme" }),
  );

/** Values that a schema of parameters accepts, most of the time: rules that JSON Schema cannot say are left to chance. */
function valuesOf(schema: JsonSchema, root: JsonSchema, name: string, depth: number): fc.Arbitrary<unknown> {
  if (depth > 6) return fc.constant(null);
  const below = (inner: JsonSchema, innerName = name) => valuesOf(inner, root, innerName, depth + 1);
  if (schema.$ref) return below(root.$defs?.[schema.$ref.replace("#/$defs/", "")] ?? {});
  if ("const" in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return fc.oneof(...variants.map((variant) => below(variant)));
  const [type] = Array.isArray(schema.type) ? schema.type : [schema.type];
  switch (type) {
    case "string":
      if (schema.format === "email") return fc.constant("ana@example.com");
      if (/phone/i.test(name)) return fc.constant("+34600111222");
      return text(Number(schema.minLength ?? 0), Number(schema.maxLength ?? 1000));
    case "integer":
    case "number":
      // Nothing may wait for long: it is the answer that is looked at.
      if (/timeout|wait|ttl/i.test(name)) return fc.constantFrom(0, 1, 5);
      return fc.integer({ min: Math.max(Number(schema.minimum ?? 0), -(2 ** 31)), max: Math.min(Number(schema.maximum ?? 1000), 2 ** 31 - 1) });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(below(schema.items ?? {}), {
        minLength: Math.min(3, Number(schema.minItems ?? 0)),
        maxLength: Math.min(3, Number(schema.maxItems ?? 3)),
      });
    case "object":
      return objectsOf(schema, below);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectsOf(schema: JsonSchema, below: (inner: JsonSchema, name?: string) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {});
  const own = fc.record(Object.fromEntries(properties.map(([key, inner]) => [key, below(inner, key)])), {
    requiredKeys: (schema.required ?? []).filter((key) => properties.some(([known]) => known === key)),
  });
  if (typeof schema.additionalProperties !== "object") return own;
  const more = fc.dictionary(fc.string({ maxLength: 8 }), below(schema.additionalProperties), { maxKeys: 2 });
  return fc.tuple(more, own).map(([others, known]) => ({ ...others, ...known }));
}

/** Parameters for each of these methods, `each` of them, decided by the seed. */
export function parametersOf(names: readonly string[], seed: number, each: number): Map<string, unknown[]> {
  return new Map(
    names.map((name) => {
      const spec = (methods as Record<string, MethodSpec>)[name]!;
      const schema = z.toJSONSchema(spec.params, { io: "input", unrepresentable: "any" }) as JsonSchema;
      return [name, fc.sample(valuesOf(schema, schema, name, 0), { seed, numRuns: each })];
    }),
  );
}

const oddTexts = [
  "",
  "\0",
  "\u202e\u0000",
  "𝕏".repeat(50),
  "x".repeat(5_000),
  "../../etc/passwd",
  "' or 1=1 --",
  "{{7*7}}",
  "__proto__",
  "constructor",
  "toString",
  "🛫".repeat(20),
];
const oddValues: (() => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 1e308,
  () => 0.1,
  () => [],
  () => ({}),
  () => [[[[[[[[[]]]]]]]]],
  () => Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`key${at}`, at])),
  () => Object.defineProperty({}, "__proto__", { value: { admin: true }, enumerable: true }),
  () => ({ constructor: { prototype: { admin: true } }, toString: 1, hasOwnProperty: null }),
];

const isOpen = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** A copy with one thing about it wrong, or odd. Waiting times stay short. */
export function mutated(value: unknown, random: Chance): unknown {
  const copy = structuredClone(value);
  if (!isOpen(copy) || random() < 0.1) return random() < 0.5 ? pick(oddTexts, random) : pick(oddValues, random)();
  let at = copy;
  for (;;) {
    const keys = Object.keys(at);
    const key = keys.length === 0 ? "" : pick(keys, random);
    const inner = at[key];
    if (isOpen(inner) && random() < 0.6) {
      at = inner;
      continue;
    }
    const choice = random();
    if (choice < 0.25 && key !== "") delete at[key];
    else if (choice < 0.45)
      Object.defineProperty(at, pick(oddTexts, random) || "evil", { value: pick(oddValues, random)(), enumerable: true, configurable: true, writable: true });
    else if (key !== "") at[key] = /timeout|wait|ttl/i.test(key) || random() < 0.5 ? pick(oddTexts, random) : pick(oddValues, random)();
    return copy;
  }
}

/** The text of a frame, damaged: cut, doubled, with odd characters, deeply nested, or not JSON at all. */
export function damaged(frame: string, random: Chance): string {
  const at = Math.floor(random() * frame.length);
  switch (Math.floor(random() * 8)) {
    case 0:
      return frame.slice(0, at);
    case 1:
      return frame.slice(at);
    case 2:
      return frame + frame;
    case 3:
      return `${frame.slice(0, at)}${pick(["\u0000", "\\", '"', "}", "{", "\ud83d\ude00", "\u2028", ",,", "\\ud800"], random)}${frame.slice(at)}`;
    case 4:
      return `${"[".repeat(3_000)}${"]".repeat(random() < 0.5 ? 3_000 : 2_999)}`;
    case 5:
      return `{"type":"req","id":"d","method":"health","params":${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}}`;
    case 6:
      return pick(
        ["null", "0", '"text"', "[]", "{}", "", " ", "NaN", "{'a':1}", '{"type":"res","id":"1","ok":true}', '{"type":"event","event":"tick"}'],
        random,
      );
    default:
      return String.fromCodePoint(...Array.from({ length: 40 }, () => Math.floor(random() * 0xd7ff)));
  }
}
