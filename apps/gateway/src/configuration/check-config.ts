import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { type ConfigIssue, type GatewayConfig, resolvePath } from "@travelagent/config";
import { isWebhookSecret } from "@travelagent/gateway-core/webhook";
import { type Environment, providersOf } from "../answering/models.ts";

/** What no schema can see of a configuration: directories that are not there, models of providers that nobody configured, patterns that are none. */
export function checkConfig(config: GatewayConfig, { env, configPath }: { env: Environment; configPath: string }): ConfigIssue[] {
  const directories: [path: string, directory: string | undefined][] = [
    ["policy.dir", config.policy.dir],
    ...config.skills.extraDirs.map((directory, index): [string, string] => [`skills.extraDirs[${index}]`, directory]),
  ];
  const missing = directories.flatMap(([path, directory]): ConfigIssue[] => {
    if (directory === undefined) return [];
    const place = resolvePath(directory, { home: homedir(), base: dirname(configPath) });
    // Rules that silently do not count are worse than no start.
    return existsSync(place) ? [] : [{ path, message: `there is no directory ${place}` }];
  });

  const known = new Set([...Object.keys(providersOf(config, env)), "concierge"]);
  const chosen: [path: string, model: GatewayConfig["agents"]["defaults"]["model"]][] = [
    ["agents.defaults.model", config.agents.defaults.model],
    ...config.agents.list.map(({ model }, index): [string, typeof model] => [`agents.list[${index}].model`, model]),
  ];
  const unknown = chosen.flatMap(([path, model]) =>
    (model ? [model.primary, ...model.fallbacks] : []).flatMap((reference): ConfigIssue[] => {
      const provider = reference.split("/")[0]!;
      return known.has(provider) ? [] : [{ path, message: `there is no provider ${provider}; add models.providers.${provider}, or use concierge/concierge` }];
    }),
  );
  const patterns = config.logging.redactPatterns.flatMap((pattern, index): ConfigIssue[] =>
    isRegularExpression(pattern) ? [] : [{ path: `logging.redactPatterns[${index}]`, message: "is no regular expression" }],
  );
  const token: ConfigIssue[] =
    config.hooks.enabled && !isWebhookSecret(config.hooks.token ?? "")
      ? [{ path: "hooks.token", message: "what stands behind whsec_ must be base64 of 16 bytes or more" }]
      : [];
  return [...missing, ...unknown, ...patterns, ...token];
}

function isRegularExpression(pattern: string): boolean {
  try {
    return new RegExp(pattern, "g") !== undefined;
  } catch {
    return false;
  }
}
