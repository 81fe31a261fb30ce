import { TravelAgentError } from "@travelagent/protocol";
import { isObject } from "./value-path.ts";

/** RFC 7386: null takes a key away, objects merge, everything else (lists too) replaces. Changes neither argument. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key === "__proto__") throw new TravelAgentError("INVALID_REQUEST", '"__proto__" is not allowed as a key');
    if (value === null) delete result[key];
    else result[key] = mergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value);
  }
  return result;
}

/**
 * Compare-and-swap for files: whoever writes names the hash of what they read. Raises `CONFLICT` when the file is another
 * one by now, and `INVALID_REQUEST` without a hash when there is a file.
 */
export function requireBaseHash(current: { exists: boolean; hash: string }, baseHash: string | undefined): void {
  if (baseHash === undefined && !current.exists) return;
  if (baseHash === undefined) throw new TravelAgentError("INVALID_REQUEST", "baseHash is missing: read the configuration first and send its hash");
  if (baseHash !== current.hash)
    throw new TravelAgentError("CONFLICT", "the configuration has changed since it was read; read it again and repeat the change", {
      details: { hash: current.hash },
    });
}
