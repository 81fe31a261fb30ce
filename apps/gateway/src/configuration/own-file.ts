import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A directory only its owner can enter. */
export function ownDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
}

/** The secret in this file, made at first use: 32 random bytes in base64url, readable by the owner alone. */
export function ownSecret(path: string): string {
  ownDirectory(dirname(path));
  if (!existsSync(path)) writeFileSync(path, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  const secret = readFileSync(path, "utf8").trim();
  if (secret.length >= 32) return secret;
  // A crash while it was written first: nobody can have used half a secret.
  writeFileSync(path, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  return readFileSync(path, "utf8").trim();
}
