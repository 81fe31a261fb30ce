/** Runs work of one key one after the other, in the order it was handed in; of different keys beside each other. */
export interface InOrder {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export function createInOrder(): InOrder {
  const last = new Map<string, Promise<unknown>>();
  return {
    run(key, work) {
      const before = last.get(key);
      const own = before ? before.then(work, work) : work();
      last.set(key, own);
      const forget = () => {
        if (last.get(key) === own) last.delete(key);
      };
      own.then(forget, forget);
      return own;
    },
  };
}
