import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { TravelAgentError } from "@travelagent/protocol";
import { parseJson5, resolveIncludes } from "./include.ts";
import { type ConfigIssue, configInvalid } from "./issue.ts";
import { checkConfig } from "./parse.ts";
import { maskValues } from "./redact.ts";
import { GatewayConfig } from "./schema.ts";
import { credentialNames, type Environment, type Lookup, substitute } from "./substitute.ts";
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
  /** Secrets inside `config` that no schema marks; `redactConfig` masks them. */
  sensitive: readonly string[];
  /** The file, everything it includes, and the credentials it refers to. */
  files: string[];
}

/** Opens what `${credential:NAME}` refers to; `CredentialStore` is one. */
export interface CredentialReader {
  /** Raises when there is none or it cannot be opened; the message never holds a value. */
  get(name: string): Promise<string>;
  /** Its file, to be watched. */
  pathOf(name: string): string;
}

export interface LoadOptions {
  fs?: ConfigFiles;
  /** Absent: a file with `${credential:NAME}` is invalid. */
  credentials?: CredentialReader | undefined;
  /** What only the program can check, such as directories that must be there. Asked for a configuration that is valid otherwise. */
  check?: ((config: GatewayConfig) => readonly ConfigIssue[] | Promise<readonly ConfigIssue[]>) | undefined;
  /** Port of a gateway whose file names none, such as that of a profile. Default 18789. */
  defaultPort?: number | undefined;
}

export const configHash = (raw: string): string => createHash("sha256").update(raw).digest("hex");

/**
 * Reads a configuration: JSON5, `$include`, `${NAME}` from `env`, validation, defaults. Never rejects for what the file
 * holds or for a file that cannot be read; those are issues.
 */
export async function loadConfigFile(path: string, env: Environment, options: LoadOptions = {}): Promise<ConfigSnapshot> {
  const { fs = diskFiles } = options;
  let raw: string;
  try {
    raw = await fs.readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return { ...(await loadConfigText("{}", path, env, options)), exists: false, raw: "", hash: "", parsed: {} };
    const issue = { path: "", message: `${path} cannot be read (${code ?? "error"}); check that it is a file of yours` };
    return { path, exists: true, raw: "", hash: "", parsed: undefined, resolved: undefined, config: undefined, issues: [issue], sensitive: [], files: [path] };
  }
  return loadConfigText(raw, path, env, options);
}

/** As `loadConfigFile`, for a text that is about to be written to `path`. */
export async function loadConfigText(raw: string, path: string, env: Environment, options: LoadOptions = {}): Promise<ConfigSnapshot> {
  const { fs = diskFiles } = options;
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
    return { ...snapshot, parsed, resolved, config: undefined, issues: issuesOf(error), sensitive: [], files: [...files] };
  }
  if (options.credentials) for (const name of credentialNames(resolved)) files.add(options.credentials.pathOf(name));
  return { ...snapshot, parsed, resolved, files: [...files], ...(await validate(resolved, env, options)) };
}

/** The last stages alone, for a tree whose includes are resolved. */
export async function validate(
  resolved: unknown,
  env: Environment,
  { credentials, check, defaultPort }: LoadOptions = {},
): Promise<Pick<ConfigSnapshot, "config" | "issues" | "sensitive">> {
  const { value, issues, sensitive } = substitute(resolved, env, await openAll(credentialNames(resolved), credentials));
  /** What is wrong may name the value that is: not what is behind a reference. */
  const hidden = (issue: ConfigIssue): ConfigIssue => ({ ...issue, message: maskValues(issue.message, sensitive) });
  const checked = checkConfig(GatewayConfig, defaultPort === undefined ? value : withPort(value, defaultPort));
  if ("issues" in checked) {
    const further = checked.issues.filter((issue) => !issues.some(({ path }) => path === issue.path));
    return { config: undefined, issues: [...issues, ...further].map(hidden), sensitive };
  }
  const all = issues.length > 0 ? issues : [...((await check?.(checked.config)) ?? [])].map(hidden);
  return { config: all.length === 0 ? checked.config : undefined, issues: all, sensitive };
}

async function openAll(names: readonly string[], credentials: CredentialReader | undefined): Promise<Map<string, Lookup>> {
  const found = await Promise.all(
    names.map(async (name): Promise<[string, Lookup]> => {
      if (!credentials) return [name, { problem: "stored credentials cannot be used here" }];
      try {
        return [name, { value: await credentials.get(name) }];
      } catch (error) {
        return [name, { problem: TravelAgentError.from(error).message }];
      }
    }),
  );
  return new Map(found);
}

/** The file's own port counts first. */
function withPort(value: unknown, port: number): unknown {
  const gateway = isObject(value) ? (value.gateway ?? {}) : undefined;
  return isObject(value) && isObject(gateway) && gateway.port === undefined ? { ...value, gateway: { ...gateway, port } } : value;
}

/** The configuration of a snapshot that must be good. Raises `CONFIG_INVALID` with every issue. */
export function requireConfig({ path, config, issues }: ConfigSnapshot): GatewayConfig {
  if (!config) throw configInvalid(issues, path);
  return config;
}

const issuesOf = (error: TravelAgentError): ConfigIssue[] => (error.details as { issues: ConfigIssue[] }).issues;
