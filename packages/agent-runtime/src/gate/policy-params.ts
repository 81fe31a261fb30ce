import type { Params, ParamValue } from "./policy-language.ts";

/** `*` among the keys of a table stands for every other key. */
const entry = (table: unknown, key: unknown): ParamValue | undefined => {
  if (typeof table !== "object" || table === null || Array.isArray(table)) return undefined;
  const found = table as Record<string, ParamValue>;
  if ((typeof key === "string" || typeof key === "number" || typeof key === "boolean") && Object.hasOwn(found, String(key))) return found[String(key)];
  return key !== undefined && Object.hasOwn(found, "*") ? found["*"] : undefined;
};

/** The value of nested tables under these keys; undefined where one of them has none. */
export const lookUp = (value: ParamValue | undefined, keys: readonly unknown[]): ParamValue | undefined =>
  keys.reduce<ParamValue | undefined>((table, key) => entry(table, key), value);

/** The parameter of a name such as `limit`, or `fees.bag` for a table's value. */
export const paramAt = (params: Params, name: string): ParamValue | undefined => lookUp(params as Record<string, ParamValue>, name.split("."));

/** The part of a parameter's name that packs declare. */
export const rootName = (name: string): string => name.split(".")[0]!;

/** What a value is, for overriding: an amount may be written as a number or as a string. */
export function kindOf(value: ParamValue): "number" | "text" | "yes or no" | "list" | "table" {
  if (Array.isArray(value)) return "list";
  if (typeof value === "object") return "table";
  if (typeof value === "boolean") return "yes or no";
  return typeof value === "number" || /^-?\d+(\.\d+)?$/.test(value) ? "number" : "text";
}

/** Where two values of one parameter differ in kind, all the way down; undefined where they are alike. */
export function otherKind(before: ParamValue, after: ParamValue, at = ""): string | undefined {
  const was = kindOf(before);
  const is = kindOf(after);
  const bothText = was === "text" && typeof after === "string";
  if (was !== is && !bothText) return `${at === "" ? "it" : at} is a ${was} and is given a ${is}`;
  if (was !== "table") return undefined;
  const known = before as Record<string, ParamValue>;
  const given = after as Record<string, ParamValue>;
  for (const key of Object.keys(known)) {
    if (!Object.hasOwn(given, key) && Object.hasOwn(given, "*")) continue;
    if (!Object.hasOwn(given, key)) return `${at}${at && "."}${key} is missing from what it is given`;
    const inside = otherKind(known[key]!, given[key]!, `${at}${at && "."}${key}`);
    if (inside) return inside;
  }
  return undefined;
}
