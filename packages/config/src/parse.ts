import type * as z from "zod";
import { type ConfigIssue, configInvalid } from "./issue.ts";
import { inputJsonSchema, knownKeys } from "./json-schema-walk.ts";
import { nearestKey } from "./nearest-key.ts";
import { formatPath } from "./value-path.ts";

/** The validated value, defaults filled in. Raises `CONFIG_INVALID` that lists every path, what is wrong there, and the nearest known key for an unknown one. */
export function parseConfig<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const checked = checkConfig(schema, value);
  if ("issues" in checked) throw configInvalid(checked.issues);
  return checked.config;
}

/** As `parseConfig`, with the issues as a value. */
export function checkConfig<S extends z.ZodType>(schema: S, value: unknown): { config: z.output<S> } | { issues: ConfigIssue[] } {
  const result = schema.safeParse(value);
  if (result.success) return { config: result.data };
  return { issues: result.error.issues.flatMap((issue) => explain(issue, [], schema)) };
}

function explain(issue: z.core.$ZodIssue, base: readonly PropertyKey[], schema: z.ZodType): ConfigIssue[] {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(inputJsonSchema(schema), path as (string | number)[]);
    return issue.keys.map((key) => {
      const suggestion = nearestKey(key, known);
      const hint = suggestion ? `did you mean "${suggestion}"?` : known.length > 0 ? `known keys: ${known.join(", ")}` : "remove it";
      return { path: formatPath([...path, key]), message: `unknown key; ${hint}`, ...(suggestion ? { suggestion } : {}) };
    });
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const branch = closestBranch(issue.errors);
    return branch.flatMap((inner) => explain(inner, path, schema));
  }
  return [{ path: formatPath(path), message: plain(issue.message) }];
}

/** The branch a writer most likely meant: one that got furthest, then the one with the fewest complaints. */
function closestBranch(branches: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  const wrongKind = (issues: readonly z.core.$ZodIssue[]) =>
    issues.some((issue) => (issue.path.length === 0 && issue.code === "invalid_type") || (issue.path.at(-1) === "kind" && issue.code === "invalid_value"))
      ? 1
      : 0;
  return [...branches].sort((a, b) => wrongKind(a) - wrongKind(b) || a.length - b.length)[0]!;
}

const plain = (message: string): string => message.replace(/^Invalid input: /, "").replace(/^Too (small|big): /, "");
