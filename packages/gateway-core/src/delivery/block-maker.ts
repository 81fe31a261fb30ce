/** Cuts a text that is still being written into messages. Joined, the blocks and the rest are the text, word for word. */
export interface BlockMaker {
  /** What is written since. Returns the blocks that are full. */
  push(delta: string): string[];
  /** Nothing came for a while: what ends well is a block. */
  pause(): string[];
  /** What is left, as it is. */
  readonly rest: string;
}

export interface BlockLimits {
  minChars: number;
  maxChars: number;
  /** Blocks end with paragraphs only. */
  paragraphs: boolean;
}

const paragraph = /\n[^\S\n]*\n\s*/g;
/** From the most to the least natural place. */
const breaks: readonly RegExp[] = [paragraph, /\n/g, /[.!?…。！？][)"'»”]*\s+/g, /\s+/g];
/** An emphasis, a link or code that would be torn stands between such signs. */
const whole = /\[[^\]\n]*\]\([^)\s]*\)|`[^`\n]+`|\*\*[^*\n]+\*\*/g;
/** The same, whose end is still to come. */
const begun = /(?:\[[^\]\n]*(?:\](?:\([^)\s]*)?)?|`[^`\n]*|\*\*?[^*\n]*\*?)$/;
const fenceLine = /^ {0,3}(?:`{3,}|~{3,})/gm;

export function createBlockMaker({ minChars, maxChars, paragraphs }: BlockLimits): BlockMaker {
  let text = "";

  /** The best place to end a block, at least `minChars` and at most `most` characters in; 0 when there is none. */
  const cut = (most: number, kinds: readonly RegExp[]): number => {
    const window = text.slice(0, most);
    const spans = [...text.matchAll(whole)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
    const closed = spans.at(-1)?.end ?? 0;
    const open = begun.exec(text.slice(closed));
    if (open) spans.push({ start: closed + open.index, end: Number.POSITIVE_INFINITY });
    // An odd number of fences: the block of code is still open.
    const inCode = (at: number): boolean => (text.slice(0, at).match(fenceLine)?.length ?? 0) % 2 === 1;
    for (const kind of kinds) {
      let best = 0;
      for (const match of window.matchAll(kind)) {
        const at = match.index + match[0].length;
        if (at >= minChars && at < text.length && !inCode(at) && !spans.some(({ start, end }) => at > start && at < end)) best = at;
      }
      if (best > 0) return best;
    }
    return 0;
  };
  const take = (most: number, kinds: readonly RegExp[]): string[] => {
    const blocks: string[] = [];
    for (let at = cut(most, kinds); at > 0; at = text.length > maxChars ? cut(most, kinds) : 0) {
      blocks.push(text.slice(0, at));
      text = text.slice(at);
    }
    return blocks;
  };

  return {
    push(delta) {
      text += delta;
      return text.length > maxChars ? take(maxChars, paragraphs ? [paragraph] : breaks) : [];
    },
    pause: () => (text.length >= minChars ? take(Math.min(text.length, maxChars), paragraphs ? [paragraph] : breaks.slice(0, 3)) : []),
    get rest() {
      return text;
    },
  };
}
