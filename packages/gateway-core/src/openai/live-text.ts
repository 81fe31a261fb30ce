import type { TurnEvent } from "@travelagent/protocol/turn";

/** A reply while it is being written, for readers that can only be given more, never something else. */
export interface LiveText {
  /** What the reader is given for this event; empty when nothing. */
  hear(event: TurnEvent): string;
  /** What the reader still lacks of the whole reply. */
  rest(reply: string): string;
}

/** Words before a tool call, or of a model that then failed, stay where they are: the next ones begin a new paragraph. */
export function createLiveText(): LiveText {
  let begun = false;
  let paragraph = "";
  let over = false;
  return {
    hear(event) {
      if (event.type === "tool-start" || event.type === "text-reset") over = true;
      if (event.type !== "text-delta" || event.delta === "") return "";
      const gap = over && begun ? "\n\n" : "";
      if (over) paragraph = "";
      over = false;
      begun = true;
      paragraph += event.delta;
      return gap + event.delta;
    },
    rest(reply) {
      const heard = over ? "" : paragraph.trim();
      const at = heard === "" ? -1 : reply.indexOf(heard);
      if (at === 0) return reply.slice(heard.length);
      // Something was put before it meanwhile, such as a notice: a reader can only get that after it.
      if (at > 0) return `\n\n${[reply.slice(0, at).trim(), reply.slice(at + heard.length).trim()].filter((part) => part !== "").join("\n\n")}`;
      return reply === "" ? "" : (begun ? "\n\n" : "") + reply;
    },
  };
}
