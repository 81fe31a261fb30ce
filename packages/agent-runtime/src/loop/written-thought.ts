import type { TextFilter } from "./reply-tags.ts";

const opening = "<think>";
const closing = "</think>";

/** Takes out what some models think aloud at the beginning of their answer, between `<think>` and `</think>`. */
export function writtenThoughtFilter(): TextFilter {
  let state: "before" | "inside" | "after" | "answer" = "before";
  let held = "";
  const take = (all: boolean): string => {
    if (state === "before") {
      const start = held.trimStart();
      if (start.startsWith(opening)) {
        state = "inside";
        held = start.slice(opening.length);
      } else if (all || !opening.startsWith(start)) state = "answer";
      else return "";
    }
    if (state === "inside") {
      const end = held.indexOf(closing);
      if (end < 0) {
        held = held.slice(-closing.length);
        return "";
      }
      state = "after";
      held = held.slice(end + closing.length);
    }
    if (state === "after") {
      held = held.trimStart();
      if (held === "") return "";
      state = "answer";
    }
    const out = held;
    held = "";
    return out;
  };
  return {
    push(delta) {
      held += delta;
      return take(false);
    },
    end: () => take(true),
  };
}
