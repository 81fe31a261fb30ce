import { readFile } from "node:fs/promises";
import { type ConfigIssue, issueLine } from "./issue.ts";
import { type ConfigSnapshot, loadConfigFile, requireConfig, validate } from "./load.ts";
import type { GatewayConfig } from "./schema.ts";
import type { Environment } from "./substitute.ts";
import { replaceFile } from "./write.ts";

export interface StartConfig {
  config: GatewayConfig;
  snapshot: ConfigSnapshot;
  /** There when the file is bad and the last good copy is used instead: tell the operator. */
  fallback?: { path: string; issues: ConfigIssue[]; message: string };
}

/** Where the last good copy of a configuration file lives. */
export const lastGoodPath = (configPath: string): string => `${configPath}.last-good`;

/**
 * The configuration to start with. A bad file falls back to the last good copy, and says so in `fallback`; without such a
 * copy it raises `CONFIG_INVALID`. Does not touch the file.
 */
export async function loadForStart(path: string, env: Environment): Promise<StartConfig> {
  const snapshot = await loadConfigFile(path, env);
  if (snapshot.config) return { config: snapshot.config, snapshot };
  const copy = lastGoodPath(path);
  const kept = await readFile(copy, "utf8").then(parseKept, () => undefined);
  const { config } = kept === undefined ? { config: undefined } : validate(kept, env);
  if (!config) requireConfig(snapshot);
  const message = `${path} is invalid, so the last good configuration is used (${copy}): ${snapshot.issues.map(issueLine).join("; ")}`;
  return { config: config!, snapshot, fallback: { path: copy, issues: snapshot.issues, message } };
}

/**
 * Keeps a configuration that the gateway has started with. The copy has its includes resolved, since one of them may be what
 * breaks next, and still names the environment's secrets by reference.
 */
export async function keepLastGood(snapshot: ConfigSnapshot): Promise<void> {
  if (!snapshot.config || !snapshot.exists) return;
  await replaceFile(lastGoodPath(snapshot.path), `${JSON.stringify(snapshot.resolved, null, 2)}\n`);
}

function parseKept(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
