import type { Readable, Writable } from "node:stream";

/** Everything a command takes from the world around it. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  cwd: string;
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean };
}
