interface Due {
  at: number;
  id: string;
  /** Of the job when it was put here; an older one is passed over. */
  version: number;
}

/** Who is due next. A job that is put in again counts as it was put in last. */
export interface DueHeap {
  put(id: string, at: number): void;
  /** What was put in does not count any more. */
  drop(id: string): void;
  /** When the next one is due; undefined when nobody waits. */
  nextAt(): number | undefined;
  /** Takes out the next one that is due at `now`. */
  take(now: number): { id: string; at: number } | undefined;
}

export function dueHeap(): DueHeap {
  let heap: Due[] = [];
  const versions = new Map<string, number>();
  let drawn = 0;

  const isStale = ({ id, version }: Due): boolean => versions.get(id) !== version;
  const swap = (a: number, b: number): void => {
    const kept = heap[a]!;
    heap[a] = heap[b]!;
    heap[b] = kept;
  };
  const before = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.version < b.version);
  const sink = (from: number): void => {
    for (let at = from; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && before(heap[child]!, heap[least]!)) least = child;
      if (least === at) return;
      swap(at, least);
      at = least;
    }
  };
  const removeTop = (): void => {
    const last = heap.pop();
    if (last && heap.length > 0) {
      heap[0] = last;
      sink(0);
    }
  };
  const clean = (): void => {
    while (heap.length > 0 && isStale(heap[0]!)) removeTop();
  };
  const compact = (): void => {
    heap = heap.filter((due) => !isStale(due));
    for (let at = Math.floor(heap.length / 2); at >= 0; at--) sink(at);
  };

  return {
    put(id, at) {
      const version = ++drawn;
      versions.set(id, version);
      heap.push({ at, id, version });
      for (let child = heap.length - 1; child > 0; ) {
        const parent = (child - 1) >> 1;
        if (!before(heap[child]!, heap[parent]!)) break;
        swap(child, parent);
        child = parent;
      }
      if (heap.length > 64 && heap.length > 2 * versions.size) compact();
    },
    drop(id) {
      versions.delete(id);
      if (heap.length > 64 && heap.length > 2 * versions.size) compact();
    },
    nextAt() {
      clean();
      return heap[0]?.at;
    },
    take(now) {
      clean();
      const top = heap[0];
      if (!top || top.at > now) return undefined;
      removeTop();
      versions.delete(top.id);
      return { id: top.id, at: top.at };
    },
  };
}
