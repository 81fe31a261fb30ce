import { useEffect, useRef } from "react";

/** Single keys for a view. Silent while somebody types or holds a modifier. */
export function useKeys(keys: Readonly<Record<string, () => void>>): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      if (event.ctrlKey || event.metaKey || event.altKey || target?.closest("input, textarea, select, [contenteditable]")) return;
      const run = current.current[event.key.toLowerCase()];
      if (!run) return;
      event.preventDefault();
      run();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}

/** The item `step` further on, staying inside the list; the first or last one when nothing is chosen. */
export function neighbour<T>(items: readonly T[], isCurrent: (item: T) => boolean, step: 1 | -1): T | undefined {
  const at = items.findIndex(isCurrent);
  if (at < 0) return step === 1 ? items[0] : items.at(-1);
  return items[Math.min(Math.max(at + step, 0), items.length - 1)];
}
