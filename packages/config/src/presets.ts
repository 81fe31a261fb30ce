/** An agent of a preset, in the keys of `agents.list`. */
interface PresetAgent {
  id: string;
  name: string;
  identity: { name: string; theme: string };
  tools: { deny: string[] };
  handoff: { to: string[] };
}

interface Preset {
  /** The first one answers whom no binding names. */
  agents: readonly PresetAgent[];
  bindings: readonly { agentId: string; match: { booking: string } }[];
}

/** Agents that come along. What they say about themselves stands in the files of their workspaces. */
const presets: Readonly<Record<"agency", Preset>> = {
  agency: {
    agents: [
      {
        id: "booking",
        name: "Booking desk",
        identity: { name: "the booking desk", theme: "finds and books new travel" },
        tools: { deny: ["modify_booking", "cancel_booking"] },
        handoff: { to: ["service", "sales"] },
      },
      {
        id: "service",
        name: "Customer service",
        identity: { name: "customer service", theme: "looks after existing bookings: changes, cancellations, refunds, disruptions" },
        tools: { deny: ["create_booking"] },
        handoff: { to: ["booking", "sales"] },
      },
      {
        id: "sales",
        name: "Sales",
        identity: { name: "the sales desk", theme: "groups, companies, tailor-made trips and anything that needs an offer first" },
        tools: { deny: ["create_booking", "modify_booking", "cancel_booking"] },
        handoff: { to: ["booking", "service"] },
      },
    ],
    bindings: [{ agentId: "service", match: { booking: "*" } }],
  },
};

export type PresetName = keyof typeof presets;

interface WithAgents<Agent extends { id: string }, Bound> {
  agents: { preset?: PresetName | undefined; list: Agent[] };
  bindings: Bound[];
}

/** A configuration with the agents of its preset in front of its own: an entry with the same id changes the preset's, key by key. Its own bindings come first. */
export function withPreset<Agent extends { id: string }, Bound, Config extends WithAgents<Agent, Bound>>(config: Config): Config {
  const { preset: name, list } = config.agents;
  if (name === undefined) return config;
  const { agents, bindings } = presets[name];
  const changed = agents.map((agent) => ({ ...agent, ...list.find(({ id }) => id === agent.id) }));
  const further = list.filter(({ id }) => !agents.some((agent) => agent.id === id));
  return {
    ...config,
    agents: { ...config.agents, list: [...changed, ...further] },
    bindings: [...config.bindings, ...bindings],
  };
}
