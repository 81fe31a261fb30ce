import { fittingSkills } from "@travelagent/agent-runtime/skills";
import type { GatewayConfig } from "@travelagent/config";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import { parseSessionKey } from "@travelagent/sessions";
import type { ConfiguredRouting } from "../configuration/routing.ts";
import { commandTable } from "./directives.ts";
import type { ModelSet } from "./models.ts";
import type { Skills } from "./skills.ts";

export interface CatalogueOptions {
  /** Asked at every call, like the others: the configuration may change while the gateway runs. */
  config(): GatewayConfig;
  routing(): Pick<ConfiguredRouting, "defaultAgentId" | "agents" | "bindings" | "broadcast" | "handoff">;
  models(): ModelSet;
  skills: Skills;
  workspaceDir: string;
  /** Where the files of an agent are. */
  workspaceOf(agentId: string): string;
  managedSkillsDir: string;
}

const commands = commandTable.map(({ name, args, description }) => ({
  name,
  textAliases: [`/${name}`],
  description,
  category: "session" as const,
  source: "native" as const,
  scope: "text" as const,
  acceptsArgs: args !== "",
}));

/** Commands that are no skill's, without the slash. */
export const ownCommands: readonly string[] = commands.map(({ name }) => name);

/** What this gateway has, for clients that offer a choice of it. */
export function catalogueHandlers({ config, routing, models, skills, workspaceDir, workspaceOf, managedSkillsDir }: CatalogueOptions): Handlers {
  const identityOf = (id: string) => {
    const { agents } = routing();
    const agent = agents.find((one) => one.id === id);
    if (!agent) throw new TravelAgentError("INVALID_REQUEST", `there is no agent ${id}; known: ${agents.map((one) => one.id).join(", ")}`);
    const given = config().agents.list.find((one) => one.id === id)?.identity;
    const identity = typeof given === "object" ? given : undefined;
    const theme = typeof given === "string" ? given : identity?.theme;
    const name = identity?.name ?? agent.name ?? "Travel assistant";
    return {
      name,
      named: identity !== undefined || agent.name !== undefined,
      ...(identity?.emoji ? { emoji: identity.emoji } : {}),
      ...(theme ? { theme } : {}),
    };
  };
  const reference = (id: string): string[] =>
    models()
      .forAgent(id)
      .map((model) => `${model.provider}/${model.id}`);

  return {
    "routing.list": () => {
      const { defaultAgentId, bindings, broadcast, handoff = {} } = routing();
      return {
        defaultId: defaultAgentId,
        bindings: bindings.map(({ agentId, match }) => ({ agentId, match: { ...match } })),
        ...(broadcast ? { broadcast } : {}),
        handoff: Object.fromEntries(Object.entries(handoff).map(([id, to]) => [id, [...to]])),
      };
    },

    "agents.list": () => {
      const { defaultAgentId, agents } = routing();
      return {
        defaultId: defaultAgentId,
        mainKey: "main",
        scope: "per-sender",
        agents: agents.map(({ id, name }) => {
          const { named, ...identity } = identityOf(id);
          const [primary, ...fallbacks] = reference(id);
          return {
            id,
            ...(name ? { name } : {}),
            ...(named || identity.theme ? { identity } : {}),
            workspace: workspaceOf(id),
            model: { ...(primary ? { primary } : {}), ...(fallbacks.length > 0 ? { fallbacks } : {}) },
          };
        }),
      };
    },

    "agent.identity.get": (params) => {
      const ofSession = params?.sessionKey ? parseSessionKey(params.sessionKey) : undefined;
      const agentId = (params?.agentId ?? (ofSession && "agentId" in ofSession ? ofSession.agentId : undefined) ?? routing().defaultAgentId).toLowerCase();
      const { name, emoji, named } = identityOf(agentId);
      return { agentId, name, nameSource: named ? "config" : "default", avatar: emoji ?? Array.from(name)[0]!.toUpperCase(), ...(emoji ? { emoji } : {}) };
    },

    "models.list": () => ({ models: models().list() }),

    "commands.list": (params) => ({
      commands:
        params?.scope === "native"
          ? []
          : [
              ...commands,
              ...[...skills.forAgent(params?.agentId ?? routing().defaultAgentId).commands].map(([name, { description }]) => ({
                name,
                textAliases: [`/${name}`],
                description,
                source: "skill",
                scope: "text",
                acceptsArgs: true,
              })),
            ],
    }),

    "skills.status": (params) => {
      const { skills: found, leftOut } = skills.all();
      const inPrompt = new Set(fittingSkills(skills.forAgent(params?.agentId ?? routing().defaultAgentId).skills).fitting.map(({ name }) => name));
      const wanted = params?.agentId === undefined ? undefined : config().agents.list.find(({ id }) => id === params.agentId)?.skills;
      return {
        workspaceDir,
        managedSkillsDir,
        ...(params?.agentId ? { agentId: params.agentId } : {}),
        skills: found.map(({ body: _, ...skill }) => ({
          ...skill,
          bundled: skill.source === "bundled",
          blockedByAllowlist: wanted !== undefined && !wanted.includes(skill.name),
          inPrompt: inPrompt.has(skill.name),
          configChecks: skill.requirements.config.map((path) => ({ path, satisfied: !skill.missing.config.includes(path) })),
          install: [],
        })),
        leftOut,
      };
    },
  };
}
