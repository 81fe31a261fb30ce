import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { type ConfigSnapshot, type LoadOptions, loadConfigFile } from "./load.ts";
import type { Environment } from "./substitute.ts";

export interface WatchOptions extends LoadOptions {
  /** What the program runs with now. */
  current: ConfigSnapshot;
  env: Environment;
  /** A new, valid configuration. Must not throw. */
  onChange(snapshot: ConfigSnapshot): void;
  /** The file is bad now; go on with what you have. Must not throw. */
  onInvalid(snapshot: ConfigSnapshot): void;
  /** How long the file must be left alone before it is read; a function is asked at every change. Default 300. */
  debounceMs?: number | (() => number);
  clock?: Clock;
}

const rewatchAfterMs = 2_000;

/** Follows a configuration file and everything it includes. Never throws; a file that goes away is the empty configuration. */
export function watchConfigFile({ current, env, onChange, onInvalid, debounceMs = 300, clock = systemClock, ...options }: WatchOptions): { close(): void } {
  let last = fingerprint(current);
  let closed = false;
  let reading = 0;
  let cancelTimer = () => {};
  const watchers = new Map<string, FSWatcher>();

  let files: readonly string[] = current.files;
  const soon = (delayMs: number) => {
    cancelTimer();
    cancelTimer = clock.after(delayMs, () => void reload());
  };
  const whenLeftAlone = () => soon(typeof debounceMs === "function" ? debounceMs() : debounceMs);

  /** Directories, not files: an editor that saves by renaming would leave us watching the old file. */
  function follow(): void {
    const wanted = new Map<string, Set<string>>();
    for (const file of files) wanted.set(dirname(file), (wanted.get(dirname(file)) ?? new Set()).add(basename(file)));
    for (const [, watcher] of watchers) watcher.close();
    watchers.clear();
    for (const [directory, names] of wanted) {
      try {
        const watcher = watch(directory, { persistent: false }, (_event, name) => {
          // A link of the directory's own may be what the file is reached through, as in a mounted configuration.
          if (name === null || names.has(name) || name.startsWith("..")) whenLeftAlone();
        });
        watcher.on("error", () => soon(rewatchAfterMs));
        watchers.set(directory, watcher);
      } catch {
        soon(rewatchAfterMs);
      }
    }
  }

  /** Watched first and read then: what changes in between is seen by one of the two. */
  async function readFollowed(): Promise<ConfigSnapshot> {
    for (;;) {
      follow();
      const snapshot = await loadConfigFile(current.path, env, options);
      const known = new Set(files);
      const isFollowed = snapshot.files.every((file) => known.has(file));
      files = snapshot.files;
      if (isFollowed || closed) return snapshot;
    }
  }

  async function reload(): Promise<void> {
    if (closed) return;
    reading += 1;
    const mine = reading;
    const snapshot = await readFollowed();
    // Who began to read later has read what is there now.
    if (closed || mine !== reading) return;
    const print = fingerprint(snapshot);
    if (print === last) return;
    last = print;
    if (snapshot.config) onChange(snapshot);
    else onInvalid(snapshot);
  }

  follow();
  // It may have changed since it was read for the start.
  whenLeftAlone();
  return {
    close() {
      closed = true;
      cancelTimer();
      for (const [, watcher] of watchers) watcher.close();
      watchers.clear();
    },
  };
}

/** Equal for files that mean the same. */
const fingerprint = ({ config, issues }: ConfigSnapshot): string => JSON.stringify(config ?? issues);
