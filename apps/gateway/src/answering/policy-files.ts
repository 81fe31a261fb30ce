import { existsSync, readdirSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { type Policy, type PolicyFile, parsePolicy } from "@travelagent/agent-runtime/gate";
import { TravelAgentError } from "@travelagent/protocol";
import type { Logger } from "@travelagent/protocol/ports";

/** The files of rules in a folder, by name; none when there is no such folder. */
export const filesIn = (directory: string): PolicyFile[] =>
  existsSync(directory)
    ? readdirSync(directory)
        .filter((name) => name.endsWith(".json5"))
        .sort()
        .map((name) => ({ name: join(directory, name), text: readText(join(directory, name)) }))
    : [];

/** The files of packs, each a folder under `root`. Raises `CONFIG_INVALID` for one that is not there. */
export const filesOfPacks = (root: string, packs: readonly string[]): PolicyFile[] =>
  [...new Set(packs)].flatMap((pack) => {
    const known = readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
    if (!known.includes(pack)) throw new TravelAgentError("CONFIG_INVALID", `there is no policy pack ${pack}; there are ${known.sort().join(", ")}`);
    return filesIn(join(root, pack)).map((file) => ({ ...file, pack }));
  });

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `the policy file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}); check what it is and its rights`,
      {
        cause: error,
      },
    );
  }
}

export interface PolicyFilesOptions {
  /** Folder of the packs that come along. */
  root: string;
  /** Those that count. */
  packs: readonly string[];
  /** The agency's own rules. */
  directory: string;
  /** Set over those of all files. */
  params?: Readonly<Record<string, unknown>>;
  log: Logger;
  /** The files were read again, well or not. */
  onRead?: () => void;
}

export interface PolicyFiles {
  policy(): Policy;
  /** The files that the rules in force were read from. */
  files(): readonly PolicyFile[];
  /** Why the rules in force are not those of the files; absent while they are. */
  problem(): string | undefined;
  close(): void;
}

/**
 * The packs that come with the gateway plus the agency's own rules, read again when a file of theirs changes. At start a file
 * that cannot be read stops the gateway; later the rules in force stay, and log and health say why.
 */
export function policyFiles({ root, packs, directory, params = {}, log, onRead = () => {} }: PolicyFilesOptions): PolicyFiles {
  const read = () => {
    const files = [...filesOfPacks(root, packs), ...filesIn(directory)];
    return { files, policy: parsePolicy(files, { params }) };
  };
  let current = read();
  if (current.policy.rules.length === 0)
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `there are no rules in ${packs.join(", ") || "no pack"} and ${directory}: without rules every write is denied`,
    );
  if (!existsSync(directory)) return { policy: () => current.policy, files: () => current.files, problem: () => undefined, close() {} };
  let problem: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(directory, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      try {
        current = read();
        problem = undefined;
        log.info("the policy was read again", { rules: current.policy.rules.length, version: current.policy.version });
      } catch (error) {
        problem = TravelAgentError.from(error).message;
        log.error("a policy file is wrong; the rules in force stay", { error: problem });
      }
      onRead();
    }, 200);
    timer.unref();
  });
  watcher.on("error", (error) => log.error("changes of the policy files are no longer seen; restart after changing them", { error }));
  watcher.unref();
  return {
    policy: () => current.policy,
    files: () => current.files,
    problem: () => problem,
    close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
