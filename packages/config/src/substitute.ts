import type { ConfigIssue } from "./issue.ts";
import { secretVariable } from "./secret-name.ts";
import { formatPath, isObject, type PathKey } from "./value-path.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a stored credential turned out to be: its value, or why there is none. */
export type Lookup = { value: string } | { problem: string };

export interface Substituted {
  value: unknown;
  issues: ConfigIssue[];
  /** Secrets that are in `value` now: credentials, and variables that are named like one. */
  sensitive: string[];
}

/** The name of a stored credential. */
export const credentialName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const reference = /\$\$\{|\$\{credential:([^}]*)\}|\$\{([A-Z_][A-Z0-9_]*)\}/g;

/**
 * Puts values for `${NAME}` (from the environment) and `${credential:NAME}` (from `credentials`) into every string; `$${…}`
 * stays as `${…}`. One that is missing, empty or cannot be opened is an issue at its path.
 */
export function substitute(value: unknown, env: Environment, credentials: ReadonlyMap<string, Lookup> = new Map()): Substituted {
  const issues: ConfigIssue[] = [];
  const sensitive = new Set<string>();
  const walk = (node: unknown, path: PathKey[]): unknown => {
    if (typeof node === "string") {
      return node.replace(reference, (text, credential: string | undefined, name: string | undefined) => {
        const problem = (message: string): string => {
          issues.push({ path: formatPath(path), message });
          return text;
        };
        if (credential !== undefined) {
          const found = credentials.get(credential);
          if (!found) return problem(`"${credential}" is no name of a credential; use letters, digits, dot, dash and underscore`);
          if ("problem" in found) return problem(found.problem);
          sensitive.add(found.value);
          return found.value;
        }
        if (name === undefined) return "${";
        const found = env[name];
        if (!found) return problem(`the environment variable ${name} is not set; set it, or take this key out`);
        if (secretVariable.test(name)) sensitive.add(found);
        return found;
      });
    }
    if (Array.isArray(node)) return node.map((entry, index) => walk(entry, [...path, index]));
    if (!isObject(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([key, entry]) => [key, walk(entry, [...path, key])]));
  };
  return { value: walk(value, []), issues, sensitive: [...sensitive] };
}

/** Every credential that `value` refers to by a valid name. */
export function credentialNames(value: unknown): string[] {
  const names = new Set<string>();
  const walk = (node: unknown): void => {
    if (typeof node === "string") {
      for (const [, name] of node.matchAll(reference)) if (name !== undefined && credentialName.test(name)) names.add(name);
    } else if (Array.isArray(node)) node.forEach(walk);
    else if (isObject(node)) Object.values(node).forEach(walk);
  };
  walk(value);
  return [...names];
}

/** Nothing but references: it names secrets and holds none. */
export const isReference = (text: string): boolean => /^(?:\$\{(?:[A-Z_][A-Z0-9_]*|credential:[A-Za-z0-9][A-Za-z0-9._-]*)\})+$/.test(text);
