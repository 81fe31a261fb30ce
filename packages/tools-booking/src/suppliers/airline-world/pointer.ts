import { TravelAgentError } from "@travelagent/protocol";

/** A JSON pointer's parts: `/users/x~1y` is `users` and `x/y`. */
export const partsOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

export const pointerOf = (parts: readonly string[]): string => parts.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** Puts `value` at the place in `document`, or takes away what is there when it is undefined. Raises `INVALID_REQUEST` where there is no such place. */
export function setAt(document: unknown, parts: readonly string[], value: unknown): void {
  let place = document as Record<string, unknown>;
  for (const part of parts.slice(0, -1)) {
    const next = place[part];
    if (typeof next !== "object" || next === null)
      throw new TravelAgentError("INVALID_REQUEST", `there is nothing at ${pointerOf(parts)} in the world; check the path`);
    place = next as Record<string, unknown>;
  }
  const last = parts.at(-1)!;
  if (Array.isArray(place)) {
    if (last === "-") place.push(value);
    else if (value === undefined) place.splice(Number(last), 1);
    else place[Number(last)] = value;
  } else if (value === undefined) delete place[last];
  else place[last] = value;
}
