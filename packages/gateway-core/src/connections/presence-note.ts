import type { ParsedParams, PresenceEntry } from "@travelagent/protocol";
import type { Presence } from "./presence.ts";

/** A `system-event` as an entry of the presence list, under the name of its device; without one, of its host or its words. */
export function notePresence(presence: Presence, { text, lastInputSeconds, ...rest }: ParsedParams<"system-event">): void {
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined && value !== ""));
  const entry: Omit<PresenceEntry, "ts"> = { reason: "system-event", ...said, text };
  if (lastInputSeconds !== undefined) entry.lastInputSeconds = Math.floor(lastInputSeconds);
  presence.noted(rest.deviceId ?? rest.instanceId ?? (rest.host || rest.ip || text.slice(0, 64)), entry);
}
