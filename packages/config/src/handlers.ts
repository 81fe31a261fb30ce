import type { Handlers } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { parseJson5 } from "./include.ts";
import { configInvalid } from "./issue.ts";
import { type ConfigSnapshot, loadConfigFile } from "./load.ts";
import { mergePatch } from "./patch.ts";
import { redact, redactRaw } from "./redact.ts";
import { configSchemaDocument } from "./schema-json.ts";
import type { Environment } from "./substitute.ts";
import { writeConfigFile } from "./write.ts";

export interface ConfigHandlersOptions {
  path: string;
  env: Environment;
  /** Version of the program, told with the schema. */
  version: string;
  /** After a write over the wire; whoever watches the file hears of it there too. */
  onWritten?: (snapshot: ConfigSnapshot) => void;
  clock?: Clock;
}

/** The `config.*` methods. Secrets never leave: they are masked, and a mask that comes back is refused. */
export function configHandlers({ path, env, version, onWritten, clock = systemClock }: ConfigHandlersOptions): Handlers {
  const write = async (baseHash: string | undefined, change: (current: ConfigSnapshot) => string) => {
    const snapshot = await writeConfigFile({ path, env, change, baseHash, clock });
    onWritten?.(snapshot);
    return { ok: true, path, config: redact(snapshot.config), hash: snapshot.hash };
  };
  return {
    "config.get": async () => {
      const { exists, raw, hash, parsed, config, issues } = await loadConfigFile(path, env);
      return {
        path,
        exists,
        raw: raw === "" ? "" : redactRaw(raw),
        parsed: redact(parsed),
        valid: config !== undefined,
        ...(config ? { config: redact(config) } : {}),
        hash,
        issues,
        warnings: [],
        legacyIssues: [],
      };
    },
    "config.set": ({ raw, baseHash }) => write(baseHash, () => raw),
    "config.patch": ({ raw, baseHash }) => {
      const patch = parseJson5(raw, "the patch");
      return write(baseHash, (current) => patchedText(current, patch));
    },
    "config.schema": () => ({ ...configSchemaDocument(), version, generatedAt: new Date(clock.now()).toISOString() }),
  };
}

/** The text of a file after a merge patch. Raises `CONFIG_INVALID` for a file that cannot be read as JSON5: there is nothing to merge into. */
export function patchedText(current: ConfigSnapshot, patch: unknown): string {
  if (current.parsed === undefined) throw configInvalid(current.issues, current.path);
  return configText(mergePatch(current.parsed, patch));
}

/** A configuration as it is written to a file. */
export const configText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
