import type { TurnScope } from "@travelagent/protocol/turn";
import { silentToken } from "./silence.ts";

/** What a model may write to us in its reply, where it is of use. The same for every turn of a session. */
export const conventions = ({ chatType }: Pick<TurnScope, "chatType">): string[] =>
  chatType === "group"
    ? [
        [
          "This is a group chat:",
          `- When nobody needs an answer from you, the whole of your reply is ${silentToken}; then nothing is sent.`,
          "- [[reply_to_current]] at the beginning of your reply makes it quote the message you answer. The customers do not see the tag.",
        ].join("\n"),
      ]
    : [];
