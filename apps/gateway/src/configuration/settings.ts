import { homedir } from "node:os";
import { parseArgs } from "node:util";
import {
  type ConfigSnapshot,
  type GatewayConfig,
  type LoadOptions,
  loadForStart,
  loadLastGood,
  locateState,
  openCredentials,
  type StatePaths,
  statePaths,
} from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { Environment } from "../answering/models.ts";
import { checkConfig } from "./check-config.ts";

/** Everything the gateway was told: arguments over environment over file over defaults. Read at every start. */
export interface Settings {
  /** What counts at the start. Live parts take over later ones; see `LiveParts`. */
  config: GatewayConfig;
  /** The file as it was read: the last good one is kept when the start succeeds. */
  snapshot: ConfigSnapshot;
  /** A configuration with what arguments and environment decide put over it. */
  effective(config: GatewayConfig): GatewayConfig;
  /** The last good configuration in place of the one of the file, when there is one and it is another. */
  lastGood(): Promise<Settings | undefined>;
  /** How the file is read. */
  load: LoadOptions;
  configPath: string;
  paths: StatePaths;
  env: Environment;
  port: number;
  token?: string;
  password?: string;
  logLevel: (typeof levels)[number];
  /** Something a person should know about how the settings came to be. */
  notices: string[];
}

const usage =
  "usage: travelagent gateway [--port <n>] [--bind loopback|lan|tailnet|auto|custom|<address>] [--tls] [--token <t>] [--password <p>] [--profile <name>] [--dev] [--allow-unconfigured]";

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        bind: { type: "string" },
        tls: { type: "boolean" },
        token: { type: "string" },
        password: { type: "string" },
        profile: { type: "string" },
        dev: { type: "boolean" },
        "allow-unconfigured": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
      strict: true,
    }).values;
  } catch (error) {
    throw new TravelAgentError("INVALID_REQUEST", `${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

const levels = ["debug", "info", "warn", "error"] as const;

function portFrom(text: string, source: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new TravelAgentError("INVALID_REQUEST", `${source} must be a port number, not "${text}"`);
  return port;
}

/** Raises `INVALID_REQUEST` for wrong arguments, `CONFIG_INVALID` for a wrong file without a last good one. Null when only help was asked for. */
export async function readSettings(args: readonly string[], env: Environment): Promise<Settings | null> {
  const given = readArguments(args);
  if (given.help) {
    process.stdout.write(`${usage}\n`);
    return null;
  }
  const profile = given.profile ?? (given.dev ? "dev" : env.TRAVELAGENT_PROFILE);
  const place = locateState({ env: { ...env, TRAVELAGENT_PROFILE: profile }, home: homedir(), cwd: process.cwd() });
  const { configPath } = place;
  const paths = statePaths(place.stateDir);
  const load: LoadOptions = {
    credentials: openCredentials({ directory: paths.credentials, masterKey: env.TRAVELAGENT_MASTER_KEY || undefined }),
    check: (config) => checkConfig(config, { env, configPath }),
    defaultPort: place.defaultPort,
  };
  const envPort = env.TRAVELAGENT_GATEWAY_PORT || env.CLAWDBOT_GATEWAY_PORT;
  const port = given.port !== undefined ? portFrom(given.port, "--port") : envPort ? portFrom(envPort, "TRAVELAGENT_GATEWAY_PORT") : undefined;
  const token = given.token ?? env.TRAVELAGENT_GATEWAY_TOKEN ?? env.CLAWDBOT_GATEWAY_TOKEN;
  const password = given.password ?? env.TRAVELAGENT_GATEWAY_PASSWORD;
  const level = levels.find((known) => known === env.TRAVELAGENT_LOG_LEVEL);
  const effective = (config: GatewayConfig): GatewayConfig => ({
    ...config,
    gateway: {
      ...config.gateway,
      ...(port === undefined ? {} : { port }),
      ...(given.bind === undefined ? {} : { bind: given.bind }),
      auth: { ...config.gateway.auth, ...(token ? { token } : {}), ...(password ? { password } : {}) },
      tls: { ...config.gateway.tls, ...(given.tls ? { enabled: true } : {}) },
    },
    logging: { ...config.logging, ...(level === undefined ? {} : { level }) },
  });
  const settingsFor = (stored: GatewayConfig, snapshot: ConfigSnapshot, notices: string[]): Settings => {
    const config = effective(stored);
    const { auth } = config.gateway;
    return {
      config,
      snapshot,
      effective,
      load,
      async lastGood() {
        const kept = await loadLastGood(configPath, env, load);
        return kept === undefined || JSON.stringify(kept) === JSON.stringify(stored) ? undefined : settingsFor(kept, snapshot, []);
      },
      configPath,
      paths,
      env,
      port: config.gateway.port,
      ...(auth.token ? { token: auth.token } : {}),
      ...(auth.password ? { password: auth.password } : {}),
      logLevel: config.logging.level,
      notices,
    };
  };
  const { config, snapshot, fallback } = await loadForStart(configPath, env, load);
  return settingsFor(config, snapshot, fallback ? [fallback.message] : []);
}
