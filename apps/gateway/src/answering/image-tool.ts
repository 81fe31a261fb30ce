import type { Tool } from "@travelagent/agent-runtime";
import type { GatewayConfig } from "@travelagent/config";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { ModelSet } from "./models.ts";
import { agentsThatName, imageName } from "./opted-in.ts";
import type { SystemTools } from "./system-tools.ts";
import type { VisionParts } from "./vision.ts";

/** The tool that looks at pictures, for agents whose own rules name it. It is there while one of them has a model that sees. */
export interface ImageTool {
  /** These and, where it is there, `image`. The same array as long as they are the same. */
  beside(others: readonly Tool[]): readonly Tool[];
  /** From now on models can be asked. Resolves when the tool is there, if it is wanted. */
  begin(models: () => ModelSet, parts: Pick<VisionParts, "observed" | "cooldowns" | "usage" | "db">): Promise<void>;
}

interface Parts {
  /** Asked at every use: the configuration may change while the gateway runs. */
  config(): GatewayConfig;
  workplace: SystemTools["workplace"];
  clock: Clock;
  log: Logger;
}

/** `started` is what the gateway starts with: whether pictures may come from the web, `tools.web`, changes with a restart alone. */
export function openImageTool(started: GatewayConfig, { config, workplace, clock, log }: Parts): ImageTool {
  const { web } = started.tools;
  let begun: { models: () => ModelSet; parts: Parameters<ImageTool["begin"]>[1] } | undefined;
  let loading: Promise<void> | undefined;
  let tool: Tool | undefined;

  async function load({ models, parts }: NonNullable<typeof begun>): Promise<void> {
    const [{ imageTool }, { createVision }] = await Promise.all([import("@travelagent/tools-automation/image"), import("./vision.ts")]);
    const vision = createVision({ models: (agentId) => models().forImages(agentId), ...parts, clock, log });
    if (!web.fetch.enabled) {
      tool = imageTool({ vision, workplace });
      return;
    }
    const { createGuardedFetch } = await import("@travelagent/tools-automation/web");
    const get = createGuardedFetch({
      allowPrivateHosts: web.allowPrivateHosts,
      timeoutMs: web.fetch.timeoutSeconds * 1000,
      maxBytes: 10_000_000,
      clock,
    });
    tool = imageTool({ vision, workplace, get });
  }

  let checked: { config: GatewayConfig; models: ModelSet; isWanted: boolean } | undefined;
  function isWanted(given: GatewayConfig): boolean {
    if (!begun) return false;
    const now = { config: given, models: begun.models() };
    if (checked?.config === now.config && checked.models === now.models) return checked.isWanted;
    const agents = agentsThatName(now.config, [imageName]);
    checked = { ...now, isWanted: agents.some((agentId) => now.models.forImages(agentId).length > 0) };
    if (agents.length > 0 && !checked.isWanted)
      log.info('there is no tool "image": no model that sees pictures is configured; set agents.defaults.imageModel', { agents });
    return checked.isWanted;
  }

  /** Once, when it is first wanted; the next turn has it. */
  const loaded = (): Promise<void> => {
    loading ??= load(begun!).catch((error: unknown) => log.error('the tool "image" could not be loaded', { error: String(error) }));
    return loading;
  };

  let others: readonly Tool[] = [];
  let all: readonly Tool[] = [];
  let counted: Tool | undefined;
  return {
    async begin(models, parts) {
      begun = { models, parts };
      if (isWanted(started)) await loaded();
    },
    beside(now) {
      const wanted = isWanted(config());
      if (wanted && !tool) void loaded();
      const own = wanted ? tool : undefined;
      if (now !== others || counted !== own) {
        others = now;
        counted = own;
        all = own ? [...now, own] : now;
      }
      return all;
    },
  };
}
