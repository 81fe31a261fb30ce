import type { TextFilter } from "./reply-tags.ts";

/** The whole reply of an agent that has nothing to say. */
export const silentToken = "NO_REPLY";

export const isSilent = (text: string): boolean => text.trim() === silentToken;

/** Holds a reply back as long as it can still be the token alone. The token alone never comes out. */
export function silenceFilter(): TextFilter {
  let held = "";
  let open = false;
  const undecided = (): boolean => silentToken.startsWith(held.trimStart()) || isSilent(held);
  return {
    push(delta) {
      if (open) return delta;
      held += delta;
      if (undecided()) return "";
      open = true;
      return held;
    },
    end: () => (open || isSilent(held) ? "" : held),
  };
}
