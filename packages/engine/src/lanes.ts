/** Work that waits for its turn. */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly lane: string | undefined;
  /** Order of submission over all lanes. */
  readonly seq: number;
  readonly priority: number;
  /** Cancelled while it waited: skipped. */
  dropped: boolean;
  /** Submitted in this process: no run of it was ever begun. */
  readonly fresh?: true;
}

interface Lane {
  name: string;
  items: Item[];
  /** Index of the head in `items`. */
  first: number;
  busy: boolean;
}

/**
 * Who runs next. Within a lane strictly the order of submission, one at a time; between lanes the higher priority of the
 * heads, then the older one. Every operation costs the same however many lanes there are (a heap's logarithm aside).
 */
export interface Lanes {
  add(item: Item): void;
  /** The next item that may run; its lane is busy until `release`. */
  next(): Item | undefined;
  release(item: Item): void;
}

export function createLanes(): Lanes {
  const lanes = new Map<string, Lane>();
  const ready: Item[] = [];

  function headOf(lane: Lane): Item | undefined {
    while (lane.items[lane.first]?.dropped) lane.first++;
    if (lane.first > 64 && lane.first * 2 > lane.items.length) {
      lane.items = lane.items.slice(lane.first);
      lane.first = 0;
    }
    return lane.items[lane.first];
  }

  function offer(lane: Lane): void {
    if (lane.busy) return;
    const head = headOf(lane);
    if (head) push(ready, head);
    else lanes.delete(lane.name);
  }

  return {
    add(item) {
      if (item.lane === undefined) return push(ready, item);
      const known = lanes.get(item.lane);
      const lane = known ?? { name: item.lane, items: [], first: 0, busy: false };
      if (!known) lanes.set(item.lane, lane);
      const wasEmpty = headOf(lane) === undefined;
      lane.items.push(item);
      if (wasEmpty) offer(lane);
    },
    next() {
      for (;;) {
        const item = pop(ready);
        if (!item) return undefined;
        if (item.lane === undefined) {
          if (item.dropped) continue;
          return item;
        }
        const lane = lanes.get(item.lane);
        // A dropped head was replaced in its lane: what stands there now takes its place among the ready.
        if (item.dropped) {
          if (lane) offer(lane);
          continue;
        }
        if (!lane || lane.busy || headOf(lane) !== item) continue;
        lane.first++;
        lane.busy = true;
        return item;
      }
    },
    release(item) {
      const lane = item.lane === undefined ? undefined : lanes.get(item.lane);
      if (!lane) return;
      lane.busy = false;
      offer(lane);
    },
  };
}

const before = (a: Item, b: Item) => a.priority > b.priority || (a.priority === b.priority && a.seq < b.seq);

function push(heap: Item[], item: Item): void {
  let at = heap.push(item) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!before(item, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = item;
}

function pop(heap: Item[]): Item | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (!top || !last || heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return top;
}
