import type { TurnScope } from "@travelagent/protocol/turn";
import { isSubAgent } from "../sub-agents/sub-agent-key.ts";
import type { Tool } from "../tool.ts";
import { refusal } from "./refusal.ts";
import { names, profiles, reachesMachine, type ToolProfile } from "./tool-names.ts";

/** Names, aliases, `group:<group>` or patterns with `*`. Deny wins; a non-empty allow list lets through only what it names. */
export interface ToolRules {
  allow?: readonly string[];
  /** More than the profile and `allow` of these same rules name. It gives back nothing that another layer took away. */
  alsoAllow?: readonly string[];
  deny?: readonly string[];
}

export interface AgentToolRules extends ToolRules {
  profile?: ToolProfile;
  /**
   * Opt-in tools that this agent has in conversations with customers as well, each by its name or group. The files and programs
   * of the machine are never among them, whatever is named here.
   */
  withCustomers?: readonly string[];
}

/** Layers that each only narrow: profile, everybody, agent, channel, sandbox, sub-agent. */
export interface ExposureRules extends ToolRules {
  profile?: ToolProfile;
  /** Of agents that have neither a profile nor an allow list of their own, when `profile` is absent. Absent: all tools. */
  defaultProfile?: ToolProfile;
  byAgent?: Readonly<Record<string, AgentToolRules>>;
  byChannel?: Readonly<Record<string, ToolRules>>;
  /** The rules for a conversation whose commands run in a sandbox; undefined for one without. */
  sandbox?(turn: ExposedTo): ToolRules | undefined;
  /**
   * People of the agency on other channels, by channel and id: a direct conversation with one of them is an operator's. Only for
   * channels where nobody can pretend to be another sender.
   */
  operators?: Readonly<Record<string, readonly string[]>>;
}

/** What exposure looks at. Without session, kind and peer a conversation counts as a customer's. */
export type ExposedTo = Pick<TurnScope, "agentId" | "channel"> & Partial<Pick<TurnScope, "sessionKey" | "chatType" | "peerId">>;

/** What a sub-agent never has: it answers whoever started it and reaches no other conversation. */
const subAgentRules: ToolRules = {
  deny: ["group:sessions", "group:memory", "gateway", "agents_list", "ask_in_parallel", "cron", "login", "*_login"],
};

const own = <T>(table: Readonly<Record<string, T>> | undefined, key: string): T | undefined => (table && Object.hasOwn(table, key) ? table[key] : undefined);

const isEmpty = (list: readonly string[] | undefined): boolean => list === undefined || list.length === 0;

function profileRules(rules: ExposureRules, ofAgent: AgentToolRules | undefined): ToolRules | undefined {
  const profile = ofAgent?.profile ?? rules.profile ?? (isEmpty(ofAgent?.allow) ? rules.defaultProfile : undefined);
  if (profile === undefined || profile === "full") return undefined;
  return { allow: profiles[profile], alsoAllow: [...(rules.alsoAllow ?? []), ...(ofAgent?.alsoAllow ?? [])] };
}

const passes = (rules: ToolRules | undefined, tool: Tool): boolean => {
  if (!rules) return true;
  if (names(rules.deny, tool)) return false;
  return isEmpty(rules.allow) || names(rules.allow, tool) || names(rules.alsoAllow, tool);
};

const operatorSession = /^agent:[a-z0-9_-]+:(?:[a-z0-9_.@-]+|subagent:[^:]+)$/;

/**
 * A person of the agency speaks here and nobody else: over the gateway's own socket in one of its own sessions, or as one of
 * `operators` in a direct chat. Peer ids on the web chat are the gateway's own, so that no visitor can have this one.
 */
export const isOperators = ({ channel, chatType, peerId = "", sessionKey = "" }: ExposedTo, operators: ExposureRules["operators"]): boolean => {
  if (chatType !== "direct") return false;
  if (channel === "webchat") return peerId.startsWith("operator:") && operatorSession.test(sessionKey);
  return own(operators, channel)?.includes(peerId) ?? false;
};

/** Whether an agent's own rules name an opt-in tool: by its name, its group or a profile, and by no pattern. */
export function optsInto({ profile, allow, alsoAllow }: AgentToolRules, tool: Pick<Tool, "name" | "group">): boolean {
  const ofProfile = profile === undefined || profile === "full" ? [] : profiles[profile];
  return profile === "full" || [ofProfile, allow, alsoAllow].some((list) => names(list, tool, { exactly: true }));
}

/** An opt-in tool is there when the agent's own rules name it, and in an operator's conversation only. */
function isOptedIn(tool: Tool, turn: ExposedTo, ofAgent: AgentToolRules | undefined, operators: ExposureRules["operators"]): boolean {
  if (!ofAgent || !optsInto(ofAgent, tool)) return false;
  return isOperators(turn, operators) || (tool.effect === "read" && !reachesMachine(tool) && names(ofAgent.withCustomers, tool, { exactly: true }));
}

/** Step 2: each layer only narrows. */
export const isExposed = (tool: Tool, turn: ExposedTo, rules: ExposureRules): boolean => exposedTo(turn, rules)(tool);

/** All that exposure finds out about a turn: where it is the same, the same tools are exposed. */
export const layersFor = (turn: ExposedTo, rules: ExposureRules): readonly unknown[] => [
  rules,
  own(rules.byAgent, turn.agentId),
  own(rules.byChannel, turn.channel),
  rules.sandbox?.(turn),
  isSubAgent(turn.sessionKey ?? ""),
  isOperators(turn, rules.operators),
];

/** The same for many tools of one turn. Looks at nothing of the turn but what `layersFor` names. */
export function exposedTo(turn: ExposedTo, rules: ExposureRules): (tool: Tool) => boolean {
  const ofAgent = own(rules.byAgent, turn.agentId);
  const layers = [
    profileRules(rules, ofAgent),
    rules,
    ofAgent,
    own(rules.byChannel, turn.channel),
    rules.sandbox?.(turn),
    isSubAgent(turn.sessionKey ?? "") ? subAgentRules : undefined,
  ];
  return (tool) => layers.every((layer) => passes(layer, tool)) && (!tool.optIn || isOptedIn(tool, turn, ofAgent, rules.operators));
}

export function checkExposure(tool: Tool, turn: TurnScope, rules: ExposureRules): void {
  if (!isExposed(tool, turn, rules)) throw refusal("TOOL_NOT_ALLOWED", "gate.exposure", `${tool.name} is not available in this conversation`);
}
