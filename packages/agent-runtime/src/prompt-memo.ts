import { type PromptOptions, systemPrompt } from "./prompt.ts";

/** Prompts that are kept: as many as agents and channels that are at work together. */
const mostKept = 32;
/** Lists of small records, such as colleagues, are looked into; what is bigger is the same only when it is the same object. */
const deepest = 3;

/** What was put together again from the same parts. */
function same(a: unknown, b: unknown, depth = 0): boolean {
  if (Object.is(a, b)) return true;
  if (depth >= deepest || typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => same(item, b[index], depth + 1));
  if (Object.getPrototypeOf(a) !== Object.prototype || Object.getPrototypeOf(b) !== Object.prototype) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name], depth + 1))
  );
}

/** `systemPrompt`, which is the same on every turn of a session: put together once, as long as what it is made from is the same. */
export function promptMemo(): (options: PromptOptions) => string {
  const kept: { options: Omit<PromptOptions, "commands">; prompt: string }[] = [];
  return ({ commands: _, ...options }) => {
    const at = kept.findIndex((one) => same(one.options, options));
    const [known] = at < 0 ? [] : kept.splice(at, 1);
    const entry = known ?? { options, prompt: systemPrompt(options) };
    kept.unshift(entry);
    if (kept.length > mostKept) kept.pop();
    return entry.prompt;
  };
}
