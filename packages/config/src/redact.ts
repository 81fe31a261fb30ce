import { TravelAgentError } from "@travelagent/protocol";
import JSON5 from "json5";
import type * as z from "zod";
import { alternatives, childSchemas, inputJsonSchema, type JsonSchema } from "./json-schema-walk.ts";
import { GatewayConfig } from "./schema.ts";
import { secretName } from "./secret-name.ts";
import { isReference } from "./substitute.ts";
import { formatPath, isObject, type PathKey } from "./value-path.ts";

/** What stands in place of a secret. Never written to a file. */
export const mask = "***";

/** Forms by which well-known secrets give themselves away wherever they stand. */
const secretForms = [
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\b\d{8,10}:[A-Za-z0-9_-]{30,}/g,
  /\bBearer\s+[A-Za-z0-9._~+/-]{12,}=*/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<=\/\/[^/\s:@]*:)(?!\$\{[\w:.-]+\}(?:[@&#\s"']|$))[^/\s@]+(?=@)/g,
  /(?<=:\/\/)(?!\$\{[\w:.-]+\}(?:[@&#\s"']|$))[^/\s:@"']{8,}(?=@)/g,
  /(?<=[?&][\w.-]{0,40}(?:token|secret|password|signature|key)=)(?!\$\{[\w:.-]+\}(?:[@&#\s"']|$))[^&#\s"']+/gi,
];

/** Shorter ones stand inside of other words. */
const shortestRepeated = 8;

/**
 * A copy whose secrets are masked: values the schema marks, values under a secret's name, the same values elsewhere, and texts that
 * look like one. References such as `${NAME}` stay.
 */
export function redact(value: unknown, schema: z.ZodType = GatewayConfig, sensitive: readonly string[] = []): unknown {
  const everywhere = [...sensitive, ...secretsIn(value, schema).filter((text) => text.length >= shortestRepeated)];
  return visit(value, schema, (text, secret) => (secret ? mask : maskValues(text, everywhere)));
}

/**
 * The validated configuration of a snapshot, masked. What came out of the credential store, or out of a variable that is
 * named like a secret, is masked wherever it landed, whatever the schema says of that place.
 */
export const redactConfig = ({ config, sensitive }: { config: unknown; sensitive: readonly string[] }): unknown => redact(config, GatewayConfig, sensitive);

function secretsIn(value: unknown, schema: z.ZodType): string[] {
  const found = new Set<string>();
  visit(value, schema, (text, secret) => {
    if (secret) found.add(text);
    return text;
  });
  return [...found];
}

/** A text with these values masked, and everything that looks like a secret. */
export const maskValues = (text: string, sensitive: readonly string[]): string =>
  redactText([...sensitive].sort((a, b) => b.length - a.length).reduce((clean, value) => clean.replaceAll(value, mask), text));

/** A text with everything that looks like a secret masked. */
export const redactText = (text: string): string => secretForms.reduce((clean, form) => clean.replace(form, mask), text);

/**
 * The file as a person may see it, comments kept where that is safe. Null for a text that is no JSON5: nobody can tell
 * then which part of it is a secret.
 */
export function redactRaw(raw: string, schema: z.ZodType = GatewayConfig): string | null {
  let parsed: unknown;
  try {
    parsed = JSON5.parse(raw);
  } catch {
    return null;
  }
  const wanted = redact(parsed, schema);
  let shown = raw;
  for (const text of secretsIn(parsed, schema).sort((a, b) => b.length - a.length)) {
    for (const written of new Set([text, JSON.stringify(text).slice(1, -1)])) shown = shown.replaceAll(written, mask);
  }
  shown = redactText(shown);
  try {
    // A secret that is written in escapes, or is so short that it stands inside other words, shows here.
    if (JSON.stringify(JSON5.parse(shown)) === JSON.stringify(wanted)) return shown;
  } catch {
    // Fall through: the masked text is no JSON5 any more.
  }
  return `${JSON.stringify(wanted, null, 2)}\n`;
}

/**
 * Raises `INVALID_REQUEST` when a mask came back as a value, wherever it stands now: it would overwrite the secret it stands
 * for. `current` is what the file holds now, `effective` what became of it; a text of one's own with three stars in it is no mask.
 */
export function refuseMask(
  value: unknown,
  current: unknown,
  effective: { config: unknown; sensitive: readonly string[] } = { config: {}, sensitive: [] },
): void {
  const shown = new Set([...masked(current, redact(current)), ...masked(effective.config, redactConfig(effective))]);
  const paths: string[] = [];
  const walk = (node: unknown, path: PathKey[]): void => {
    if (typeof node === "string") {
      if (node === mask || shown.has(node)) paths.push(formatPath(path));
    } else if (Array.isArray(node)) for (const [index, entry] of node.entries()) walk(entry, [...path, index]);
    else if (isObject(node)) for (const [key, entry] of Object.entries(node)) walk(entry, [...path, key]);
  };
  walk(value, []);
  if (paths.length === 0) return;
  throw new TravelAgentError(
    "INVALID_REQUEST",
    `${paths.join(", ")}: "${mask}" only stands for a secret that is not shown; send a patch without this key, or the secret itself, or \${NAME}`,
    { details: { paths } },
  );
}

/** The texts that show something masked. */
function masked(value: unknown, shown: unknown): string[] {
  if (typeof shown === "string") return shown === value ? [] : [shown];
  if (Array.isArray(shown)) return shown.flatMap((entry, index) => masked((value as unknown[])[index], entry));
  if (isObject(shown)) return Object.entries(shown).flatMap(([key, entry]) => masked((value as Record<string, unknown>)[key], entry));
  return [];
}

function visit(value: unknown, schema: z.ZodType, change: (text: string, secret: boolean) => string): unknown {
  const root = inputJsonSchema(schema);
  const walk = (node: unknown, nodes: JsonSchema[], secret: boolean): unknown => {
    if (typeof node === "string") return node === "" || isReference(node) ? node : change(node, secret);
    if (typeof node === "number" && secret) return change(String(node), true);
    if (Array.isArray(node)) return node.map((entry, index) => walk(entry, childSchemas(nodes, index, root), secret));
    if (!isObject(node)) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, entry]) => {
        const next = childSchemas(nodes, key, root);
        return [key, walk(entry, next, secret || next.some((child) => child.secret === true) || (secretName.test(key) && !isObject(entry)))];
      }),
    );
  };
  return walk(value, alternatives(root, root), false);
}
