/** Why a text was not taken as JSON. */
export type JsonRefusal = "not-json" | "too-deep" | "duplicate-key";

export const jsonRefusals: Readonly<Record<JsonRefusal, string>> = {
  "not-json": "the body is not valid JSON in UTF-8",
  "too-deep": "the JSON is nested too deeply",
  "duplicate-key": "a key stands twice in one JSON object",
};

export type StrictJson = { ok: true; value: unknown } | { ok: false; reason: JsonRefusal };

/**
 * JSON that means the same to every reader: no key twice in one object, since parsers differ in which one counts, and not
 * nested deeper than `maxDepth`, since others may read it after us by recursion. UTF-8 only.
 */
export function parseStrictJson(bytes: Uint8Array, maxDepth = 32): StrictJson {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, reason: "not-json" };
  }
  const repeated = findProblem(text, maxDepth);
  if (repeated === "too-deep") return { ok: false, reason: repeated };
  try {
    const value: unknown = JSON.parse(text);
    return repeated ? { ok: false, reason: repeated } : { ok: true, value };
  } catch {
    return { ok: false, reason: "not-json" };
  }
}

/** One pass without recursion. What it says of a repeated key holds for valid JSON only, where a string before a colon is a key. */
function findProblem(text: string, maxDepth: number): "too-deep" | "duplicate-key" | undefined {
  const open: (Set<string> | null)[] = [];
  let last: string | undefined;
  let repeated = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      last = text.slice(at, end + 1);
      at = end;
    } else if (character === "{" || character === "[") {
      open.push(character === "{" ? new Set() : null);
      if (open.length > maxDepth) return "too-deep";
    } else if (character === "}" || character === "]") open.pop();
    else if (character === ":" && last !== undefined) {
      const key = asRead(last);
      const keys = open.at(-1);
      repeated ||= keys?.has(key) ?? false;
      keys?.add(key);
      last = undefined;
    }
  }
  return repeated ? "duplicate-key" : undefined;
}

/** Index of the closing quote, or of the last character when there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length - 1;
}

/** An escape does not make a key another key. */
function asRead(literal: string): string {
  if (!literal.includes("\\")) return literal.slice(1, -1);
  try {
    return JSON.parse(literal) as string;
  } catch {
    return literal;
  }
}
