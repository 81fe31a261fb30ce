import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type GatewayConfig, redact, type StatePaths, secretVariable } from "@travelagent/config";
import type { Environment } from "../answering/models.ts";
import type { FileLogger } from "../observing/log.ts";
import { ownSecret } from "./own-file.ts";
import type { Settings } from "./settings.ts";

/** Password of an address such as `postgres://user:password@host/db`. */
const passwordIn = (text: string): string | undefined => /\/\/[^/\s:@]*:([^/\s@]+)@/.exec(text)?.[1];

/** Every value of the configuration that is a secret, as it counts now: whatever the configuration itself masks. */
export function secretsOf(config: GatewayConfig): string[] {
  const found = new Set<string>();
  const walk = (value: unknown, shown: unknown): void => {
    if (typeof value === "string") {
      if (value === shown) return;
      found.add(passwordIn(value) ?? value);
    } else if (Array.isArray(value)) for (const [index, entry] of value.entries()) walk(entry, Array.isArray(shown) ? shown[index] : undefined);
    else if (typeof value === "object" && value !== null)
      for (const [key, entry] of Object.entries(value)) walk(entry, (shown as Record<string, unknown> | undefined)?.[key]);
  };
  walk(config, redact(config));
  return [...found];
}

/** Values of environment variables whose names say that they are secrets. */
export const secretsIn = (env: Environment): string[] =>
  Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined || value.length < 6) return [];
    if (secretVariable.test(name.toUpperCase())) return [value];
    const password = passwordIn(value);
    return password === undefined ? [] : [password];
  });

/** Key of the log's pseudonyms. Where it cannot be kept, such as on a full disk, one for this process: what is wrong is told by whoever needs the disk. */
export function pseudonymKeyOf({ credentials }: Pick<StatePaths, "credentials">): string {
  try {
    return ownSecret(join(credentials, "log.key"));
  } catch {
    return randomBytes(32).toString("base64url");
  }
}

/** What this gateway made for itself, each in a file that its owner alone can read. */
export function secretsOnDisk({ token, credentials }: Pick<StatePaths, "token" | "credentials">): string[] {
  const files = existsSync(credentials)
    ? readdirSync(credentials)
        .filter((name) => name.endsWith(".key"))
        .map((name) => join(credentials, name))
    : [];
  return [token, ...files].filter((path) => existsSync(path)).map((path) => readFileSync(path, "utf8").trim());
}

/** The same settings; every configuration they come to hold, now or by a reload, has its secrets masked in the log first. */
export function hidingSecrets(settings: Settings, log: Pick<FileLogger, "hide">): Settings {
  log.hide(...secretsIn(settings.env), ...secretsOf(settings.config), ...settings.snapshot.sensitive);
  const { credentials } = settings.load;
  return {
    ...settings,
    load: {
      ...settings.load,
      credentials: credentials && {
        pathOf: (name) => credentials.pathOf(name),
        async get(name) {
          const value = await credentials.get(name);
          log.hide(value);
          return value;
        },
      },
    },
    effective(config) {
      const effective = settings.effective(config);
      log.hide(...secretsOf(effective));
      return effective;
    },
    async lastGood() {
      const kept = await settings.lastGood();
      return kept && hidingSecrets(kept, log);
    },
  };
}
