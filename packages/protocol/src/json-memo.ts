/** On the value itself, where a copy of the value with other contents does not have it. The same in every installed copy of this package. */
const text: unique symbol = Symbol.for("@travelagent/json") as never;

function keep<T extends object>(value: T, json: string): T {
  if (Object.isExtensible(value)) Object.defineProperty(value, text, { value: json });
  return Object.freeze(value);
}

/** Keeps the JSON of a value that is answered many times. It is frozen; what it holds must not change any more either. */
export function memoizeJson<T extends object>(value: T): T {
  return keep(value, JSON.stringify(value));
}

/** As `memoizeJson`, for an object or list that is new but holds values whose JSON is kept: their text is taken over. */
export function joinJson<T extends object>(value: T): T {
  return keep(value, Array.isArray(value) ? joinedList(value) : joinedObject(value));
}

/** JSON of any value; `undefined` becomes `null`. */
export function jsonOf(value: unknown): string {
  const known = typeof value === "object" && value !== null ? (value as { [text]?: string })[text] : undefined;
  return known ?? JSON.stringify(value) ?? "null";
}

function joinedList(list: readonly unknown[]): string {
  let json = "";
  for (const item of list) json += json === "" ? jsonOf(item) : `,${jsonOf(item)}`;
  return `[${json}]`;
}

function joinedObject(value: object): string {
  let json = "";
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    json += `${json === "" ? "" : ","}${JSON.stringify(key)}:${jsonOf(inner)}`;
  }
  return `{${json}}`;
}
