import { readFile } from "node:fs/promises";
import { type ConfigIssue, issueLine } from "./issue.ts";
import { type ConfigSnapshot, type LoadOptions, loadConfigFile, requireConfig, validate } from "./load.ts";
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
export async function loadForStart(path: string, env: Environment, options: LoadOptions = {}): Promise<StartConfig> {
  const snapshot = await loadConfigFile(path, env, options);
  if (snapshot.config) return { config: snapshot.config, snapshot };
  const config = await loadLastGood(path, env, options);
  if (!config) requireConfig(snapshot);
  return { config: config!, snapshot, fallback: fallbackFor(path, snapshot.issues) };
}

/** The last good copy beside `path`, or undefined when there is none or it is not good any more. */
export async function loadLastGood(path: string, env: Environment, options: LoadOptions = {}): Promise<GatewayConfig | undefined> {
  const kept = await readFile(lastGoodPath(path), "utf8").then(parseKept, () => undefined);
  return kept === undefined ? undefined : (await validate(kept, env, options)).config;
}

/** What to tell when the last good copy is used instead of the file. */
export function fallbackFor(path: string, issues: ConfigIssue[]): NonNullable<StartConfig["fallback"]> {
  const copy = lastGoodPath(path);
  return { path: copy, issues, message: `${path} is invalid, so the last good configuration is used (${copy}): ${issues.map(issueLine).join("; ")}` };
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
