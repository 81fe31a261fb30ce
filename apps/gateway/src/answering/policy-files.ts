import { existsSync, readdirSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { type Policy, parsePolicy } from "@travelagent/agent-runtime/gate";
import { TravelAgentError } from "@travelagent/protocol";
import type { Logger } from "@travelagent/protocol/ports";

const files = (directory: string): { name: string; text: string }[] =>
  existsSync(directory)
    ? readdirSync(directory)
        .filter((name) => name.endsWith(".json5"))
        .sort()
        .map((name) => ({ name: join(directory, name), text: readText(join(directory, name)) }))
    : [];

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
  pack: string;
  directory: string;
  log: Logger;
  /** The files were read again, well or not. */
  onRead?: () => void;
}

export interface PolicyFiles {
  policy(): Policy;
  /** Why the rules in force are not those of the files; absent while they are. */
  problem(): string | undefined;
  close(): void;
}

/**
 * The pack that comes with the gateway plus the agency's own rules, read again when a file of theirs changes. At start a file
 * that cannot be read stops the gateway; later the rules in force stay, and log and health say why.
 */
export function policyFiles({ pack, directory, log, onRead = () => {} }: PolicyFilesOptions): PolicyFiles {
  const read = () => parsePolicy([...files(pack), ...files(directory)]);
  let current = read();
  if (current.rules.length === 0) throw new TravelAgentError("CONFIG_INVALID", `there is no policy in ${pack}: without rules every write is denied`);
  if (!existsSync(directory)) return { policy: () => current, problem: () => undefined, close() {} };
  let problem: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(directory, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      try {
        current = read();
        problem = undefined;
        log.info("the policy was read again", { rules: current.rules.length });
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
    policy: () => current,
    problem: () => problem,
    close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
