import type { Interface } from "node:readline";

/** The lines of an interface from now on, none lost while the reader is busy; ends with the input. */
export function inputLines(source: Interface): AsyncIterableIterator<string> {
  const waiting: string[] = [];
  let ended = false;
  let wake = () => {};
  source.on("line", (line) => {
    waiting.push(line);
    wake();
  });
  source.once("close", () => {
    ended = true;
    wake();
  });
  return (async function* () {
    for (;;) {
      const line = waiting.shift();
      if (line !== undefined) yield line;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  })();
}
