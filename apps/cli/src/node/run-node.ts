import { hostname } from "node:os";
import { join } from "node:path";
import type { NodeHost } from "@travelagent/client";
import type { Target } from "../connect.ts";
import { version } from "../version.ts";
import { nodeStateFiles } from "./node-state.ts";
import { ownRules } from "./own-rules.ts";
import { programEnvironment } from "./program-environment.ts";
import { createPrograms } from "./programs.ts";
import { systemCommands } from "./system-commands.ts";

export interface RunNodeOptions {
  target: Target;
  stateDir: string;
  displayName?: string;
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  /** Tells a person, or a program, what happens. */
  say(event: "ready" | "waiting" | "pairing", text: string, facts: Record<string, unknown>): void;
  /** Resolves when the node should end. */
  stopped: Promise<unknown>;
}

/** This machine as a node, until `stopped`. Rejects when the gateway refuses it for good. */
export async function runNode({ target, stateDir, displayName, env, home, say, stopped }: RunNodeOptions): Promise<void> {
  const { createNode } = await import("@travelagent/client");
  const files = nodeStateFiles(stateDir);
  const identity = await files.identity();
  const state = await files.read();
  const name = displayName ?? state.displayName ?? hostname();
  await files.change((before) => ({ ...before, nodeId: identity.id, displayName: name }));

  const programs = createPrograms();
  const tell = (event: string, payload: Record<string, unknown>) => void node.tell(event, payload).catch(() => {});
  const commands = await systemCommands({
    programs,
    rules: ownRules(join(stateDir, "exec-approvals.json"), () => Date.now()),
    env: programEnvironment(env),
    home,
    tell,
  });
  const webSocket =
    target.tlsFingerprint === undefined ? undefined : (await import("@travelagent/client/node")).pinnedWebSocket({ tlsFingerprint: target.tlsFingerprint });
  const node: NodeHost = createNode({
    url: target.url,
    commands,
    caps: ["system"],
    client: { id: "node-host", displayName: name, version, platform: process.platform, mode: "node" },
    device: {
      identity,
      readToken: async () => (await files.read()).tokens?.[target.url],
      saveToken: ({ token }) => files.change((before) => ({ ...before, tokens: { ...before.tokens, [target.url]: token } })),
    },
    ...(target.auth ? { auth: target.auth } : {}),
    ...(webSocket ? { webSocket } : {}),
  });

  let told = "";
  const once = (what: string, ...news: Parameters<typeof say>) => {
    if (told !== what) say(news[0], news[1], { nodeId: identity.id, ...news[2] });
    told = what;
  };
  const refused = new Promise<never>((_, reject) => {
    node.onState((now) => {
      if (now.status === "ready") once("ready", "ready", `node ${identity.id}  ${name}  at ${target.url}`, { url: target.url, displayName: name });
      else if (now.status === "waiting") once("waiting", "waiting", now.error.message, { code: now.error.code });
      else if (now.status === "stopped" && now.error?.code === "NOT_PAIRED") {
        const { requestId = "" } = (now.error.details ?? {}) as { requestId?: string };
        once(`pairing ${requestId}`, "pairing", `an operator lets this node in with: travelagent nodes approve ${requestId}`, { requestId });
      } else if (now.status === "stopped" && now.error) reject(now.error);
    });
  });
  refused.catch(() => {});
  try {
    void node.start();
    await Promise.race([stopped, refused]);
  } finally {
    node.stop();
    await programs.stop();
  }
}
