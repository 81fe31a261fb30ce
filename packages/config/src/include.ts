import { dirname, resolve } from "node:path";
import JSON5 from "json5";
import { configInvalid } from "./issue.ts";
import { formatPath, isObject, type PathKey } from "./value-path.ts";

const maxIncludeDepth = 10;

export interface IncludeSource {
  /** Raises when the file cannot be read. */
  read(path: string): Promise<string>;
  /** Told of every file that takes part, missing ones too. */
  seen(path: string): void;
}

/**
 * Replaces every `$include` in `value`, which was read from `file`: a file's content stands for the object, several files
 * are merged in order, keys beside `$include` win. Raises `CONFIG_INVALID` for a missing or broken file, for a cycle (with
 * the chain), and below ten levels.
 */
export async function resolveIncludes(value: unknown, file: string, source: IncludeSource): Promise<unknown> {
  return walk(value, [], [file], source);
}

async function walk(value: unknown, path: PathKey[], chain: readonly string[], source: IncludeSource): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((entry, index) => walk(entry, [...path, index], chain, source)));
  if (!isObject(value)) return value;
  const { $include: wanted, ...siblings } = value;
  const own: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(siblings)) define(own, key, await walk(entry, [...path, key], chain, source));
  if (wanted === undefined) return own;
  const at = formatPath([...path, "$include"]);
  const names = typeof wanted === "string" ? [wanted] : wanted;
  if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === "string" && name !== ""))
    throw configInvalid([{ path: at, message: "must be a file name or a list of file names" }]);
  let merged: unknown;
  for (const name of names as string[]) merged = mergeDeep(merged, await readIncluded(name, at, path, chain, source));
  if (Object.keys(own).length === 0) return merged;
  if (!isObject(merged)) throw configInvalid([{ path: at, message: "the included file holds no object, so no keys can stand beside it" }]);
  return mergeDeep(merged, own);
}

async function readIncluded(name: string, at: string, path: PathKey[], chain: readonly string[], source: IncludeSource): Promise<unknown> {
  const file = resolve(dirname(chain.at(-1)!), name);
  if (chain.includes(file)) throw configInvalid([{ path: at, message: `includes itself: ${[...chain, file].join(" → ")}` }]);
  if (chain.length > maxIncludeDepth) throw configInvalid([{ path: at, message: `more than ${maxIncludeDepth} files deep: ${[...chain, file].join(" → ")}` }]);
  source.seen(file);
  let text: string;
  try {
    text = await source.read(file);
  } catch (error) {
    throw configInvalid([{ path: at, message: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "error"})` }]);
  }
  return walk(parseJson5(text, file, at), path, [...chain, file], source);
}

/** Raises `CONFIG_INVALID` with the place of the fault and nothing of the text. */
export function parseJson5(text: string, file: string, path = ""): unknown {
  try {
    return JSON5.parse(text);
  } catch (error) {
    const { lineNumber, columnNumber } = error as { lineNumber?: number; columnNumber?: number };
    throw configInvalid([{ path, message: `${file} is no valid JSON5${lineNumber === undefined ? "" : `: see line ${lineNumber}, column ${columnNumber}`}` }]);
  }
}

/** Objects key by key, lists one after the other; otherwise the later one wins. */
function mergeDeep(earlier: unknown, later: unknown): unknown {
  if (Array.isArray(earlier) && Array.isArray(later)) return [...earlier, ...later];
  if (!isObject(earlier) || !isObject(later)) return later;
  const merged: Record<string, unknown> = { ...earlier };
  for (const [key, value] of Object.entries(later)) define(merged, key, Object.hasOwn(merged, key) ? mergeDeep(merged[key], value) : value);
  return merged;
}

/** Sets an own property, also one called `__proto__`: the schema then refuses it like any unknown key. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
