import type { TranscriptEntry } from "@travelagent/protocol/messages";
import { messageTokens } from "./tokens.ts";

/**
 * The index of the first entry that stays as it is: the newest ones within `keepRecent`, but never behind `latest`. It is a
 * user's or an assistant's message, so that no result is parted from its call. 0: there is nothing to summarise.
 */
export function cutAt(entries: readonly TranscriptEntry[], keepRecent: number, latest: number): number {
  let cut = entries.length;
  for (let tokens = 0; cut > 0; cut--) {
    tokens += messageTokens(entries[cut - 1]!.message);
    if (tokens > keepRecent) break;
  }
  cut = Math.min(cut, latest);
  // Behind the results of a call that does not fit, or before them when nothing else is left.
  let at = cut;
  while (at < entries.length && at < latest && entries[at]!.message.role === "toolResult") at++;
  if (at >= entries.length || entries[at]!.message.role === "toolResult") {
    at = Math.min(cut, entries.length - 1);
    while (at > 0 && entries[at]!.message.role === "toolResult") at--;
  }
  return Math.max(0, at);
}
