/** How a replay's free words become the few that rules know. */

export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** `Basic economy` as `basic_economy`. */
export const asName = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== ""
    ? value
        .trim()
        .toLowerCase()
        .replaceAll(/[\s-]+/g, "_")
    : undefined;

/** The first of these fields that is there. */
export const firstOf = (fields: Fields, ...names: string[]): unknown =>
  names.map((name) => fields[name]).find((value) => value !== undefined && value !== null);

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;

const otherMatters = /bag|luggage|meal|food|seat|wifi|wi-fi|staff|crew|refund|price|service/;
const cancelled = /cancel/;
const delayed = /delay|(^|_)late(_|$)/;

/** What went wrong, as `cancelled` or `delayed`; everything else in its own words. */
export function causeOf(value: unknown): string | undefined {
  const said = asName(isFields(value) ? firstOf(value, "kind", "type", "cause", "issue", "about", "reason", "text") : value);
  if (said === undefined) return undefined;
  if (otherMatters.test(said)) return said;
  if (cancelled.test(said)) return delayed.test(said) ? said : "cancelled";
  return delayed.test(said) ? "delayed" : said;
}

const reasons: Readonly<Record<string, string>> = {
  illness: "health",
  sickness: "health",
  sick: "health",
  medical: "health",
  health_reason: "health",
  health_reasons: "health",
  bad_weather: "weather",
  weather_reason: "weather",
  weather_reasons: "weather",
  change_of_plans: "change_of_plan",
};

/** The reason for a cancellation in one word. */
export const reasonOf = (value: unknown): string | undefined => {
  const said = asName(value);
  return said === undefined ? undefined : (reasons[said] ?? said);
};

export const yesOrNo = (value: unknown): boolean | undefined => {
  if (typeof value === "boolean") return value;
  const said = asName(value);
  return said === "yes" || said === "true" ? true : said === "no" || said === "false" || said === "none" ? false : undefined;
};

const own = new Set([
  "user",
  "customer",
  "user_email",
  "customer_email",
  "self",
  "session_user",
  "user_message",
  "customer_message",
  "chat",
  "conversation",
  "user_request",
  "customer_request",
]);

/** Where an instruction came from, when that was not the customer. */
export function foreignOrigin(value: unknown): string | undefined {
  const said = asName(isFields(value) ? firstOf(value, "type", "kind", "source", "origin", "from") : value);
  return said === undefined || own.has(said) ? undefined : said;
}
