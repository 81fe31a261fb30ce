import { randomBytes } from "node:crypto";

/**
 * Makes ids that sort by when they were made, also within one millisecond: lists that are newest first end their order with
 * the id. The random part keeps them from being guessed.
 */
export function orderedIds(): (prefix: string, now: number) => string {
  let last = 0;
  let count = 0;
  return (prefix, now) => {
    count = now === last ? count + 1 : 0;
    last = now;
    return `${prefix}_${now.toString(36).padStart(9, "0")}${count.toString(36).padStart(4, "0")}${randomBytes(8).toString("hex")}`;
  };
}
