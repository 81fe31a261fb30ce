import { chunkText } from "@travelagent/channel-kit";

export const maxTextLength = 2000;
/** More of them Discord folds away behind a click. */
export const maxLines = 17;

/** A text as messages: at most 2000 characters and 17 lines each. A code block that must be cut is closed and opened again. */
export function messagesOf(text: string): string[] {
  // Closing and opening a block takes room.
  const maxLength = /^\s*(```|~~~)/m.test(text) ? maxTextLength - 100 : maxTextLength;
  return chunkText(text, { maxLength }).flatMap(shortened);
}

function shortened(chunk: string): string[] {
  const lines = chunk.split("\n");
  if (lines.length <= maxLines) return [chunk];
  const found: string[] = [];
  let part: string[] = [];
  let fence: string | undefined;
  const end = (): void => {
    if (fence !== undefined) part.push("```");
    const said = part.join("\n");
    if (said.trim() !== "") found.push(said.replace(/^\n+|\s+$/g, ""));
    part = fence === undefined ? [] : [fence];
  };
  for (const line of lines) {
    // One line is kept for the end of an open block.
    if (part.length >= maxLines - (fence === undefined ? 0 : 1)) end();
    if (/^\s*```/.test(line)) fence = fence === undefined ? line.trim().slice(0, 40) : undefined;
    part.push(line);
  }
  if (part.some((line) => line.trim() !== "")) {
    fence = undefined;
    end();
  }
  return found;
}
