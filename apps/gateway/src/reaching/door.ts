import type { Gate } from "@travelagent/agent-runtime/gate";
import type { GatewayConfig, StatePaths } from "@travelagent/config";
import { createPairing, type DoorOptions, type DoorRules, defaultLoopLimits, filePairingStore, pairingPersonalData } from "@travelagent/gateway-core";
import { guessLocale } from "@travelagent/privacy";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Clock } from "@travelagent/protocol/ports";
import { agenciesOf } from "../customers/agencies.ts";

export interface OpenedDoor {
  /** For the gateway. */
  options(audit: Pick<Gate["audit"], "write">): DoorOptions;
  /** Who was let in by code. */
  personalData: PersonalDataStore;
}

/** Words that address an agent in a group: those of its own, else those for all, else its name. */
function patternsOf({ agents, messages }: GatewayConfig, agentId: string): RegExp[] {
  const agent = agents.list.find(({ id }) => id === agentId);
  const configured = agent?.groupChat?.mentionPatterns ?? messages.groupChat?.mentionPatterns;
  if (configured) return configured.map((pattern) => new RegExp(pattern, "iu"));
  const { name, emoji } = typeof agent?.identity === "object" ? agent.identity : { name: agent?.name };
  const literal = (text: string): string => text.trim().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return [
    ...(name === undefined ? [] : [new RegExp(`(?<![\\p{L}\\p{N}])@?${literal(name)}(?![\\p{L}\\p{N}])`, "iu")]),
    ...(emoji === undefined ? [] : [new RegExp(literal(emoji), "u")]),
  ];
}

/** What the configuration asks of a message before it reaches an agent. */
function rulesOf(config: GatewayConfig): DoorRules {
  const { messages, agency, agencies } = config;
  const { enabled = true, repeats, rapid, windowMinutes } = messages.loopGuard ?? {};
  const patterns = new Map<string, RegExp[]>();
  return {
    mentionPatterns(agentId) {
      const known = patterns.get(agentId) ?? patternsOf(config, agentId);
      patterns.set(agentId, known);
      return known;
    },
    overheard: messages.groupChat?.historyLimit ?? 50,
    loop: enabled
      ? {
          repeats: repeats ?? defaultLoopLimits.repeats,
          rapid: rapid ?? defaultLoopLimits.rapid,
          windowMs: windowMinutes === undefined ? defaultLoopLimits.windowMs : windowMinutes * 60_000,
        }
      : undefined,
    onlyTravel: (messages.scope ?? "travel") === "travel",
    agencyName: (account) => agencies[agenciesOf(config)(account) ?? ""]?.name ?? agency.name,
    localeOf: (text) => guessLocale(text) ?? agency.locale,
  };
}

/** Strangers, groups, machines and what is none of ours: kept from agents by rules. */
export function openDoor({ config, paths, clock }: { config: () => GatewayConfig; paths: StatePaths; clock: Clock }): OpenedDoor {
  const store = filePairingStore({ directory: paths.credentials, clock });
  let known: { config: GatewayConfig; rules: DoorRules } | undefined;
  const rules = (): DoorRules => {
    const now = config();
    if (known?.config !== now) known = { config: now, rules: rulesOf(now) };
    return known.rules;
  };
  return {
    options: (audit) => ({
      rules,
      pairing: createPairing({ store, clock }),
      record: (tx, { runId, sessionKey, actor, decision, ruleId, reason }) =>
        audit.write(tx, { runId, sessionKey, actor, tool: ruleId, decision, ruleId, reason, actionHash: "" }),
    }),
    personalData: pairingPersonalData({ directory: paths.credentials, store, agencyOf: (account) => agenciesOf(config())(account) }),
  };
}
