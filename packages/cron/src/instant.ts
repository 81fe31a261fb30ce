/** Milliseconds of a time in ISO 8601; without an offset it is UTC, a date alone its first moment. Undefined for what is no time. */
export function instantOf(text: string): number | undefined {
  const bare = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/.test(text);
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(bare ? `${text}Z` : text) : Number.NaN;
  return Number.isNaN(time) || time < 0 ? undefined : time;
}
