import { createHash, randomBytes } from "node:crypto";
import type { CredentialStore } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { KeyRing, VaultKey } from "@travelagent/vault";

/** Entries among the agency's encrypted credentials; nobody types or reads them. */
const current = "vault.key";
const next = "vault.key.next";

const keyOf = (text: string): VaultKey => {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== 32)
    throw new TravelAgentError("STORAGE_CORRUPT", "the key of the vault is damaged: put the directory of the credentials back from a backup");
  return { id: createHash("sha256").update("travelagent vault key").update(bytes).digest("hex").slice(0, 16), bytes };
};

/**
 * Root keys of the vault among the encrypted credentials: sealed by the master key the agency has anyway (key file, environment or
 * passphrase), and sealed anew with the others by `travelagent credentials rotate`.
 */
export function credentialKeys(credentials: CredentialStore): KeyRing {
  const read = async (name: string): Promise<VaultKey | undefined> => {
    try {
      return keyOf(await credentials.get(name));
    } catch (error) {
      if (TravelAgentError.is(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  };
  const make = async (name: string): Promise<VaultKey> => {
    const text = randomBytes(32).toString("base64");
    await credentials.set(name, text);
    return keyOf(text);
  };
  return {
    current: async () => (await read(current)) ?? make(current),
    async find(id) {
      for (const name of [current, next]) {
        const key = await read(name);
        if (key?.id === id) return key;
      }
      return undefined;
    },
    async beginRotation() {
      const begun = await read(next);
      // A crash after the old key went and before its successor was put in its place for good.
      if (begun && begun.id === (await read(current))?.id) await credentials.remove(next);
      else if (begun) return begun;
      return make(next);
    },
    async endRotation() {
      const begun = await read(next);
      if (!begun) return;
      await credentials.set(current, Buffer.from(begun.bytes).toString("base64"));
      await credentials.remove(next);
    },
  };
}
