/** Does a long list of small things without keeping everybody else waiting. */
export type Pace = <T>(items: readonly T[], act: (item: T) => void) => void;

export interface PaceOptions {
  /** How many at once. Default 64. */
  slice?: number;
  /** Calls back once other work had its turn. Default `setImmediate`. */
  later?: (work: () => void) => void;
}

/** The first slice is done at once, the others in between other work. Lists come one after the other, in the order they were given. */
export function createPace({ slice = 64, later = (work) => void setImmediate(work) }: PaceOptions = {}): Pace {
  const queue: (() => boolean)[] = [];

  const goOn = () => {
    if (queue[0]?.()) queue.shift();
    if (queue.length > 0) later(goOn);
  };

  return (items, act) => {
    let at = 0;
    const step = () => {
      for (const end = Math.min(items.length, at + slice); at < end; at++) act(items[at]!);
      return at === items.length;
    };
    const idle = queue.length === 0;
    if (idle && step()) return;
    queue.push(step);
    if (idle) later(goOn);
  };
}
