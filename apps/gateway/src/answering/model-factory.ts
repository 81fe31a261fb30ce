import type { Model } from "@travelagent/agent-runtime";
import { anthropic, anthropicThinks } from "@travelagent/agent-runtime/models/anthropic";
import { gemini, geminiThinks } from "@travelagent/agent-runtime/models/gemini";
import { type KeyedModel, keyMark } from "@travelagent/agent-runtime/models/keys";
import { openAiReasons, openai } from "@travelagent/agent-runtime/models/openai";
import type { GatewayConfig } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { ThinkingLevel } from "@travelagent/protocol/turn";
import { keysOf, type Provider } from "./model-providers.ts";

export const conciergeReference = "concierge/concierge";

/** Silence after which the next model is asked: nobody shall wait for half a minute without a word. */
const silenceMs = 25_000;

/** A model once for each of its keys. */
export interface MadeModel {
  keys: readonly [KeyedModel, ...KeyedModel[]];
  /** The configuration says in which order they are asked. */
  fixedOrder: boolean;
}

/** What the configuration says of a model beside its id. */
type Detail = Partial<Omit<Extract<Provider["models"][number], { cost?: unknown }>, "id">>;
type Chosen = NonNullable<GatewayConfig["agents"]["defaults"]["models"]>;

const thinksByItself: Record<Provider["api"], (id: string) => boolean> = {
  anthropic: anthropicThinks,
  gemini: geminiThinks,
  "openai-responses": openAiReasons,
  "openai-completions": openAiReasons,
  concierge: () => false,
};

const split = (reference: string): [provider: string, id: string] => {
  const at = reference.indexOf("/");
  return [reference.slice(0, at), reference.slice(at + 1)];
};

/** Makes models of references, each once. */
export function modelFactory(providers: Readonly<Record<string, Provider>>, chosen: Chosen) {
  const made = new Map<string, MadeModel | undefined>();
  const providerOf = (reference: string): Provider | undefined => {
    const [name] = split(reference);
    return Object.hasOwn(providers, name) ? providers[name] : undefined;
  };
  const detailOf = (reference: string): Detail => (providerOf(reference)?.models.find(({ id }) => id === split(reference)[1]) ?? {}) as Detail;

  const sees = (reference: string): boolean => detailOf(reference).input?.includes("image") ?? false;

  const make = (reference: string, options: Provider, thinking: ThinkingLevel | undefined): MadeModel | undefined => {
    const [provider, model] = split(reference);
    const { api, baseUrl, timeoutMs = silenceMs } = options;
    if (api === "concierge") return undefined;
    const { contextWindow, maxTokens, reasoning, thinking: usual } = detailOf(reference);
    const seesImages = sees(reference);
    const params = chosen[reference]?.params;
    const longest = params?.maxTokens ?? maxTokens;
    const level = thinking ?? usual;
    const common = {
      model,
      provider,
      timeoutMs,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(contextWindow === undefined ? {} : { contextWindow }),
      ...(longest === undefined ? {} : { maxTokens: longest }),
      ...(reasoning === undefined ? {} : { reasoning }),
      ...(level === undefined ? {} : { thinking: level }),
      ...(seesImages ? { seesImages } : {}),
      ...(params?.temperature === undefined ? {} : { temperature: params.temperature }),
    };
    const withKey = (apiKey: string | undefined): Model => {
      if (api === "anthropic") return anthropic({ ...common, apiKey: apiKey ?? "" });
      if (api === "gemini") return gemini({ ...common, apiKey: apiKey ?? "" });
      return openai({ ...common, api: api === "openai-responses" ? "responses" : "completions", ...(apiKey ? { apiKey } : {}) });
    };
    const [first, ...others] = keysOf(provider, options).map(({ id, apiKey }) => ({ key: { id, mark: keyMark(apiKey) }, model: withKey(apiKey) }));
    // A server of one's own may ask for no key.
    const keyless = { key: { id: `${provider}:default`, mark: "" }, model: withKey(undefined) };
    return { keys: first ? [first, ...others] : [keyless], fixedOrder: options.keyOrder !== undefined };
  };

  return {
    detailOf,
    sees,
    thinks: (reference: string): boolean => {
      const options = providerOf(reference);
      return detailOf(reference).reasoning ?? (options !== undefined && thinksByItself[options.api](split(reference)[1]));
    },
    /** Undefined for the concierge, which has no keys. Raises `CONFIG_INVALID` for a provider that is not there. */
    keyed(reference: string, thinking: ThinkingLevel | undefined): MadeModel | undefined {
      const name = `${reference} ${thinking ?? ""}`;
      if (made.has(name)) return made.get(name);
      const options = providerOf(reference);
      if (!options && reference !== conciergeReference) {
        const [provider] = split(reference);
        throw new TravelAgentError(
          "CONFIG_INVALID",
          `agents.defaults.model: there is no provider ${provider}; add models.providers.${provider}, or use ${conciergeReference}`,
        );
      }
      const model = options && make(reference, options, thinking);
      made.set(name, model);
      return model;
    },
  };
}
