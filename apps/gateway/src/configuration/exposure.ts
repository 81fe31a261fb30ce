import type { ExposureRules } from "@travelagent/agent-runtime/gate";
import type { GatewayConfig } from "@travelagent/config";

/** Which tools a configuration lets agents use. */
export const exposureOf = ({ tools, agents }: GatewayConfig): Required<Pick<ExposureRules, "allow" | "deny" | "byAgent">> => ({
  allow: tools.allow ?? [],
  deny: tools.deny ?? [],
  byAgent: Object.fromEntries(agents.list.flatMap(({ id, tools: own }) => (own ? [[id, { allow: own.allow ?? [], deny: own.deny ?? [] }]] : []))),
});

/** Rules that are looked up anew at every call. */
export const liveExposure = (current: () => ReturnType<typeof exposureOf>): ExposureRules => ({
  get allow() {
    return current().allow;
  },
  get deny() {
    return current().deny;
  },
  get byAgent() {
    return current().byAgent;
  },
});
