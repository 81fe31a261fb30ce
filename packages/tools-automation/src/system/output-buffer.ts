import { StringDecoder } from "node:string_decoder";

/** What a program said, up to a limit: the beginning and the end are kept, the middle goes, and a note says so. */
export interface OutputBuffer {
  add(chunk: Buffer): void;
  /** All that is kept. */
  text(): string;
  /** The last characters. */
  tail(characters: number): string;
  /** Output since the last time this was asked. */
  fresh(): string;
  /** How many characters there were in all. */
  readonly total: number;
}

export function createOutputBuffer({ maxCharacters }: { maxCharacters: number }): OutputBuffer {
  const decoder = new StringDecoder("utf8");
  const headLimit = Math.floor(maxCharacters / 4);
  const tailLimit = maxCharacters - headLimit;
  let head = "";
  let tail = "";
  let total = 0;
  let asked = 0;
  const dropped = () => total - head.length - tail.length;

  return {
    add(chunk) {
      let text = decoder.write(chunk);
      total += text.length;
      if (head.length < headLimit) {
        const room = headLimit - head.length;
        head += text.slice(0, room);
        text = text.slice(room);
      }
      tail += text;
      // Cut now and then, not at every chunk.
      if (tail.length > tailLimit * 2) tail = tail.slice(-tailLimit);
    },
    text() {
      if (tail.length > tailLimit) tail = tail.slice(-tailLimit);
      return dropped() === 0 ? head + tail : `${head}\n[… ${dropped()} characters left out …]\n${tail}`;
    },
    tail: (characters) => (head + tail).slice(-characters),
    fresh() {
      if (tail.length > tailLimit) tail = tail.slice(-tailLimit);
      const wanted = total - asked;
      asked = total;
      if (wanted === 0) return "";
      const kept = dropped() === 0 ? head + tail : tail;
      return wanted <= kept.length ? kept.slice(-wanted) : `[… ${wanted - kept.length} characters left out …]\n${kept}`;
    },
    get total() {
      return total;
    },
  };
}
