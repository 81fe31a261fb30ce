import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { MasterKey } from "./master-key.ts";

/** One encrypted entry as it stands in its file. */
export interface Sealed {
  v: 1;
  name: string;
  keyId: string;
  /** Base64, as `tag` and `data`. */
  nonce: string;
  tag: string;
  data: string;
  /** ISO 8601. */
  updatedAt: string;
}

const cipher = "aes-256-gcm";

/** Neither the name nor the key of an entry can be exchanged for another without the tag noticing. */
const additionalData = ({ name, keyId, updatedAt }: Pick<Sealed, "name" | "keyId" | "updatedAt">): Buffer =>
  Buffer.from(JSON.stringify(["travelagent credential", 1, name, keyId, updatedAt]));

export function seal(name: string, value: string, key: MasterKey, updatedAt: string): Sealed {
  const nonce = randomBytes(12);
  const encrypt = createCipheriv(cipher, key.bytes, nonce).setAAD(additionalData({ name, keyId: key.id, updatedAt }));
  const data = Buffer.concat([encrypt.update(value, "utf8"), encrypt.final()]);
  return {
    v: 1,
    name,
    keyId: key.id,
    nonce: nonce.toString("base64"),
    tag: encrypt.getAuthTag().toString("base64"),
    data: data.toString("base64"),
    updatedAt,
  };
}

/** The value, or undefined when anything of the entry was changed since. */
export function unseal(entry: Sealed, key: MasterKey): string | undefined {
  try {
    const decrypt = createDecipheriv(cipher, key.bytes, Buffer.from(entry.nonce, "base64"), { authTagLength: 16 })
      .setAAD(additionalData(entry))
      .setAuthTag(Buffer.from(entry.tag, "base64"));
    return Buffer.concat([decrypt.update(Buffer.from(entry.data, "base64")), decrypt.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}

/** Undefined for what is no entry of this name. */
export function readSealed(text: string, name: string): Sealed | undefined {
  try {
    const entry = JSON.parse(text) as Sealed;
    const texts = [entry.keyId, entry.nonce, entry.tag, entry.data, entry.updatedAt];
    return entry.v === 1 && entry.name === name && texts.every((field) => typeof field === "string") ? entry : undefined;
  } catch {
    return undefined;
  }
}
