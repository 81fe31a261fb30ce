/** A piece of a text, with the lines it stands on (1 is the first). */
export interface Chunk {
  readonly text: string;
  readonly startLine: number;
  readonly endLine: number;
}

export interface ChunkOptions {
  /** Characters of a chunk, about; a line is never cut apart unless it alone is longer. Default 1600, which is about 400 tokens. */
  size?: number;
  /** Characters of the end of one chunk that the next begins with. Default 320. */
  overlap?: number;
}

/** Cuts a text into overlapping pieces along its lines. Every line is in at least one piece; blank pieces are left out. */
export function chunkLines(text: string, { size = 1600, overlap = 320 }: ChunkOptions = {}): Chunk[] {
  const lines = text.split("\n").flatMap((line, index) => pieces(line, size).map((piece) => ({ piece, number: index + 1 })));
  const chunks: Chunk[] = [];
  let start = 0;
  while (start < lines.length) {
    let end = start;
    let length = 0;
    while (end < lines.length && (end === start || length + lines[end]!.piece.length + 1 <= size)) length += lines[end++]!.piece.length + 1;
    const taken = lines.slice(start, end);
    const joined = taken.map(({ piece }) => piece).join("\n");
    if (joined.trim() !== "") chunks.push({ text: joined, startLine: taken[0]!.number, endLine: taken.at(-1)!.number });
    if (end === lines.length) break;
    let next = end;
    for (let kept = 0; next - 1 > start && kept + lines[next - 1]!.piece.length + 1 <= overlap; next--) kept += lines[next - 1]!.piece.length + 1;
    start = next;
  }
  return chunks;
}

/** A line that is too long, in parts that end between characters and not inside one. */
function pieces(line: string, size: number): string[] {
  if (line.length <= size) return [line];
  const parts: string[] = [];
  let part = "";
  for (const character of line) {
    if (part.length + character.length > size) {
      parts.push(part);
      part = "";
    }
    part += character;
  }
  return [...parts, part];
}
