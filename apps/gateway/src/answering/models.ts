import type { Model } from "@travelagent/agent-runtime";
import { anthropic } from "@travelagent/agent-runtime/models/anthropic";
import { openai } from "@travelagent/agent-runtime/models/openai";
import type { GatewayConfig } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";

type Provider = GatewayConfig["models"]["providers"][string];
export type Environment = Readonly<Record<string, string | undefined>>;

/** Silence after which the next model is asked: nobody shall wait for half a minute without a word. */
const silenceMs = 25_000;

/** What a provider offers when only its key is known. */
const vendors = {
  anthropic: { api: "anthropic", key: "ANTHROPIC_API_KEY", model: "claude-sonnet-4-5" },
  openai: { api: "openai-responses", key: "OPENAI_API_KEY", model: "gpt-5" },
} as const;

/** The providers of the file, and those whose key is in the environment. */
export const providersOf = (config: GatewayConfig, env: Environment): Record<string, Provider> => {
  const providers: Record<string, Provider> = { ...config.models.providers };
  for (const [id, { api, key, model }] of Object.entries(vendors)) {
    const apiKey = env[key];
    if (apiKey && !providers[id]) providers[id] = { api, apiKey, cooldown: true, models: [{ id: model }] };
  }
  return providers;
};

export interface ModelSet {
  /** For an agent: the one to use, then those to fall back on; the offline concierge always comes last. */
  forAgent(agentId: string): readonly Model[];
  /** Whether this provider is left in peace for a while after a failure. */
  coolsDown(provider: string): boolean;
  list(): { id: string; name: string; provider: string; contextWindow: number; reasoning: boolean; input: string[] }[];
}

/** The models that config and environment make available. Raises `CONFIG_INVALID` for a reference to one that is not there. */
export function modelSet(config: GatewayConfig, env: Environment, concierge: Model): ModelSet {
  const providers = providersOf(config, env);
  const made = new Map<string, Model>([["concierge/concierge", concierge]]);

  const make = (reference: string): Model => {
    const known = made.get(reference);
    if (known) return known;
    const [provider = "", ...rest] = reference.split("/");
    const id = rest.join("/");
    const options = providers[provider];
    if (!options)
      throw new TravelAgentError(
        "CONFIG_INVALID",
        `agents.defaults.model: there is no provider ${provider}; add models.providers.${provider}, or use concierge/concierge`,
      );
    const entry = options.models.find((candidate) => candidate.id === id);
    const common = {
      model: id,
      provider,
      ...(options.baseUrl ? { baseUrl: options.baseUrl } : {}),
      timeoutMs: options.timeoutMs ?? silenceMs,
      ...(entry && "contextWindow" in entry && entry.contextWindow ? { contextWindow: entry.contextWindow } : {}),
      ...(entry && "maxTokens" in entry && entry.maxTokens ? { maxTokens: entry.maxTokens } : {}),
    };
    const model =
      options.api === "concierge"
        ? concierge
        : options.api === "anthropic"
          ? anthropic({ ...common, apiKey: options.apiKey ?? "" })
          : openai({ ...common, api: options.api === "openai-responses" ? "responses" : "completions", ...(options.apiKey ? { apiKey: options.apiKey } : {}) });
    made.set(reference, model);
    return model;
  };

  const best = Object.entries(providers).find(([, provider]) => provider.models.length > 0);
  const fallback = best ? `${best[0]}/${best[1].models[0]!.id}` : "concierge/concierge";
  const chain = (wanted: { primary: string; fallbacks: string[] } | undefined): readonly Model[] => {
    const models = [wanted?.primary ?? fallback, ...(wanted?.fallbacks ?? [])].map(make);
    return models.includes(concierge) ? models : [...models, concierge];
  };
  const shared = chain(config.agents.defaults.model);
  const own = new Map(config.agents.list.filter((agent) => agent.model).map((agent) => [agent.id, chain(agent.model)]));

  return {
    coolsDown: (provider) => providers[provider]?.cooldown ?? false,
    forAgent: (agentId) => own.get(agentId) ?? shared,
    list: () => [
      ...Object.entries(providers).flatMap(([provider, { models }]) =>
        models.map((model) => ({
          id: model.id,
          name: model.id,
          provider,
          contextWindow: make(`${provider}/${model.id}`).contextWindow,
          reasoning: false,
          input: ["text"],
        })),
      ),
      {
        id: concierge.id,
        name: "Concierge (offline)",
        provider: concierge.provider,
        contextWindow: concierge.contextWindow,
        reasoning: false,
        input: ["text"],
      },
    ],
  };
}
