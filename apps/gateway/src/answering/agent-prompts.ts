import type { Colleague, PromptOptions } from "@travelagent/agent-runtime";
import type { Gate } from "@travelagent/agent-runtime/gate";
import { isSubAgent } from "@travelagent/agent-runtime/sub-agents";
import type { GatewayConfig } from "@travelagent/config";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { Skills } from "./skills.ts";
import type { Workspaces } from "./workspaces.ts";

export interface AgentPromptsOptions {
  config(): GatewayConfig;
  gate: Pick<Gate, "specs">;
  skills: Skills;
  workspaces: Workspaces;
  agencyName: string;
  timeZone: string;
}

/** What the prompt of a turn is made from. */
export function agentPrompts({ config, gate, skills, workspaces, agencyName, timeZone }: AgentPromptsOptions): (turn: TurnScope) => PromptOptions {
  const personOf = (agentId: string): Colleague & { spoken?: string } => {
    const agent = config().agents.list.find(({ id }) => id === agentId);
    const identity = agent?.identity;
    const about = typeof identity === "string" ? identity : identity?.theme;
    const spoken = typeof identity === "object" ? identity.name : agent?.name;
    return { id: agentId, ...(agent?.name ? { name: agent.name } : {}), ...(about ? { about } : {}), ...(spoken ? { spoken } : {}) };
  };
  return (turn) => {
    const { agentId, sessionKey, channel } = turn;
    const { defaults, list } = config().agents;
    const agent = list.find(({ id }) => id === agentId);
    const { about, spoken = "the travel assistant" } = personOf(agentId);
    return {
      agencyName,
      agentName: spoken,
      mode: isSubAgent(sessionKey) ? "minimal" : "full",
      tools: gate.specs(turn).map(({ name }) => name),
      colleagues: (agent?.handoff?.to ?? []).map(personOf),
      ...skills.forAgent(agentId),
      files: workspaces.filesFor(agentId, sessionKey),
      timeZone,
      runtime: { agentId, channel },
      ...(about ? { about } : {}),
      ...(agent?.prompt ? { instructions: agent.prompt } : {}),
      ...(defaults.bootstrapMaxChars === undefined ? {} : { fileMaxChars: defaults.bootstrapMaxChars }),
    };
  };
}
