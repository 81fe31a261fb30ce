import { relative } from "node:path";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { insideDirectory, type Sandbox, type WorkspaceAccess } from "./sandbox.ts";
import { spawnedSandbox } from "./spawned.ts";

export interface BubblewrapOptions {
  /** Absolute path of `bwrap`. */
  program: string;
  /** Seen as `/workspace`. */
  directory: string;
  access: Exclude<WorkspaceAccess, "none">;
  clock?: Clock;
}

/** Programs and their libraries. Nothing else of this machine is there: no home, no state directory, no configuration. */
const readable = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives", "/etc/ld.so.cache", "/etc/ssl/certs"];

export const bubblewrapArguments = (argv: readonly string[], { directory, access, cwd }: { directory: string; access: "ro" | "rw"; cwd: string }): string[] => [
  "--unshare-all",
  "--die-with-parent",
  "--new-session",
  "--cap-drop",
  "ALL",
  ...readable.flatMap((path) => ["--ro-bind-try", path, path]),
  "--proc",
  "/proc",
  "--dev",
  "/dev",
  "--tmpfs",
  "/tmp",
  access === "rw" ? "--bind" : "--ro-bind",
  directory,
  insideDirectory,
  "--remount-ro",
  "/",
  "--chdir",
  insidePath(directory, cwd),
  "--",
  ...argv,
];

/** A directory of ours as it is called in the sandbox. */
export function insidePath(directory: string, cwd: string): string {
  const below = relative(directory, cwd).split("\\").join("/");
  return below === "" ? insideDirectory : `${insideDirectory}/${below}`;
}

/** Namespaces of its own and no network; the processes in it end with it. */
export const bubblewrap = ({ program, directory, access, clock = systemClock }: BubblewrapOptions): Sandbox =>
  spawnedSandbox({
    kind: "bubblewrap",
    clock,
    launch: (argv, { env, cwd }) => ({
      file: program,
      args: bubblewrapArguments(argv, { directory, access, cwd }),
      env: { ...env, HOME: insideDirectory },
      cwd: "/",
    }),
  });
