import type { Model } from "@travelagent/agent-runtime";
import { type KeyPin, type KeyRing, keyMark, type RotatingOptions, rotating } from "@travelagent/agent-runtime/models/keys";
import type { GatewayConfig } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { ThinkingLevel } from "@travelagent/protocol/turn";
import { type ModelCatalogue, type ResolvedModel, resolveModel } from "./model-catalogue.ts";
import { conciergeReference, modelFactory } from "./model-factory.ts";
import { type Environment, keysOf, providersOf } from "./model-providers.ts";

export { type Environment, providersOf } from "./model-providers.ts";

/** What a session wants otherwise than its agent's configuration. */
export interface SessionChoice {
  /** A reference, as `resolve` gives it. One that may no longer be chosen counts as none. */
  model?: string | undefined;
  /** The key to keep to, for models of its provider. A plain id is one that a person chose: no other key answers in its place. */
  authProfile?: string | KeyPin | undefined;
  /** Told with every answer which key gave it, so that a session can keep to it. */
  onKey?(id: string): void;
}

/** A type and no interface: the wire takes further keys. */
export type ListedModel = { id: string; name: string; provider: string; contextWindow: number; reasoning: boolean; input: string[]; alias?: string };

export interface ModelSet {
  /** For an agent: the one to use, then those to fall back on; the offline concierge always comes last. */
  forAgent(agentId: string): readonly Model[];
  /** For a session: what it chose, then the agent's fallbacks, its primary model, and the concierge. None twice, and none that nobody configured. */
  forSession(agentId: string, choice: SessionChoice): readonly Model[];
  /** Those that look at pictures for an agent, the one to use first. None when none of its models can. */
  forImages(agentId: string): readonly Model[];
  /** One of those in `list`, by its reference. */
  model(reference: string): Model;
  /** What somebody means who names a model. */
  resolve(text: string): ResolvedModel;
  /** Whether this provider is left in peace for a while after a failure. */
  coolsDown(provider: string): boolean;
  /** All keys by their ids, and none by itself. */
  keys(): { provider: string; id: string; mark: string }[];
  list(): ListedModel[];
}

/** The models that config and environment make available. Raises `CONFIG_INVALID` for a reference to one that is not there. */
export function modelSet(config: GatewayConfig, env: Environment, concierge: Model, ring: KeyRing): ModelSet {
  const providers = providersOf(config, env);
  const { defaults } = config.agents;
  const chosen = defaults.models ?? {};
  const { keyed, detailOf, sees, thinks } = modelFactory(providers, chosen);
  const best = Object.entries(providers).find(([, provider]) => provider.models.length > 0);
  const fallback = best ? `${best[0]}/${best[1].models[0]!.id}` : conciergeReference;
  const agentOf = (agentId: string) => config.agents.list.find(({ id }) => id === agentId);
  const wantedBy = (agentId: string): { primary: string; fallbacks: readonly string[] } =>
    agentOf(agentId)?.model ?? defaults.model ?? { primary: fallback, fallbacks: [] };
  const chains = [defaults.model ?? { primary: fallback, fallbacks: [] }, ...config.agents.list.flatMap(({ model }) => (model ? [model] : []))].map(
    ({ primary, fallbacks }) => [primary, ...fallbacks],
  );
  // A reference to what is not there is found now, and not by the first customer.
  for (const reference of chains.flat()) keyed(reference, undefined);

  for (const reference of defaults.imageModel ? [defaults.imageModel.primary, ...defaults.imageModel.fallbacks] : []) {
    if (sees(reference)) continue;
    const [provider] = reference.split("/");
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `agents.defaults.imageModel: ${reference} is not known to see pictures; give it an entry with input: ["text", "image"] in models.providers.${provider}.models, or name another model`,
    );
  }

  const configured = chains.flat();
  const known = [
    ...new Set([
      ...Object.entries(providers).flatMap(([provider, { models }]) => models.map(({ id }) => `${provider}/${id}`)),
      ...configured,
      ...Object.keys(chosen).filter((reference) => Object.hasOwn(providers, reference.split("/")[0]!)),
      conciergeReference,
    ]),
  ];
  const catalogue: ModelCatalogue = {
    known,
    aliases: Object.fromEntries(Object.entries(chosen).flatMap(([reference, { alias }]) => (alias === undefined ? [] : [[alias, reference]]))),
    // Whatever answers anyway may be named, too.
    allowed: Object.keys(chosen).length > 0 ? new Set([...Object.keys(chosen), ...configured, conciergeReference]) : undefined,
    keysOf: (provider) => {
      const options = providers[provider];
      return options ? keysOf(provider, options).map(({ id }) => id) : [];
    },
  };
  const mayChoose = (reference: string): boolean => known.includes(reference) && (catalogue.allowed?.has(reference) ?? true);

  const handle = (reference: string, thinking?: ThinkingLevel, options: Pick<RotatingOptions, "pin" | "onKey"> = {}): Model => {
    const found = keyed(reference, thinking);
    return found ? rotating({ ...options, ...found, ring }) : concierge;
  };
  const forSession = (agentId: string, { model, authProfile, onKey }: SessionChoice): readonly Model[] => {
    const { primary, fallbacks } = wantedBy(agentId);
    const thinking = agentOf(agentId)?.thinking ?? defaults.thinking;
    const references = model !== undefined && model !== primary && mayChoose(model) ? [model, ...fallbacks, primary] : [primary, ...fallbacks];
    const pin = typeof authProfile === "string" ? { id: authProfile, source: "user" as const } : authProfile;
    const models = [...new Set(references)].map((reference) => handle(reference, thinking, { pin, ...(onKey ? { onKey } : {}) }));
    return [...new Set(models.includes(concierge) ? models : [...models, concierge])];
  };

  return {
    forSession,
    forAgent: (agentId) => forSession(agentId, {}),
    forImages(agentId) {
      const { primary, fallbacks } = defaults.imageModel ?? wantedBy(agentId);
      return [...new Set([primary, ...fallbacks])].filter(sees).map((reference) => handle(reference));
    },
    model: (reference) => handle(reference),
    resolve: (text) => resolveModel(text, catalogue),
    coolsDown: (provider) => providers[provider]?.cooldown ?? false,
    keys: () =>
      Object.entries(providers).flatMap(([provider, options]) => keysOf(provider, options).map(({ id, apiKey }) => ({ provider, id, mark: keyMark(apiKey) }))),
    list: () =>
      known
        .map((reference) => ({ reference, model: handle(reference) }))
        .filter(({ reference, model }) => model !== concierge || reference === conciergeReference)
        .map(({ reference, model }): ListedModel => {
          const alias = chosen[reference]?.alias;
          return {
            id: model.id,
            name: detailOf(reference).name ?? (model === concierge ? "Concierge (offline)" : model.id),
            provider: model.provider,
            contextWindow: model.contextWindow,
            reasoning: thinks(reference),
            input: sees(reference) ? ["text", "image"] : ["text"],
            ...(alias === undefined ? {} : { alias }),
          };
        }),
  };
}
