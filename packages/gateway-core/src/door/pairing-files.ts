import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import * as z from "zod";
import { type Account, accountKey } from "./account.ts";

/** Somebody who asks to be let in. Times are ISO 8601 in UTC. */
export const PairingEntry = z.object({
  /** On the platform. */
  id: z.string().min(1),
  code: z.string().min(1),
  createdAt: z.string(),
  lastSeenAt: z.string(),
  meta: z.record(z.string(), z.string()).optional(),
});
export type PairingEntry = z.infer<typeof PairingEntry>;

/** Who asks and who was let in, of one account. */
export interface PairingState {
  requests: PairingEntry[];
  allowFrom: string[];
}

export interface PairingStore {
  /** As it is now, also when another program wrote it. */
  read(account: Account): Promise<PairingState>;
  /** What `change` makes of it is durable when this resolves. One at a time, also across processes. Raises `STORAGE_BUSY`. */
  change<T>(account: Account, change: (state: PairingState) => T): Promise<T>;
}

const Requests = z.object({ version: z.literal(1), requests: z.array(PairingEntry) });
const AllowFrom = z.object({ version: z.literal(1), allowFrom: z.array(z.string()) });

const lockStaleMs = 30_000;
const lockTries = 10;
const lockPause = { firstMs: 100, longestMs: 10_000 };

/** Names of channels and accounts come from configuration and plugins: whatever they are, the file lies in its folder. */
const asFileName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9_-]/gu, (sign) => `%${sign.codePointAt(0)!.toString(16).padStart(6, "0")}`);
const stem = ({ channel, accountId }: Account): string => (accountId === "default" ? asFileName(channel) : `${asFileName(channel)}.${asFileName(accountId)}`);
const asName = (fileName: string): string => fileName.replace(/%([0-9a-f]{6})/g, (_, sign: string) => String.fromCodePoint(Number.parseInt(sign, 16)));

/** Whose file this is; undefined for any other. */
export function accountOfFile(name: string): Account | undefined {
  const found = /^([a-z0-9_%-]+)(?:\.([a-z0-9_%-]+))?-(?:pairing|allowFrom)\.json$/.exec(name);
  return found ? { channel: asName(found[1]!), accountId: found[2] === undefined ? "default" : asName(found[2]) } : undefined;
}

/** The files `<channel>-pairing.json` and `<channel>-allowFrom.json` (`<channel>.<account>-…` of a further account), mode 0600. */
export function filePairingStore({ directory, clock = systemClock }: { directory: string; clock?: Clock }): PairingStore {
  const paths = (account: Account) => ({
    requests: join(directory, `${stem(account)}-pairing.json`),
    allowFrom: join(directory, `${stem(account)}-allowFrom.json`),
  });
  const seen = new Map<string, { stamp: string; value: unknown }>();
  const lanes = new Map<string, Promise<unknown>>();

  async function readJson<T>(path: string, shape: z.ZodType<T>): Promise<T | undefined> {
    const found = await stat(path).catch(() => undefined);
    if (!found) return undefined;
    const stamp = `${found.ino}:${found.mtimeMs}:${found.size}`;
    const known = seen.get(path);
    if (known?.stamp === stamp) return known.value as T;
    try {
      const value = shape.parse(JSON.parse(await readFile(path, "utf8")));
      seen.set(path, { stamp, value });
      return value;
    } catch (error) {
      throw new TravelAgentError("UNAVAILABLE", `${path} cannot be read; mend it or move it away, and nobody is let in by code until then`, { cause: error });
    }
  }

  async function writeJson(path: string, value: unknown): Promise<void> {
    const next = `${path}.${randomUUID().slice(0, 8)}.tmp`;
    try {
      await writeFile(next, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
      await rename(next, path);
    } catch (error) {
      await unlink(next).catch(() => undefined);
      throw new TravelAgentError("UNAVAILABLE", `${path} cannot be written; check that the folder is yours and that there is room`, { cause: error });
    }
    seen.delete(path);
  }

  const read = async (account: Account): Promise<PairingState> => {
    const { requests, allowFrom } = paths(account);
    const [asking, allowed] = await Promise.all([readJson(requests, Requests), readJson(allowFrom, AllowFrom)]);
    return { requests: asking?.requests.map((one) => ({ ...one })) ?? [], allowFrom: [...(allowed?.allowFrom ?? [])] };
  };

  async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
    const lock = `${path}.lock`;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (let tried = 0; ; tried++) {
      const taken = await open(lock, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") return undefined;
        throw new TravelAgentError("UNAVAILABLE", `${lock} cannot be written; check that the folder is yours and that there is room`, { cause: error });
      });
      if (taken) {
        await taken.close();
        break;
      }
      const age = clock.now() - ((await stat(lock).catch(() => undefined))?.mtimeMs ?? clock.now());
      // Its owner died: a write takes milliseconds.
      if (age > lockStaleMs) await unlink(lock).catch(() => undefined);
      else if (tried >= lockTries) throw new TravelAgentError("STORAGE_BUSY", `another program is writing ${path}; try again, or delete ${lock} when none is`);
      else await new Promise<void>((resolve) => void clock.after(Math.min(lockPause.longestMs, lockPause.firstMs * 2 ** tried), resolve));
    }
    try {
      return await work();
    } finally {
      await unlink(lock).catch(() => undefined);
    }
  }

  return {
    read,
    change(account, change) {
      const key = accountKey(account);
      const before = lanes.get(key) ?? Promise.resolve();
      const mine = before
        .catch(() => undefined)
        .then(() =>
          locked(paths(account).requests, async () => {
            const state = await read(account);
            const was = JSON.stringify(state);
            const result = change(state);
            if (JSON.stringify(state) === was) return result;
            const { requests, allowFrom } = paths(account);
            const old = JSON.parse(was) as PairingState;
            // Who was let in first: a crash in between leaves a request too many, never somebody approved who is not let in.
            if (JSON.stringify(old.allowFrom) !== JSON.stringify(state.allowFrom)) await writeJson(allowFrom, { version: 1, allowFrom: state.allowFrom });
            if (JSON.stringify(old.requests) !== JSON.stringify(state.requests)) await writeJson(requests, { version: 1, requests: state.requests });
            return result;
          }),
        );
      lanes.set(key, mine);
      void mine.catch(() => undefined).finally(() => lanes.get(key) === mine && lanes.delete(key));
      return mine;
    },
  };
}
