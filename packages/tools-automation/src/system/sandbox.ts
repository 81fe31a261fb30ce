/** How a program ended. */
export interface Exit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  /** Why it was ended from here, if it was. */
  readonly endedBy?: "timeout" | "abort" | "kill";
}

export interface Running {
  readonly exited: Promise<Exit>;
  /** Into its standard input. Raises `CONFLICT` when that is closed. */
  write(text: string): void;
  /** Closes its standard input. */
  endInput(): void;
  /** Ends it and everything it started. Safe to call twice. */
  kill(): void;
}

export interface RunOptions {
  /** Absolute, on this machine: within the directory that the sandbox was opened for. */
  readonly cwd: string;
  /** All the program gets: nothing of the gateway's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborting ends the program and everything it started. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  /** Name the program sees itself called by. Default `argv[0]`. */
  readonly calledAs?: string | undefined;
}

export interface StartOptions extends RunOptions {
  /** Standard output and standard error, in the order they arrive. */
  onOutput(chunk: Buffer): void;
}

/** Where programs run. `argv` is started as it is: there is no shell unless it names one. */
export interface Sandbox {
  readonly kind: "none" | "bubblewrap" | "docker";
  /** Resolves when the program runs. Raises `NOT_FOUND` when there is no such program and `UNAVAILABLE` when the sandbox cannot be used. */
  start(argv: readonly string[], options: StartOptions): Promise<Running>;
  /** The whole of it: starts, hands in `stdin`, waits. Output over `maxOutputBytes` (1 MB) is dropped from the middle on. */
  run(argv: readonly string[], options: RunOptions & { stdin?: string; maxOutputBytes?: number }): Promise<Exit & { output: string }>;
}

/** What a sandboxed program sees of the workspace. */
export type WorkspaceAccess = "none" | "ro" | "rw";

/** Where the directory of a sandbox is seen inside of it. */
export const insideDirectory = "/workspace";
