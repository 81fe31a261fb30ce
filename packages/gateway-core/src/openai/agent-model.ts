import { TravelAgentError } from "@travelagent/protocol";

/** An agent as clients of these endpoints name a model. */
export const modelOf = (agentId: string): string => `travelagent:${agentId}`;

export interface AgentModels {
  /** `travelagent`, `travelagent:<agent>`, `travelagent/<agent>` or `agent:<agent>`. Raises `NOT_FOUND` for anything else. */
  agentOf(model: string): string;
  list(): readonly ModelObject[];
}

export interface ModelObject {
  id: string;
  object: "model";
  created: number;
  owned_by: "travelagent";
}

/** The agents there are; asked for each request, since they may change. */
export type ReadAgents = () => { agentIds: readonly string[]; defaultAgentId: string };

/** `since`: what is told as the time of their making, in milliseconds. */
export function agentModels(agents: ReadAgents, since: number): AgentModels {
  const created = Math.floor(since / 1000);
  const list = () => ["travelagent", ...agents().agentIds.map(modelOf)].map((id): ModelObject => ({ id, object: "model", created, owned_by: "travelagent" }));
  return {
    agentOf(model) {
      const { agentIds, defaultAgentId } = agents();
      const named = model === "travelagent" ? defaultAgentId : /^(?:travelagent[:/]|agent:)(.+)$/.exec(model)?.[1];
      if (named !== undefined && agentIds.includes(named)) return named;
      throw new TravelAgentError(
        "NOT_FOUND",
        `the model ${model} does not exist here; there are ${list()
          .map(({ id }) => id)
          .join(", ")}`,
        {
          details: { openai: "model_not_found", param: "model" },
        },
      );
    },
    list,
  };
}
