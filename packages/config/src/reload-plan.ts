import { changedPaths } from "./changed-paths.ts";
import type { GatewayConfig } from "./schema.ts";
import { readKeys } from "./value-path.ts";

/** Parts of a running gateway that take a new configuration without a restart. */
export type ReloadPart = "agents" | "auth" | "logging" | "models" | "network" | "policy" | "skills" | "tools";

export interface ReloadRule {
  /** A setting and everything below it; `*` stands for any key. */
  path: string;
  /** `live`: taken over at once, connections stay. `restart`: the gateway starts again inside its process. `none`: nothing has to happen. */
  effect: "live" | "restart" | "none";
  /** Of effect `live`: who takes it over. */
  parts?: readonly ReloadPart[];
  /** For people: what happens. */
  what: string;
}

/** What a change of the configuration does while the gateway runs. The first rule that fits counts. */
export const reloadRules: readonly ReloadRule[] = [
  { path: "$schema", effect: "none", what: "nothing; it is for editors" },
  { path: "gateway.reload", effect: "none", what: "counts for the next change" },
  { path: "gateway.remote", effect: "none", what: "it is for the commands of this machine" },
  { path: "gateway.auth.token", effect: "live", parts: ["auth"], what: "connections and console sessions of the old secret end" },
  { path: "gateway.auth.password", effect: "live", parts: ["auth"], what: "connections and console sessions of the old secret end" },
  { path: "gateway.trustedProxies", effect: "live", parts: ["network"], what: "counts for new requests and connections" },
  { path: "gateway.http.allowedOrigins", effect: "live", parts: ["network"], what: "counts for new requests and connections" },
  { path: "gateway.http.allowedHosts", effect: "live", parts: ["network"], what: "counts for new requests and connections" },
  { path: "gateway", effect: "restart", what: "the port is opened anew: port, bind, tls, kind of authentication, endpoints" },
  { path: "agents.defaults.model", effect: "live", parts: ["models"], what: "counts for the next turn" },
  { path: "agents.defaults.imageModel", effect: "live", parts: ["models"], what: "counts for the next turn and the next picture" },
  { path: "agents.defaults.models", effect: "live", parts: ["models"], what: "counts for the next turn" },
  { path: "agents.defaults.thinking", effect: "live", parts: ["models"], what: "counts for the next turn" },
  { path: "agents.defaults.budget", effect: "live", parts: ["agents"], what: "counts for the next call of a model" },
  { path: "agents.defaults.maxParkedSeconds", effect: "live", parts: ["agents"], what: "counts for the next turn" },
  { path: "agents.defaults.compaction", effect: "live", parts: ["agents"], what: "counts for the next turn" },
  { path: "agents.defaults.contextPruning", effect: "live", parts: ["agents"], what: "counts for the next turn" },
  { path: "agents.defaults.heartbeat", effect: "live", parts: [], what: "counts for the next look" },
  { path: "agents.list", effect: "live", parts: ["agents", "models", "tools"], what: "counts for the next message and turn" },
  { path: "agents.preset", effect: "live", parts: ["agents", "models", "tools"], what: "counts for the next message and turn" },
  { path: "bindings", effect: "live", parts: ["agents"], what: "counts for the next message" },
  { path: "session.identityLinks", effect: "live", parts: ["agents"], what: "counts for the next message" },
  { path: "broadcast", effect: "live", parts: ["agents"], what: "counts for the next message" },
  { path: "models", effect: "live", parts: ["models"], what: "counts for the next turn" },
  { path: "mcp", effect: "restart", what: "the gateway starts again inside its process, and its MCP servers with it" },
  { path: "plugins", effect: "restart", what: "the gateway starts again inside its process, and its plugins with it" },
  { path: "tools.web", effect: "restart", what: "the gateway starts again inside its process with these tools" },
  { path: "tools.browser", effect: "restart", what: "the gateway starts again inside its process; open browsers are closed" },
  { path: "tools", effect: "live", parts: ["tools"], what: "counts for the next turn and the next call of a tool" },
  { path: "messages", effect: "live", parts: [], what: "counts for the next message and turn" },
  { path: "approvals.roles", effect: "live", parts: [], what: "counts for the next decision" },
  { path: "desk.operators", effect: "live", parts: [], what: "counts for the next press and word" },
  { path: "privacy", effect: "live", parts: [], what: "counts for the next message, send and daily removal" },
  { path: "policy", effect: "live", parts: ["policy"], what: "counts for the next call of a tool" },
  { path: "skills", effect: "live", parts: ["skills"], what: "counts for the next turn" },
  { path: "templates.quietHours", effect: "live", parts: [], what: "counts for the next message" },
  { path: "logging.level", effect: "live", parts: ["logging"], what: "counts for the next line" },
  { path: "logging.consoleLevel", effect: "live", parts: ["logging"], what: "counts for the next line" },
  { path: "logging.redactPatterns", effect: "live", parts: ["logging"], what: "counts for the next line" },
];

/** Whatever no rule names: parts that were built on the old value must not go on with it. */
const otherwise: ReloadRule = { path: "*", effect: "restart", what: "the gateway starts again inside its process" };

export interface ConfigChange {
  path: string;
  effect: ReloadRule["effect"];
  parts: readonly ReloadPart[];
  what: string;
}

export interface ReloadPlan {
  changes: ConfigChange[];
  /** To be told of the new configuration. */
  parts: ReloadPart[];
  /** Paths that need a restart. */
  restart: string[];
}

/** What has to happen between two configurations. */
export function planReload(before: GatewayConfig, after: GatewayConfig): ReloadPlan {
  const changes = changedPaths(before, after).map((path): ConfigChange => {
    const { effect, parts = [], what } = ruleFor(path);
    return { path, effect, parts, what };
  });
  return {
    changes,
    parts: [...new Set(changes.flatMap(({ parts }) => parts))],
    restart: changes.filter(({ effect }) => effect === "restart").map(({ path }) => path),
  };
}

/** The rule for a changed path, as `changedPaths` writes it. */
export function ruleFor(path: string): ReloadRule {
  const keys = readKeys(path).map(String);
  return reloadRules.find((rule) => fits(rule.path.split("."), keys)) ?? otherwise;
}

const fits = (pattern: readonly string[], keys: readonly string[]): boolean =>
  pattern.length <= keys.length && pattern.every((part, index) => part === "*" || part === keys[index]);
