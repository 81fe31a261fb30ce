import type { Tool } from "@travelagent/agent-runtime";
import { asPolicyTool, type Policy } from "@travelagent/agent-runtime/gate";
import type { GatewayConfig } from "@travelagent/config";
import type { Logger } from "@travelagent/protocol/ports";
import { warnOfPolicy } from "./policy-check.ts";
import { type PolicyFiles, policyFiles } from "./policy-files.ts";

export interface LivePolicy extends PolicyFiles {
  /** Says in the log what is suspicious where an agency has rules or parameters of its own, now and whenever they were read again. Call once the tools are there. */
  checkAgainst(tools: () => readonly Tool[]): void;
  /** The rules of this configuration, read and checked; the returned function makes them count. */
  take(next: GatewayConfig): () => void;
}

export interface LivePolicyOptions {
  /** Folder of the packs that come along. */
  root: string;
  /** Folder of the agency's own, by this configuration. Raises `CONFIG_INVALID` when it names one that is not there. */
  directoryOf(config: GatewayConfig): string;
  log: Logger;
  /** The files were read again, well or not. */
  onRead(): void;
}

/** The packs that a configuration names. */
export const packsOf = ({ policy: { pack } }: Pick<GatewayConfig, "policy">): readonly string[] => (typeof pack === "string" ? [pack] : pack);

/** The rules of the packs and of the folder that the configuration names, whichever it names now. */
export function livePolicy(config: GatewayConfig, { root, directoryOf, log, onRead }: LivePolicyOptions): LivePolicy {
  let tools: (() => readonly Tool[]) | undefined;
  let { params } = config.policy;
  const check = () => {
    // The packs that come along fit the tools that come along; what an agency adds may not.
    const own = Object.keys(params).length > 0 || files.files().some(({ pack }) => pack === undefined);
    if (tools && own) warnOfPolicy(files.files(), params, tools().map(asPolicyTool), log);
  };
  const read = (of: GatewayConfig): PolicyFiles =>
    policyFiles({
      root,
      packs: packsOf(of),
      directory: directoryOf(of),
      params: of.policy.params,
      log,
      onRead() {
        onRead();
        check();
      },
    });
  let files = read(config);
  return {
    policy: (): Policy => files.policy(),
    files: () => files.files(),
    problem: () => files.problem(),
    close: () => files.close(),
    checkAgainst(given) {
      tools = given;
      check();
    },
    take(next) {
      read(next).close();
      return () => {
        const before = files;
        files = read(next);
        ({ params } = next.policy);
        before.close();
        check();
      };
    },
  };
}
