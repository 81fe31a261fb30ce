import { TravelAgentError } from "@travelagent/protocol";

export type PathKey = string | number;

const forbidden = new Set(["__proto__", "constructor", "prototype"]);

/** `a.b[0]["x.y"]` as keys. Raises `INVALID_REQUEST` for anything else, and for keys that could reach a prototype. */
export function parsePath(path: string): PathKey[] {
  const keys = readKeys(path);
  for (const key of keys) if (forbidden.has(String(key))) throw new TravelAgentError("INVALID_REQUEST", `"${key}" is not allowed in a path`);
  return keys;
}

/** The same for a path that nothing is read or written by. */
export function readKeys(path: string): PathKey[] {
  const keys: PathKey[] = [];
  const pattern = /(?:^|\.)([^.[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/gy;
  while (pattern.lastIndex < path.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(path);
    const key = match && (match[2] !== undefined ? Number(match[2]) : match[3] !== undefined ? quoted(match[3]) : match[1]);
    if (key === undefined || key === null)
      throw new TravelAgentError("INVALID_REQUEST", `"${path}" is no path (see character ${at + 1}); write it like gateway.port or agents.list[0].id`);
    keys.push(key);
  }
  if (keys.length === 0) throw new TravelAgentError("INVALID_REQUEST", "the path is empty; write it like gateway.port");
  return keys;
}

function quoted(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}

/** Keys as the text `parsePath` reads. */
export function formatPath(keys: readonly PropertyKey[]): string {
  return keys
    .map((key, index) =>
      typeof key === "number" ? `[${key}]` : /^[^.[\]"]+$/.test(String(key)) ? `${index === 0 ? "" : "."}${String(key)}` : `[${JSON.stringify(String(key))}]`,
    )
    .join("");
}

const step = (value: unknown, key: PathKey): unknown => {
  if (Array.isArray(value)) return value[Number(key)];
  return isObject(value) && Object.hasOwn(value, key) ? value[String(key)] : undefined;
};

/** The value at `path`, undefined when there is none. */
export function getPath(value: unknown, path: string): unknown {
  return parsePath(path).reduce<unknown>(step, value);
}

/** A copy of `value` with `next` at `path`; objects and array places on the way are made. `undefined` removes the key. */
export function setPath(value: unknown, path: string, next: unknown): unknown {
  return write(value, parsePath(path), next, path);
}

function write(value: unknown, [key, ...rest]: readonly PathKey[], next: unknown, path: string): unknown {
  if (key === undefined) return next;
  if (next === undefined && step(value, key) === undefined) return value;
  const index = typeof key === "number" ? key : /^\d+$/.test(key) && Array.isArray(value) ? Number(key) : undefined;
  if (index !== undefined && (value === undefined || Array.isArray(value))) {
    const copy = [...((value as unknown[] | undefined) ?? [])];
    if (index > copy.length) throw new TravelAgentError("INVALID_REQUEST", `${path}: the list has ${copy.length} entries, the next one is [${copy.length}]`);
    if (next === undefined && rest.length === 0) copy.splice(index, 1);
    else copy[index] = write(copy[index], rest, next, path);
    return copy;
  }
  if (value !== undefined && !isObject(value))
    throw new TravelAgentError("INVALID_REQUEST", `${path}: there is a ${Array.isArray(value) ? "list" : typeof value} where "${key}" would go`);
  const copy: Record<string, unknown> = { ...value };
  if (next === undefined && rest.length === 0) delete copy[String(key)];
  else copy[String(key)] = write(step(value, key), rest, next, path);
  return copy;
}

export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
