/** A fenced code block that is still open at the end of a text. */
export interface OpenFence {
  /** Where its opening line starts. */
  start: number;
  /** The opening line, such as "```json". */
  opener: string;
  /** What closes it. */
  closer: string;
}

const fenceLine = /^ {0,3}(`{3,}|~{3,})([^\n]*)$/;

/** Returns the code block in which `text` ends, or null when every block is closed. */
export function openFence(text: string): OpenFence | null {
  let open: OpenFence | null = null;
  let start = 0;
  for (const line of text.split("\n")) {
    const [, marks, info = ""] = fenceLine.exec(line) ?? [];
    if (marks && !open) open = { start, opener: line, closer: marks };
    else if (marks && open && marks[0] === open.closer[0] && marks.length >= open.closer.length && info.trim() === "") open = null;
    start += line.length + 1;
  }
  return open;
}
