import { createHmac, scryptSync } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";

/** A key of 32 bytes and the name by which entries say which key they need. */
export interface MasterKey {
  id: string;
  bytes: Buffer;
}

const keyBytes = 32;
const shortestPassphrase = 16;
/** About 100 ms and 64 MB for each guess. */
const cost = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };

export function masterKey(bytes: Buffer): MasterKey {
  return { id: createHmac("sha256", bytes).update("travelagent credential key").digest("hex").slice(0, 16), bytes };
}

/**
 * A key as a person gives it: 32 bytes in hex or base64, or a passphrase of at least 16 characters, which `salt` makes a key
 * of. Raises `CONFIG_INVALID` for a passphrase that is too short; `source` names where it came from.
 */
export function parseMasterKey(text: string, source: string, salt: () => Buffer): MasterKey {
  const given = text.trim();
  if (/^[0-9a-f]{64}$/i.test(given)) return masterKey(Buffer.from(given, "hex"));
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(given)) return masterKey(Buffer.from(given, "base64"));
  if (given.length < shortestPassphrase)
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `${source} must be 32 bytes in hex or base64 (openssl rand -base64 32), or a passphrase of 16 characters or more`,
    );
  return masterKey(scryptSync(given, salt(), keyBytes, cost));
}
