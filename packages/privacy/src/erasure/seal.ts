import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";

/** Keeps what an erasure still has to look for, so that no byte of it can be read from the disk. */
export interface Seal {
  close(id: string, value: unknown): string;
  /** Raises `STORAGE_CORRUPT` for what was sealed with another key or for another id. */
  open<T>(id: string, sealed: string): T;
}

const derived = (secret: string, purpose: string): Buffer => Buffer.from(hkdfSync("sha256", secret, "", purpose, 32));

export function createSeal(secret: string): Seal {
  const key = derived(secret, "erasure subject");
  return {
    close(id, value) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(id));
      const text = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64");
    },
    open<T>(id: string, sealed: string) {
      try {
        const bytes = Buffer.from(sealed, "base64");
        const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12)).setAAD(Buffer.from(id));
        decipher.setAuthTag(bytes.subarray(12, 28));
        return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8")) as T;
      } catch (cause) {
        throw new TravelAgentError("STORAGE_CORRUPT", "what an erasure still has to remove cannot be read; was credentials/erasure.key replaced?", { cause });
      }
    },
  };
}

/** Whose key of certificates it is. */
export const signingKey = (secret: string): Buffer => derived(secret, "erasure certificate");

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");
