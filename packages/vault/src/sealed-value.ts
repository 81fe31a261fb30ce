import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { VaultKey } from "./key-ring.ts";

/** One encrypted value as it stands in a row. */
export interface SealedValue {
  keyId: string;
  nonce: Uint8Array;
  tag: Uint8Array;
  data: Uint8Array;
}

const cipher = "aes-256-gcm";

/** Where a value belongs, in one canonical form: a value that is moved anywhere else does not open. */
const additionalData = (place: readonly (string | number | null)[], keyId: string): Buffer =>
  Buffer.from(JSON.stringify(["travelagent vault", 1, keyId, ...place]));

/** AES-256-GCM with a nonce of its own. `place` names table, row, owner and whatever else must not change while the value is kept. */
export function seal(value: Uint8Array, key: VaultKey, place: readonly (string | number | null)[]): SealedValue {
  const nonce = randomBytes(12);
  const encrypt = createCipheriv(cipher, key.bytes, nonce).setAAD(additionalData(place, key.id));
  const data = Buffer.concat([encrypt.update(value), encrypt.final()]);
  return { keyId: key.id, nonce, tag: encrypt.getAuthTag(), data };
}

/** The value, or undefined when anything of it or of its place was changed since. */
export function unseal({ keyId, nonce, tag, data }: SealedValue, key: VaultKey, place: readonly (string | number | null)[]): Buffer | undefined {
  if (keyId !== key.id) return undefined;
  try {
    const decrypt = createDecipheriv(cipher, key.bytes, nonce, { authTagLength: 16 }).setAAD(additionalData(place, keyId)).setAuthTag(tag);
    return Buffer.concat([decrypt.update(data), decrypt.final()]);
  } catch {
    return undefined;
  }
}
