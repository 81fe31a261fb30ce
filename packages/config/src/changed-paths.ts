import { isDeepStrictEqual } from "node:util";
import { formatPath, isObject } from "./value-path.ts";

/** Where two configurations differ: objects are compared key by key, lists as a whole. Paths only, never values. */
export function changedPaths(before: unknown, after: unknown): string[] {
  const paths: string[] = [];
  const walk = (one: unknown, other: unknown, path: string[]): void => {
    if (isObject(one) && isObject(other)) {
      for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) walk(one[key], other[key], [...path, key]);
    } else if (!isDeepStrictEqual(one, other)) paths.push(formatPath(path));
  };
  walk(before, after, []);
  return paths.sort();
}
