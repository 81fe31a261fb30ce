import { optsInto } from "@travelagent/agent-runtime/gate";
import type { GatewayConfig } from "@travelagent/config";

/** Agents whose own rules open at least one of these opt-in tools. */
export const agentsThatName = ({ agents }: GatewayConfig, wanted: readonly { name: string; group: string }[]): string[] =>
  agents.list.flatMap(({ id, tools }) => {
    if (!tools) return [];
    const { profile, allow, alsoAllow } = tools;
    const rules = { ...(profile ? { profile } : {}), ...(allow ? { allow } : {}), ...(alsoAllow ? { alsoAllow } : {}) };
    return wanted.some((tool) => optsInto(rules, tool)) ? [id] : [];
  });

/** The tool that looks at pictures. */
export const imageName = { name: "image", group: "media" } as const;
