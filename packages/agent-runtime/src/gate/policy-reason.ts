import { readPath, type Scene } from "./policy-compile.ts";
import type { Params } from "./policy-language.ts";
import { paramAt } from "./policy-params.ts";

const placeholder = /\{((?:params|facts|args|turn)\.[^{}\s]+)\}/g;

/** `facts.penalty.amount` as `amount`, `params.maxTravellers` as `max travellers`. */
const inWords = (path: string): string =>
  path
    .split(".")
    .at(-1)!
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .toLowerCase();

/** One line of a value, short; undefined for what cannot be said in a line. */
function say(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  // A reason is one line of ours: text of others stays inside it.
  if (typeof value === "string")
    return (
      value
        .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
        .trim()
        .slice(0, 80) || undefined
    );
  if (Array.isArray(value)) {
    const said = value.slice(0, 10).map(say);
    return said.length > 0 && said.every((part) => part !== undefined) ? said.join(", ") : undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { amount, currency } = value as { amount?: unknown; currency?: unknown };
  return (typeof amount === "string" || typeof amount === "number") && typeof currency === "string" ? `${amount} ${currency}` : undefined;
}

/** The paths in braces of a reason. */
export const placeholdersOf = (reason: string): string[] => [...reason.matchAll(placeholder)].map((match) => match[1]!);

/** Everything in braces, whether or not it is a path. */
export const bracesOf = (reason: string): string[] => [...reason.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1]!);

/** A rule's reason with the figures of parameters and call in place of the braces. What is not there is named in words. */
export const fillReason = (reason: string, params: Params, scene: Scene): string =>
  reason.includes("{")
    ? reason.replace(placeholder, (_, path: string) => {
        const value = path.startsWith("params.") ? paramAt(params, path.slice("params.".length)) : readPath(path)(scene, undefined);
        return say(value) ?? inWords(path);
      })
    : reason;
