import { readFile } from "node:fs/promises";
import type { Client } from "@travelagent/client";
import { failure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** Options of every command that talks to a gateway. */
export interface ConnectOptions {
  url?: string;
  token?: string;
  password?: string;
  /** Milliseconds until a call counts as failed. */
  timeout?: string;
}

export interface Target {
  url: string;
  auth?: { token?: string; password?: string };
  /** Where the secret came from, for people. */
  authSource: string;
}

/**
 * Which gateway, and with which secret: options, then environment, then configuration, then the token the gateway made for
 * itself. A secret from this machine's files goes to this machine's gateway only, never to an address given by hand.
 */
export async function findGateway(options: ConnectOptions, { env, home, cwd }: Pick<Terminal, "env" | "home" | "cwd">): Promise<Target> {
  const { loadConfigFile, locateState, statePaths } = await import("@travelagent/config");
  const { stateDir, configPath } = locateState({ env, home, cwd });
  const { config } = await loadConfigFile(configPath, env);
  const givenUrl = options.url ?? env.TRAVELAGENT_GATEWAY_URL;
  const port = env.TRAVELAGENT_GATEWAY_PORT || String(config?.gateway.port ?? 18_789);
  const bind = config?.gateway.bind ?? "loopback";
  const host = ["loopback", "lan", "0.0.0.0", "::"].includes(bind) ? "127.0.0.1" : bind.includes(":") ? `[${bind}]` : bind;
  const url = givenUrl === undefined ? `${config?.gateway.tls ? "wss" : "ws"}://${host}:${port}` : await socketUrl(givenUrl);

  const first = (...found: [string, string | undefined][]) => found.find((candidate): candidate is [string, string] => Boolean(candidate[1]));
  const own = givenUrl === undefined;
  const password = first(
    ["--password", options.password],
    ["TRAVELAGENT_GATEWAY_PASSWORD", env.TRAVELAGENT_GATEWAY_PASSWORD],
    ["configuration", own ? config?.gateway.auth.password : undefined],
  );
  const token = first(
    ["--token", options.token],
    ["TRAVELAGENT_GATEWAY_TOKEN", env.TRAVELAGENT_GATEWAY_TOKEN],
    ["CLAWDBOT_GATEWAY_TOKEN", env.CLAWDBOT_GATEWAY_TOKEN],
    ["configuration", own ? config?.gateway.auth.token : undefined],
    [statePaths(stateDir).token, own ? await readToken(statePaths(stateDir).token) : undefined],
  );
  if (options.password || (config?.gateway.auth.mode === "password" && password && !options.token))
    return { url, auth: { password: password![1] }, authSource: password![0] };
  if (token) return { url, auth: { token: token[1] }, authSource: token[0] };
  return password ? { url, auth: { password: password[1] }, authSource: password[0] } : { url, authSource: "none" };
}

async function socketUrl(text: string): Promise<string> {
  const url = URL.canParse(text) ? new URL(text.replace(/^http/, "ws")) : undefined;
  if (!url || !["ws:", "wss:"].includes(url.protocol))
    throw await failure("INVALID_REQUEST", `"${text}" is no address of a gateway; write it like ws://127.0.0.1:18789`);
  return url.href.replace(/\/$/, "");
}

const readToken = (path: string): Promise<string | undefined> =>
  readFile(path, "utf8").then(
    (text) => text.trim() || undefined,
    () => undefined,
  );

/** Connects once. Raises `UNAVAILABLE` when nobody answers, and `UNAUTHORIZED` with what to do about it. */
export async function connect(target: Target, options: { reconnect?: boolean; timeoutMs?: number } = {}): Promise<Client> {
  const { createClient } = await import("@travelagent/client");
  const open = (reconnect: boolean) =>
    createClient({
      url: target.url,
      role: "operator",
      scopes: ["operator.admin"],
      client: { id: "cli", displayName: "travelagent", version, platform: process.platform, mode: "cli" },
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...(target.auth ? { auth: target.auth } : {}),
      ...(reconnect ? {} : { reconnect: false as const }),
    });
  const client = open(options.reconnect === true);
  let timer: NodeJS.Timeout | undefined;
  let stopWatching = () => {};
  try {
    await Promise.race([
      client.start(),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(Object.assign(new Error("no answer in time"), { code: "UNAVAILABLE" })), options.timeoutMs ?? 10_000);
        // A client that reconnects would go on trying in silence; the first failure is what a person wants to hear.
        stopWatching = client.onState((state) => {
          if (state.status === "waiting") reject(state.error);
        });
      }),
    ]);
    return client;
  } catch (error) {
    client.stop();
    throw await explain(error, target);
  } finally {
    stopWatching();
    clearTimeout(timer);
  }
}

async function explain(error: unknown, { url, auth, authSource }: Target): Promise<unknown> {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "UNAVAILABLE") return failure("UNAVAILABLE", `no gateway answers at ${url}; start one with "travelagent gateway", or name another with --url`);
  if (code === "UNAUTHORIZED")
    return failure(
      "UNAUTHORIZED",
      auth
        ? `the gateway at ${url} refused the secret from ${authSource} (${message}); give the right one with --token or --password`
        : `the gateway at ${url} wants a secret; give it with --token or TRAVELAGENT_GATEWAY_TOKEN`,
    );
  return error;
}
