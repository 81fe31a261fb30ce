import type { GatewayConfig } from "@travelagent/config";

export type Provider = GatewayConfig["models"]["providers"][string];
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a provider offers when only its key is known: names that the vendor keeps pointing at something current, where it has them. */
const vendors = {
  anthropic: { api: "anthropic", variables: ["ANTHROPIC_API_KEY"], model: "claude-sonnet-5" },
  openai: { api: "openai-responses", variables: ["OPENAI_API_KEY"], model: "gpt-5" },
  gemini: { api: "gemini", variables: ["GEMINI_API_KEY", "GOOGLE_API_KEY"], model: "gemini-flash-latest" },
} as const;

/**
 * The providers of the file, and those whose key is in the environment. A provider of the file that has no key and calls the
 * vendor itself gets that key too; it is sent to no other address.
 */
export function providersOf(config: GatewayConfig, env: Environment): Record<string, Provider> {
  const providers: Record<string, Provider> = { ...config.models.providers };
  for (const [id, { api, variables, model }] of Object.entries(vendors)) {
    const apiKey = variables.map((name) => env[name]).find((value) => value);
    if (!apiKey) continue;
    const own = providers[id];
    if (!own) providers[id] = { api, apiKey, keys: [], cooldown: true, models: [{ id: model, input: ["text", "image"] }] };
    else if (own.api === api && own.baseUrl === undefined && own.apiKey === undefined && own.keys.length === 0) providers[id] = { ...own, apiKey };
  }
  return providers;
}

/** The keys of a provider in the order of the file, under the ids they have in sessions and logs: `<provider>:<name>`. */
export function keysOf(provider: string, { apiKey, keys, keyOrder }: Provider): { id: string; apiKey: string }[] {
  const all = [...(apiKey === undefined ? [] : [{ id: "default", apiKey }]), ...keys];
  const wanted = keyOrder ? keyOrder.flatMap((id) => all.filter((key) => key.id === id)) : all;
  return wanted.map((key) => ({ id: `${provider}:${key.id}`, apiKey: key.apiKey }));
}

/** Of a key's id. */
export const providerOfKey = (id: string): string => id.slice(0, id.lastIndexOf(":"));
