import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { TravelAgentError } from "@travelagent/protocol";
import { parseJson5, resolveIncludes } from "./include.ts";
import { type ConfigIssue, configInvalid } from "./issue.ts";
import { checkConfig } from "./parse.ts";
import { GatewayConfig } from "./schema.ts";
import { type Environment, substitute } from "./substitute.ts";
import { isObject } from "./value-path.ts";

export interface ConfigFiles {
  /** Rejects with `code: "ENOENT"` for a file that is not there. */
  readFile(path: string): Promise<string>;
}

const diskFiles: ConfigFiles = { readFile: (path) => readFile(path, "utf8") };

/** What stands in a configuration file, good or bad. */
export interface ConfigSnapshot {
  path: string;
  /** False for a file that is not there, which is the same as an empty one. */
  exists: boolean;
  raw: string;
  /** SHA-256 of `raw` in hex; empty when the file is not there. What `baseHash` is compared with. */
  hash: string;
  /** As written: before includes, environment and defaults. Undefined when it is no JSON5. */
  parsed: unknown;
  /** Includes resolved, `${NAME}` still in place. */
  resolved: unknown;
  /** Undefined when there are issues. */
  config: GatewayConfig | undefined;
  issues: ConfigIssue[];
  /** The file and everything it includes. */
  files: string[];
}

export interface LoadOptions {
  fs?: ConfigFiles;
}

export const configHash = (raw: string): string => createHash("sha256").update(raw).digest("hex");

/**
 * Reads a configuration: JSON5, `$include`, `${NAME}` from `env`, validation, defaults. Never rejects for what the file
 * holds or for a file that cannot be read; those are issues.
 */
export async function loadConfigFile(path: string, env: Environment, { fs = diskFiles }: LoadOptions = {}): Promise<ConfigSnapshot> {
  let raw: string;
  try {
    raw = await fs.readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return { ...(await loadConfigText("{}", path, env, { fs })), exists: false, raw: "", hash: "", parsed: {} };
    const issue = { path: "", message: `${path} cannot be read (${code ?? "error"}); check that it is a file of yours` };
    return { path, exists: true, raw: "", hash: "", parsed: undefined, resolved: undefined, config: undefined, issues: [issue], files: [path] };
  }
  return loadConfigText(raw, path, env, { fs });
}

/** As `loadConfigFile`, for a text that is about to be written to `path`. */
export async function loadConfigText(raw: string, path: string, env: Environment, { fs = diskFiles }: LoadOptions = {}): Promise<ConfigSnapshot> {
  const files = new Set([path]);
  const snapshot = { path, exists: true, raw, hash: configHash(raw) };
  let parsed: unknown;
  let resolved: unknown;
  try {
    parsed = parseJson5(raw, path);
    if (!isObject(parsed)) throw configInvalid([{ path: "", message: `${path} must hold one object: { … }` }]);
    resolved = await resolveIncludes(parsed, path, { read: (file) => fs.readFile(file), seen: (file) => files.add(file) });
  } catch (error) {
    if (!TravelAgentError.is(error, "CONFIG_INVALID")) throw error;
    return { ...snapshot, parsed, resolved, config: undefined, issues: issuesOf(error), files: [...files] };
  }
  return { ...snapshot, parsed, resolved, files: [...files], ...validate(resolved, env) };
}

/** The last two stages alone, for a tree whose includes are resolved. */
export function validate(resolved: unknown, env: Environment): Pick<ConfigSnapshot, "config" | "issues"> {
  const { value, issues } = substitute(resolved, env);
  const checked = checkConfig(GatewayConfig, value);
  const all = "issues" in checked ? [...issues, ...checked.issues.filter((issue) => !issues.some(({ path }) => path === issue.path))] : issues;
  return { config: "config" in checked && all.length === 0 ? checked.config : undefined, issues: all };
}

/** The configuration of a snapshot that must be good. Raises `CONFIG_INVALID` with every issue. */
export function requireConfig({ path, config, issues }: ConfigSnapshot): GatewayConfig {
  if (!config) throw configInvalid(issues, path);
  return config;
}

const issuesOf = (error: TravelAgentError): ConfigIssue[] => (error.details as { issues: ConfigIssue[] }).issues;
