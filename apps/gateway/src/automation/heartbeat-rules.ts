/** What an agent answers that has nothing to report. */
export const okToken = "HEARTBEAT_OK";

/** How every text begins that sets the agent to look, so that its answer is known for one. */
export const lookHeader = "(Regular look at this session, nobody asked just now.)";

export const defaultPrompt = `Read what HEARTBEAT.md asks for and what the system has noted since your last answer. Do what is to be done. Do not repeat what you have said before. When nothing needs attention, answer ${okToken} and nothing else.`;

/** Milliseconds of a time such as `30m`; 0 is never. */
export function everyMsOf(every: string): number {
  const [, count = "0", unit = "m"] = /^(\d+)(s|m|h)$/.exec(every) ?? [];
  return Number(count) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as "s" | "m" | "h"];
}

/** Whether a file asks for something: blank lines, headings, comments and empty items of a list do not. */
export function asksForSomething(file: string): boolean {
  return file
    .replace(/<!--[\s\S]*?-->/g, "")
    .split("\n")
    .some((line) => !/^\s*(?:#{1,6}(?:\s.*)?|[-*+]\s*(?:\[[ xX]?\])?\s*|\d+[.)]\s*)?$/.test(line));
}

export interface ActiveHours {
  start: string;
  end: string;
  timezone?: string | undefined;
}

/** Whether it is a time of day to look. Hours may go over midnight. */
export function isActive(hours: ActiveHours | undefined, now: number, agencyZone: string): boolean {
  if (!hours) return true;
  const { start, end, timezone = "local" } = hours;
  const timeZone = timezone === "local" || timezone === "user" ? agencyZone : timezone;
  const time = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(now);
  if (start === end) return false;
  return start < end ? time >= start && time < end : time >= start || time < end;
}

/**
 * What is left of an answer when the token at its beginning or end is taken away, also through light markup. Undefined when the answer says that
 * there is nothing: the token and at most `ackMaxChars` beside it.
 */
export function withoutToken(text: string, ackMaxChars: number): string | undefined {
  const edge = String.raw`(?:[*_\`~]|</?\w+>|\s)*`;
  const rest = text
    .trim()
    .replace(new RegExp(`^${edge}${okToken}${edge}[.!]?`), "")
    .replace(new RegExp(`${edge}${okToken}${edge}[.!]?$`), "")
    .trim();
  return rest.length < text.trim().length && rest.length <= ackMaxChars ? undefined : rest;
}
