/** The end of a stream of bytes. */
export interface OutputTail {
  add(chunk: Buffer): void;
  /** The last `maxBytes` at most; a character that was cut in two at the start is left out. */
  text(maxBytes?: number): string;
  /** More came than is kept. */
  readonly truncated: boolean;
}

export function createOutputTail(maxBytes: number): OutputTail {
  let chunks: Buffer[] = [];
  let kept = 0;
  let total = 0;
  const compact = () => {
    const end = Buffer.concat(chunks).subarray(-maxBytes);
    chunks = [Buffer.from(end)];
    kept = end.length;
  };
  return {
    add(chunk) {
      chunks.push(chunk);
      kept += chunk.length;
      total += chunk.length;
      if (kept > 2 * maxBytes) compact();
    },
    text(limit = maxBytes) {
      const end = Buffer.concat(chunks).subarray(-Math.min(limit, maxBytes));
      // In UTF-8 a character goes on with bytes of the form 10xxxxxx.
      let start = 0;
      while (total > end.length && start < Math.min(3, end.length) && ((end[start] ?? 0) & 0xc0) === 0x80) start += 1;
      return end.subarray(start).toString("utf8");
    },
    get truncated() {
      return total > maxBytes;
    },
  };
}
