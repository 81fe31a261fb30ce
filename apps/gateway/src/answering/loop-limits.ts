import type { LoopLimits } from "@travelagent/agent-runtime";
import type { GatewayConfig } from "@travelagent/config";

/** What the configuration says of how far a turn may go. */
export const loopLimits = ({ agents: { defaults } }: GatewayConfig): Partial<LoopLimits> =>
  defaults.maxParkedSeconds === undefined ? {} : { maxParkedMs: defaults.maxParkedSeconds * 1000 };
