import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type GatewayConfig, resolvePath } from "@travelagent/config";
import type { Gateway, HttpRoute } from "@travelagent/gateway-core";
import { createHookTransform, gmailPreset, type HookMapping, hookRoutes, type WebhookGuard } from "@travelagent/gateway-core/webhook";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { sessionKey } from "@travelagent/sessions";
import type { WebhookTriggers } from "@travelagent/tools-automation/webhooks";
import type { Wake } from "./wake.ts";

export interface HooksOptions {
  config: GatewayConfig;
  /** The state directory; transforms stand below it. */
  directory: string;
  guard: WebhookGuard;
  gateway: Pick<Gateway, "runs">;
  agents(): { agentIds: readonly string[]; defaultAgentId: string };
  triggers?: Pick<WebhookTriggers, "find"> | undefined;
  wake?: Wake | undefined;
  clock: Clock;
  log: Logger;
}

/** Names that the configuration maps: no trigger takes one of them. */
export const mappedNames = ({ hooks }: GatewayConfig): ReadonlySet<string> =>
  new Set(["wake", "agent", ...hooks.presets, ...hooks.mappings.flatMap(({ match }) => (match.path === undefined ? [] : [match.path]))]);

/** What other systems may post to this agency; nothing where hooks are off. Raises `CONFIG_INVALID` for a transform that is not the pinned one. */
export function openHooks({ config, directory, guard, gateway, agents, triggers, wake, clock, log }: HooksOptions): HttpRoute[] {
  const { hooks } = config;
  if (!hooks.enabled) return [];
  return hookRoutes({
    guard,
    runs: gateway.runs,
    token: hooks.token ?? "",
    path: hooks.path,
    agents,
    clock,
    log,
    mappings: mappingsOf(hooks, directory),
    requireSignature: hooks.requireSignature,
    allowUnsafeExternalContent: hooks.allowUnsafeExternalContent,
    ...(triggers ? { findTrigger: (name) => triggers.find(name) } : {}),
    ...(wake ? { wake } : {}),
    sessionKeyOf: ({ agentId, name }) => sessionKey({ kind: "hook", agentId, id: name }),
  });
}

function mappingsOf({ mappings, presets, transformsDir }: GatewayConfig["hooks"], directory: string): HookMapping[] {
  const transforms = resolvePath(transformsDir ?? join("hooks", "transforms"), { home: directory, base: directory });
  const own = mappings.map(({ transform, match, ...mapping }, index): HookMapping => {
    const given = Object.fromEntries(Object.entries(mapping).filter(([, value]) => value !== undefined)) as Omit<HookMapping, "match" | "transform">;
    return {
      ...given,
      match: { ...(match.path === undefined ? {} : { path: match.path }), ...(match.source === undefined ? {} : { source: match.source }) },
      ...(transform
        ? {
            transform: createHookTransform({
              source: textOf(join(transforms, transform.module), `hooks.mappings[${index}].transform.module`),
              sha256: transform.sha256,
              ...(transform.export === undefined ? {} : { exportName: transform.export }),
            }),
          }
        : {}),
    };
  });
  return [...own, ...(presets.includes("gmail") ? [gmailPreset] : [])];
}

function textOf(path: string, key: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new TravelAgentError("CONFIG_INVALID", `${key}: there is no file ${path}`);
  }
}
