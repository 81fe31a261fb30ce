import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import { type ExecAction, ExecApprovalsFile, isPathPattern, withAllowed } from "@travelagent/protocol/exec";

/** The rules of this machine for commands that come from a gateway, in a file of its owner's. */
export interface OwnRules {
  /** A file that cannot be read allows nothing. */
  read(): Promise<{ path: string; exists: boolean; hash: string; file: ExecApprovalsFile }>;
  /** Raises `CONFLICT` when `baseHash` is not that of the rules that are there. */
  write(file: unknown, baseHash: string | undefined): ReturnType<OwnRules["read"]>;
  /** Puts the program on the allowlist. */
  allow(action: ExecAction): Promise<void>;
}

const initial: ExecApprovalsFile = { version: 1, defaults: { security: "allowlist", ask: "on-miss", askFallback: "deny" }, agents: {} };
const closed: ExecApprovalsFile = { version: 1, defaults: { security: "deny" } };

export function ownRules(path: string, now: () => number): OwnRules {
  let last: Promise<unknown> = Promise.resolve();
  /** One change after the other. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  const read: OwnRules["read"] = async () => {
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
      return missing ? { path, exists: false, hash: hashOf(initial), file: initial } : { path, exists: true, hash: "unreadable", file: closed };
    }
    const file = ExecApprovalsFile.safeParse(parsed(text));
    return { path, exists: true, ...(file.success ? { hash: hashOf(file.data), file: file.data } : { hash: "unreadable", file: closed }) };
  };
  const store = async (file: ExecApprovalsFile) => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(`${path}.new`, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
    return read();
  };
  return {
    read,
    write: (given, baseHash) =>
      alone(async () => {
        const file = ExecApprovalsFile.safeParse(given);
        if (!file.success) throw new TravelAgentError("INVALID_REQUEST", `these are no rules for commands: ${file.error.issues[0]?.message ?? "wrong shape"}`);
        const wrong = Object.values(file.data.agents ?? {})
          .flatMap(({ allowlist }) => allowlist ?? [])
          .find(({ pattern }) => !isPathPattern(pattern));
        if (wrong) throw new TravelAgentError("INVALID_REQUEST", `"${wrong.pattern}" is no path of an executable: write it whole, such as /usr/bin/git`);
        const before = await read();
        if (before.exists ? baseHash !== before.hash : baseHash !== undefined && baseHash !== before.hash)
          throw new TravelAgentError("CONFLICT", "the rules of this node changed meanwhile: read them again, and send their hash as baseHash");
        return store(file.data);
      }),
    allow: (action) =>
      alone(async () => {
        const { file } = await read();
        const next = withAllowed(file, action, { lastUsedAt: now() });
        if (next !== file) await store(next);
      }),
  };
}

const hashOf = (file: ExecApprovalsFile): string => createHash("sha256").update(canonicalJson(file)).digest("hex");

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
