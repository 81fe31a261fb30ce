import type { ConfigHandlersOptions, ConfigIssue } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import { systemClock } from "@travelagent/protocol/ports";
import { listenAs } from "../reaching/listen.ts";
import { checkPlaintext } from "./network.ts";
import type { ConfigState } from "./reload.ts";
import type { Settings } from "./settings.ts";

/** How the `config.*` methods read and write the file of a gateway that runs: nothing is written that its parts would refuse. */
export function configAccess(settings: Settings, state: ConfigState): Omit<ConfigHandlersOptions, "version" | "clock"> {
  const { configPath, env, load, effective } = settings;
  return {
    ...load,
    path: configPath,
    env,
    effective,
    running: state.running,
    onWritten: state.written,
    async check(config) {
      const issues = [...((await load.check?.(config)) ?? []), ...state.check(config)];
      return issues.length > 0 ? issues : checkListen({ ...settings, config: effective(config) });
    },
  };
}

/** Whether a start could listen so, such as with the certificate that is named. */
async function checkListen(settings: Settings): Promise<ConfigIssue[]> {
  try {
    checkPlaintext(settings.config, await listenAs(settings, systemClock.now()));
    return [];
  } catch (error) {
    return [{ path: "gateway", message: TravelAgentError.from(error).message }];
  }
}
