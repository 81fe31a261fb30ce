import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { dirname } from "node:path";
import type { Client } from "@travelagent/client";
import type { GatewayConfig } from "@travelagent/config";
import { configFile } from "./config-file.ts";
import { failure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** Options of every command that talks to a gateway. */
export interface ConnectOptions {
  url?: string;
  token?: string;
  password?: string;
  tlsFingerprint?: string;
  /** Milliseconds until a call counts as failed. */
  timeout?: string;
}

export interface Target {
  url: string;
  auth?: { token?: string; password?: string };
  /** Where the secret came from, for people. */
  authSource: string;
  /** The one certificate to talk to. */
  tlsFingerprint?: string;
  /** Of this machine's gateway, when it is not the usual one. */
  profile?: string;
}

/**
 * Which gateway, and with which secret: options, then environment, then configuration, then the token the gateway made for
 * itself. A secret from this machine's files goes to the gateway it belongs to only, never to an address given by hand.
 */
export async function findGateway(options: ConnectOptions, { env, home, cwd }: Pick<Terminal, "env" | "home" | "cwd">): Promise<Target> {
  const { loadConfigFile, statePaths } = await import("@travelagent/config");
  const { stateDir, configPath, load, defaultPort } = await configFile({ env, home, cwd });
  const { config } = await loadConfigFile(configPath, env, load);
  const givenUrl = options.url ?? env.TRAVELAGENT_GATEWAY_URL;
  const remote = givenUrl === undefined && config?.gateway.mode === "remote" ? config.gateway.remote : undefined;
  const own = givenUrl === undefined && remote === undefined;
  const url = own ? await ownUrl(config, env, defaultPort) : await socketUrl(givenUrl ?? remote?.url ?? "");

  const first = (...found: [string, string | undefined][]) => found.find((candidate): candidate is [string, string] => Boolean(candidate[1]));
  const password = first(
    ["--password", options.password],
    ["TRAVELAGENT_GATEWAY_PASSWORD", env.TRAVELAGENT_GATEWAY_PASSWORD],
    ["configuration", own ? config?.gateway.auth.password : remote?.password],
  );
  const token = first(
    ["--token", options.token],
    ["TRAVELAGENT_GATEWAY_TOKEN", env.TRAVELAGENT_GATEWAY_TOKEN],
    ["CLAWDBOT_GATEWAY_TOKEN", env.CLAWDBOT_GATEWAY_TOKEN],
    ["configuration", own ? config?.gateway.auth.token : remote?.token],
    [statePaths(stateDir).token, own ? await readToken(statePaths(stateDir).token) : undefined],
  );
  const pin =
    options.tlsFingerprint ??
    (env.TRAVELAGENT_GATEWAY_TLS_FINGERPRINT || undefined) ??
    remote?.tlsFingerprint ??
    (own && url.startsWith("wss:") ? await ownFingerprint(config, { stateDir, configPath, home }) : undefined);
  if (pin !== undefined && !url.startsWith("wss:"))
    throw await failure("INVALID_REQUEST", `a pinned certificate needs an address that begins with wss://, and the gateway's is ${url}`);
  const auth = secretFor(options, config, password, token);
  const profile = own ? env.TRAVELAGENT_PROFILE : undefined;
  return { url, ...auth, ...(pin === undefined ? {} : { tlsFingerprint: pin }), ...(profile ? { profile } : {}) };
}

type Found = [source: string, secret: string] | undefined;

function secretFor(options: ConnectOptions, config: GatewayConfig | undefined, password: Found, token: Found): Pick<Target, "auth" | "authSource"> {
  const usesPassword = options.password || (config?.gateway.auth.mode === "password" && password && !options.token);
  if (token && !usesPassword) return { auth: { token: token[1] }, authSource: token[0] };
  return password ? { auth: { password: password[1] }, authSource: password[0] } : { authSource: "none" };
}

async function ownUrl(config: GatewayConfig | undefined, env: Terminal["env"], defaultPort: number): Promise<string> {
  const port = env.TRAVELAGENT_GATEWAY_PORT || String(config?.gateway.port ?? defaultPort);
  if (!config) return `ws://127.0.0.1:${port}`;
  const { bindHost, dialHost, usesTls } = await import("@travelagent/config");
  const host = dialHost(bindHost(config.gateway, networkInterfaces()));
  return `${usesTls(config.gateway) ? "wss" : "ws"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Of the certificate file of this machine's gateway: nobody has to pin what is in their own files. */
async function ownFingerprint(
  config: GatewayConfig | undefined,
  { stateDir, configPath, home }: { stateDir: string; configPath: string; home: string },
): Promise<string | undefined> {
  const { resolvePath, statePaths } = await import("@travelagent/config");
  const configured = config?.gateway.tls.certPath ?? config?.gateway.tls.cert;
  const path = configured === undefined ? statePaths(stateDir).tlsCert : resolvePath(configured, { home, base: dirname(configPath) });
  return readFile(path).then(
    (pem) => new X509Certificate(pem).fingerprint256,
    () => undefined,
  );
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
  let wrongCertificate: unknown;
  const webSocket = target.tlsFingerprint === undefined ? undefined : await pinned(target.tlsFingerprint, (error) => (wrongCertificate = error));
  const open = (reconnect: boolean) =>
    createClient({
      url: target.url,
      role: "operator",
      scopes: ["operator.admin"],
      client: { id: "cli", displayName: "travelagent", version, platform: process.platform, mode: "cli" },
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...(target.auth ? { auth: target.auth } : {}),
      ...(webSocket ? { webSocket } : {}),
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
    throw wrongCertificate ?? (await explain(error, target));
  } finally {
    stopWatching();
    clearTimeout(timer);
  }
}

async function pinned(tlsFingerprint: string, onRefused: (error: unknown) => void) {
  const { pinnedWebSocket } = await import("@travelagent/client/node");
  return pinnedWebSocket({ tlsFingerprint, onRefused });
}

async function explain(error: unknown, { url, auth, authSource, tlsFingerprint, profile }: Target): Promise<unknown> {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "UNAVAILABLE") {
    const start = profile === undefined ? "travelagent gateway" : `travelagent --profile ${profile} gateway`;
    // A socket does not tell a certificate that nobody vouches for from a port where nobody listens.
    const untrusted = url.startsWith("wss:") && tlsFingerprint === undefined;
    const why = untrusted ? ", or this machine does not trust its certificate: give --tls-fingerprint with what the gateway printed at its start" : "";
    return failure("UNAVAILABLE", `no gateway answers at ${url}${why}; start one with "${start}", or name another with --url`);
  }
  if (code === "UNAUTHORIZED")
    return failure(
      "UNAUTHORIZED",
      auth
        ? `the gateway at ${url} refused the secret from ${authSource} (${message}); give the right one with --token or --password`
        : `the gateway at ${url} wants a secret; give it with --token or TRAVELAGENT_GATEWAY_TOKEN`,
    );
  return error;
}
