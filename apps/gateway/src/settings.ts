import { homedir } from "node:os";
import { parseArgs } from "node:util";
import { type GatewayConfig, loadForStart, locateState, type StartConfig, type StatePaths, statePaths } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { Environment } from "./models.ts";

/** Everything the gateway was told: arguments over environment over file over defaults. Read once. */
export interface Settings {
  config: GatewayConfig;
  /** The file as it was read: the last good one is kept when the start succeeds. */
  snapshot: StartConfig["snapshot"];
  configPath: string;
  paths: StatePaths;
  env: Environment;
  port: number;
  host: string;
  token?: string;
  password?: string;
  logLevel: "debug" | "info" | "warn" | "error";
  /** Something a person should know about how the settings came to be. */
  notices: string[];
}

const usage = "usage: travelagent gateway [--port <n>] [--bind loopback|lan|<address>] [--token <t>] [--password <p>] [--allow-unconfigured]";

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        bind: { type: "string" },
        token: { type: "string" },
        password: { type: "string" },
        "allow-unconfigured": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
      strict: true,
    }).values;
  } catch (error) {
    throw new TravelAgentError("INVALID_REQUEST", `${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

function portFrom(text: string, source: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new TravelAgentError("INVALID_REQUEST", `${source} must be a port number, not "${text}"`);
  return port;
}

const hostOf = (bind: string): string => ({ loopback: "127.0.0.1", lan: "0.0.0.0" })[bind] ?? bind;

/** Raises `INVALID_REQUEST` for wrong arguments, `CONFIG_INVALID` for a wrong file without a last good one. Null when only help was asked for. */
export async function readSettings(args: readonly string[], env: Environment): Promise<Settings | null> {
  const given = readArguments(args);
  if (given.help) {
    process.stdout.write(`${usage}\n`);
    return null;
  }
  const { stateDir, configPath } = locateState({ env, home: homedir(), cwd: process.cwd() });
  const { config, snapshot, fallback } = await loadForStart(configPath, env);
  const envPort = env.TRAVELAGENT_GATEWAY_PORT ?? env.CLAWDBOT_GATEWAY_PORT;
  const port = given.port !== undefined ? portFrom(given.port, "--port") : envPort ? portFrom(envPort, "TRAVELAGENT_GATEWAY_PORT") : config.gateway.port;
  const token = given.token ?? env.TRAVELAGENT_GATEWAY_TOKEN ?? env.CLAWDBOT_GATEWAY_TOKEN ?? config.gateway.auth.token;
  const password = given.password ?? env.TRAVELAGENT_GATEWAY_PASSWORD ?? config.gateway.auth.password;
  const level = env.TRAVELAGENT_LOG_LEVEL ?? config.logging.level;
  return {
    config,
    snapshot,
    configPath,
    paths: statePaths(stateDir),
    env,
    port,
    host: hostOf(given.bind ?? config.gateway.bind),
    ...(token ? { token } : {}),
    ...(password ? { password } : {}),
    logLevel: level === "debug" || level === "warn" || level === "error" ? level : "info",
    notices: fallback ? [fallback.message] : [],
  };
}
