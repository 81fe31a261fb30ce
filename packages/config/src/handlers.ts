import type { Handlers } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { parseJson5 } from "./include.ts";
import { configInvalid } from "./issue.ts";
import { type ConfigSnapshot, type LoadOptions, loadConfigFile } from "./load.ts";
import { mergePatch } from "./patch.ts";
import { redact, redactConfig, redactRaw } from "./redact.ts";
import { reloadOutlook } from "./reload-outlook.ts";
import { GatewayConfig } from "./schema.ts";
import { configSchemaDocument, lookupSchema } from "./schema-json.ts";
import type { Environment } from "./substitute.ts";
import { writeConfigFile } from "./write.ts";

/** What was written over the wire, and how its writer wants it to count. */
export interface WrittenConfig {
  snapshot: ConfigSnapshot;
  /** Why, in the writer's words. */
  note?: string;
  /** The conversation that wanted it. */
  sessionKey?: string;
  /** How long a restart that the change needs shall wait. */
  restartDelayMs?: number;
}

export interface ConfigHandlersOptions extends LoadOptions {
  path: string;
  env: Environment;
  /** Version of the program, told with the schema. */
  version: string;
  /** What the program runs with now, so that a writer hears what a change means to it. Default what the file held before. */
  running?: () => GatewayConfig | undefined;
  /** Puts over a configuration what arguments and environment decide: what they decide, a change of the file does not. */
  effective?: (config: GatewayConfig) => GatewayConfig;
  /** After a write over the wire; whoever watches the file hears of it there too. */
  onWritten?: (written: WrittenConfig) => void;
  clock?: Clock;
}

interface WriteParams {
  raw: string;
  baseHash?: string | undefined;
  note?: string | undefined;
  sessionKey?: string | undefined;
  restartDelayMs?: number | undefined;
}

/** The `config.*` methods. Secrets never leave: they are masked, and a mask that comes back is refused. */
export function configHandlers({
  path,
  env,
  version,
  running,
  effective = (config) => config,
  onWritten,
  clock = systemClock,
  ...options
}: ConfigHandlersOptions): Handlers {
  const write = async ({ baseHash, note, sessionKey, restartDelayMs }: WriteParams, change: (current: ConfigSnapshot) => string) => {
    let before: GatewayConfig | undefined;
    const snapshot = await writeConfigFile({
      ...options,
      path,
      env,
      baseHash,
      clock,
      change(current) {
        before = running?.() ?? (current.config && effective(current.config));
        return change(current);
      },
    });
    onWritten?.({
      snapshot,
      ...(note === undefined ? {} : { note }),
      ...(sessionKey === undefined ? {} : { sessionKey }),
      ...(restartDelayMs === undefined ? {} : { restartDelayMs }),
    });
    return {
      ok: true,
      path,
      config: redactConfig(snapshot),
      hash: snapshot.hash,
      ...reloadOutlook(before ?? effective(GatewayConfig.parse({})), effective(snapshot.config!)),
    };
  };
  return {
    "config.get": async () => {
      const snapshot = await loadConfigFile(path, env, options);
      const { exists, raw, hash, parsed, config, issues } = snapshot;
      return {
        path,
        exists,
        raw: raw === "" ? "" : redactRaw(raw),
        parsed: redact(parsed),
        valid: config !== undefined,
        ...(config ? { config: redactConfig(snapshot) } : {}),
        hash,
        issues,
        warnings: [],
        legacyIssues: [],
      };
    },
    "config.set": (params) => write(params, () => params.raw),
    "config.apply": (params) => write(params, () => params.raw),
    "config.patch": (params) => {
      const patch = parseJson5(params.raw, "the patch");
      return write(params, (current) => patchedText(current, patch));
    },
    "config.schema": () => ({ ...configSchemaDocument(), version, generatedAt: new Date(clock.now()).toISOString() }),
    "config.schema.lookup": (params) => ({ ...lookupSchema(params.path) }),
  };
}

/** The text of a file after a merge patch. Raises `CONFIG_INVALID` for a file that cannot be read as JSON5: there is nothing to merge into. */
export function patchedText(current: ConfigSnapshot, patch: unknown): string {
  if (current.parsed === undefined) throw configInvalid(current.issues, current.path);
  return configText(mergePatch(current.parsed, patch));
}

/** A configuration as it is written to a file. */
export const configText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
