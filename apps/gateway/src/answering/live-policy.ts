import type { Policy } from "@travelagent/agent-runtime/gate";
import type { GatewayConfig } from "@travelagent/config";
import type { Logger } from "@travelagent/protocol/ports";
import { type PolicyFiles, policyFiles } from "./policy-files.ts";

export interface LivePolicy extends PolicyFiles {
  /** The rules of this configuration, read and checked; the returned function makes them count. */
  take(next: GatewayConfig): () => void;
}

export interface LivePolicyOptions {
  /** Folder of the rules that come along. */
  pack: string;
  /** Folder of the agency's own, by this configuration. Raises `CONFIG_INVALID` when it names one that is not there. */
  directoryOf(config: GatewayConfig): string;
  log: Logger;
  /** The files were read again, well or not. */
  onRead(): void;
}

/** The rules of the folder that the configuration names, whichever it names now. */
export function livePolicy(config: GatewayConfig, { pack, directoryOf, log, onRead }: LivePolicyOptions): LivePolicy {
  const read = (of: GatewayConfig): PolicyFiles => policyFiles({ pack, directory: directoryOf(of), log, onRead });
  let files = read(config);
  return {
    policy: (): Policy => files.policy(),
    problem: () => files.problem(),
    close: () => files.close(),
    take(next) {
      read(next).close();
      return () => {
        const before = files;
        files = read(next);
        before.close();
      };
    },
  };
}
