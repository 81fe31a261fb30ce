import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";

interface PortNote {
  pid: number;
  /** Milliseconds since the epoch. */
  since: number;
  stateDir: string;
}

const noteDirectory = (): string => join(tmpdir(), `travelagent-${userInfo().uid}`);
const notePath = (port: number): string => join(noteDirectory(), `port-${port}.json`);

/**
 * Before anything is opened: raises `CONFLICT` when the port is taken, with the process that has it when that is a gateway of
 * this user. An address that cannot be bound for another reason is left to `serve`.
 */
export async function checkPort(port: number, host: string): Promise<void> {
  if (port === 0 || !(await isTaken(port, host))) return;
  const holder = readNote(port);
  const who = holder ? `the gateway of process ${holder.pid} since ${new Date(holder.since).toISOString()} (state in ${holder.stateDir})` : "another program";
  throw new TravelAgentError("CONFLICT", `port ${port} on ${host} is already in use by ${who}: stop it, or choose another port with --port`, {
    details: { port, host, ...(holder ?? {}) },
  });
}

/** Says for as long as the port is ours who has it. The returned function takes it back. */
export function notePort(port: number, note: PortNote): () => void {
  try {
    mkdirSync(noteDirectory(), { recursive: true, mode: 0o700 });
    // The directory lies where everybody may write: what another user has put there first is left alone.
    if (!isOurs(noteDirectory())) return () => {};
    sweepNotes();
    writeFileSync(notePath(port), `${JSON.stringify(note)}\n`, { mode: 0o600 });
  } catch {
    // It only makes a message clearer.
    return () => {};
  }
  return () => {
    if (readNote(port)?.pid === note.pid) rmSync(notePath(port), { force: true });
  };
}

/** Whoever was killed has left theirs behind. */
function sweepNotes(): void {
  for (const name of readdirSync(noteDirectory())) {
    const port = /^port-(\d+)\.json$/.exec(name)?.[1];
    if (port !== undefined && !readNote(Number(port))) rmSync(notePath(Number(port)), { force: true });
  }
}

function readNote(port: number): PortNote | undefined {
  try {
    if (!isOurs(noteDirectory())) return undefined;
    const { pid, since, stateDir } = JSON.parse(readFileSync(notePath(port), "utf8")) as Partial<PortNote>;
    if (typeof pid !== "number" || typeof since !== "number" || typeof stateDir !== "string") return undefined;
    process.kill(pid, 0);
    return { pid, since, stateDir };
  } catch {
    return undefined;
  }
}

function isOurs(directory: string): boolean {
  const found = lstatSync(directory);
  return found.isDirectory() && found.uid === userInfo().uid;
}

const isTaken = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(false)));
  });
