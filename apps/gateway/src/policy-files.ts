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

/**
 * The pack that comes with the gateway plus the agency's own rules, read again when a file of theirs changes. At start a file
 * that cannot be read stops the gateway; later the rules in force stay and the log says why.
 */
export function policyFiles({ pack, directory, log }: { pack: string; directory: string; log: Logger }): { policy(): Policy; close(): void } {
  const read = () => parsePolicy([...files(pack), ...files(directory)]);
  let current = read();
  if (current.rules.length === 0) throw new TravelAgentError("CONFIG_INVALID", `there is no policy in ${pack}: without rules every write is denied`);
  if (!existsSync(directory)) return { policy: () => current, close() {} };
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(directory, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      try {
        current = read();
        log.info("the policy was read again", { rules: current.rules.length });
      } catch (error) {
        log.error("a policy file is wrong; the rules in force stay", { error: TravelAgentError.from(error).message });
      }
    }, 200);
    timer.unref();
  });
  watcher.on("error", (error) => log.error("changes of the policy files are no longer seen; restart after changing them", { error }));
  watcher.unref();
  return {
    policy: () => current,
    close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
