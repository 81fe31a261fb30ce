const texts = new WeakMap<object, string>();

/** Keeps the JSON of a value that is answered many times. The value must not change any more. */
export function memoizeJson<T extends object>(value: T): T {
  texts.set(Object.freeze(value), JSON.stringify(value));
  return value;
}

/** JSON of any value; `undefined` becomes `null`. */
export function toJson(value: unknown): string {
  const known = typeof value === "object" && value !== null ? texts.get(value) : undefined;
  return known ?? JSON.stringify(value) ?? "null";
}
