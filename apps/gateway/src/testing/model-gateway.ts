import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ModelServer, type ModelServerOptions, openAiServer } from "@travelagent/agent-runtime/testing";
import { type GatewayProcess, startGateway, temporaryState } from "./gateway-process.ts";

export interface ModelGateway {
  gateway: GatewayProcess;
  readonly server: ModelServer;
  /** What the server does from now on. */
  script: ModelServerOptions["reply"];
  /** The gateway again, on the same state. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A gateway whose agents use a model server of ours, with the built-in concierge behind it. */
export async function modelGateway({
  apiKey,
  env,
  config = {},
  contextWindow,
  modelTimeoutMs = 1_500,
  agentDefaults = {},
  fallback,
  agents,
  files = {},
}: {
  apiKey?: string;
  env?: Record<string, string>;
  /** Further sections of the file. */
  config?: Record<string, unknown>;
  /** Of the model, in tokens. */
  contextWindow?: number;
  /** Longest a call of the model may take. */
  modelTimeoutMs?: number;
  /** Further keys of `agents.defaults`. */
  agentDefaults?: Record<string, unknown>;
  /** Another model of the server, which takes over from the first one. */
  fallback?: string;
  /** `agents.list`. */
  agents?: readonly Record<string, unknown>[];
  /** What lies in the state directory before the first start, by path. */
  files?: Readonly<Record<string, string>>;
} = {}): Promise<ModelGateway> {
  const state = temporaryState();
  const server = await openAiServer({ reply: (request) => bench.script(request), ...(apiKey ? { apiKey } : {}) });
  const provider = {
    api: "openai-completions",
    baseUrl: server.url,
    timeoutMs: modelTimeoutMs,
    cooldown: false,
    models: [{ id: "m1", ...(contextWindow ? { contextWindow } : {}) }, ...(fallback === undefined ? [] : [{ id: fallback }])],
    ...(apiKey ? { apiKey } : {}),
  };
  writeFileSync(
    join(state.path, "travelagent.json"),
    JSON.stringify({
      ...config,
      models: { providers: { local: provider } },
      agents: {
        ...(agents ? { list: agents } : {}),
        defaults: { ...agentDefaults, model: { primary: "local/m1", ...(fallback === undefined ? {} : { fallbacks: [`local/${fallback}`] }) } },
      },
    }),
    {
      mode: 0o600,
    },
  );
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(state.path, path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(state.path, path), text, { mode: 0o600 });
  }
  const start = () => startGateway({ stateDir: state.path, ...(env ? { env } : {}) });
  const bench: ModelGateway = {
    gateway: await start(),
    server,
    script: () => ({ text: "Hello." }),
    async restart() {
      bench.gateway = await start();
    },
    async close() {
      await bench.gateway.kill();
      await server.close();
      state.remove();
    },
  };
  return bench;
}
