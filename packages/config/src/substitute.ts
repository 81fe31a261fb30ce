import type { ConfigIssue } from "./issue.ts";
import { formatPath, isObject, type PathKey } from "./value-path.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const reference = /\$\$\{|\$\{([A-Z_][A-Z0-9_]*)\}/g;

/** Puts the environment's values for `${NAME}` into every string; `$${NAME}` stays as `${NAME}`. A missing or empty one is an issue at its path. */
export function substitute(value: unknown, env: Environment): { value: unknown; issues: ConfigIssue[] } {
  const issues: ConfigIssue[] = [];
  const walk = (node: unknown, path: PathKey[]): unknown => {
    if (typeof node === "string") {
      return node.replace(reference, (text, name: string | undefined) => {
        if (name === undefined) return "${";
        const found = env[name];
        if (found) return found;
        issues.push({ path: formatPath(path), message: `the environment variable ${name} is not set; set it, or take this key out` });
        return text;
      });
    }
    if (Array.isArray(node)) return node.map((entry, index) => walk(entry, [...path, index]));
    if (!isObject(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([key, entry]) => [key, walk(entry, [...path, key])]));
  };
  return { value: walk(value, []), issues };
}

/** Nothing but references: it names secrets and holds none. */
export const isReference = (text: string): boolean => /^(?:\$\{[A-Z_][A-Z0-9_]*\})+$/.test(text);
