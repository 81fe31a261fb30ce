/** What a hook brought, for templates and transforms. */
export interface HookInput {
  payload: unknown;
  /** In small letters; of several of one name the first. Without what opens doors. */
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  /** Behind the hooks' own: `gmail`, `crm/deals`. */
  path: string;
}

/** So much of one value at most. */
const longestValue = 20_000;

function valueAt(input: HookInput, expression: string): unknown {
  const steps = [...expression.matchAll(/[^.[\]]+/g)].map(([step]) => step);
  const [first] = steps;
  let at: unknown = input.payload;
  if (first === "headers" || first === "query" || first === "path" || first === "payload") at = input[steps.shift() as keyof HookInput];
  for (const step of steps) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}

/** `{{messages[0].id}}`, `{{headers.x-source}}`: values as text, and nothing in a value is a placeholder. What is not there is empty. */
export const filled = (template: string, input: HookInput): string =>
  template.replace(/\{\{\s*([\w.[\]-]{1,200})\s*\}\}/g, (_, expression: string) => {
    const value = valueAt(input, expression);
    const text = value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
    return text.slice(0, longestValue);
  });
