/** 53 good bits from a text and a seed, without state: the same key gives the same draw whatever was drawn before. */
function hash53(text: string, seed: number): number {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

/** All chance in the sandbox world: every draw is a pure function of seed and key. */
export interface Dice {
  /** In [0, 1). */
  draw(key: string): number;
  /** A whole number from `low` to `high`, both possible. */
  between(low: number, high: number, key: string): number;
  pick<T>(list: readonly T[], key: string): T;
  /** `length` signs of `alphabet`. */
  text(length: number, alphabet: string, key: string): string;
}

export function createDice(seed: string): Dice {
  const number = hash53(seed, 0) % 4294967296;
  const draw = (key: string) => hash53(key, number) / 9007199254740992;
  return {
    draw,
    between: (low, high, key) => low + Math.floor(draw(key) * (high - low + 1)),
    pick: (list, key) => list[Math.floor(draw(key) * list.length)]!,
    text: (length, alphabet, key) => Array.from({ length }, (_, i) => alphabet[Math.floor(draw(`${key}#${i}`) * alphabet.length)]).join(""),
  };
}

/** A cache that forgets everything when it holds `most` entries, so that a long-running process stays small. */
export function remember<V>(most: number): (key: string, make: () => V) => V {
  const known = new Map<string, V>();
  return (key, make) => {
    let value = known.get(key);
    if (value === undefined && !known.has(key)) {
      value = make();
      if (known.size >= most) known.clear();
      known.set(key, value);
    }
    return value as V;
  };
}
