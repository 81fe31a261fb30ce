import { createHash } from "node:crypto";

/** The same offer of the same search gets the same id, and no two get one. */
export function offerId(prefix: string, ...parts: readonly string[]): string {
  return `${prefix}_${createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 20)}`;
}
