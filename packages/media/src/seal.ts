import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";

/** Encrypts files with a key of their own each, made of the root key and the file's id: one that is moved to another id does not open. */
export interface Seal {
  seal(id: string, bytes: Uint8Array): Buffer;
  /** Undefined when anything of it was changed. */
  open(id: string, sealed: Uint8Array): Buffer | undefined;
  /** The same for the same bytes in the same conversation; tells nothing of either to who does not have the key. */
  nameOf(sessionKey: string, bytes: Uint8Array): string;
}

const cipher = "aes-256-gcm";
const nonceLength = 12;
const tagLength = 16;

/** `root` is 32 random bytes that are kept like a password. Raises `CONFIG_INVALID` for another length. */
export function createSeal(root: Uint8Array): Seal {
  if (root.length !== 32) throw new TravelAgentError("CONFIG_INVALID", "the key of the media store needs 32 bytes");
  const keyOf = (id: string): Buffer => Buffer.from(hkdfSync("sha256", root, id, "travelagent media file", 32));
  const place = (id: string): Buffer => Buffer.from(`travelagent media 1 ${id}`);
  return {
    seal(id, bytes) {
      const nonce = randomBytes(nonceLength);
      const encrypt = createCipheriv(cipher, keyOf(id), nonce).setAAD(place(id));
      return Buffer.concat([nonce, encrypt.update(bytes), encrypt.final(), encrypt.getAuthTag()]);
    },
    open(id, sealed) {
      if (sealed.length < nonceLength + tagLength) return undefined;
      const end = sealed.length - tagLength;
      try {
        const decrypt = createDecipheriv(cipher, keyOf(id), sealed.subarray(0, nonceLength), { authTagLength: tagLength })
          .setAAD(place(id))
          .setAuthTag(sealed.subarray(end));
        return Buffer.concat([decrypt.update(sealed.subarray(nonceLength, end)), decrypt.final()]);
      } catch {
        return undefined;
      }
    },
    nameOf(sessionKey, bytes) {
      const digest = createHmac("sha256", root).update("travelagent media id").update(`${sessionKey.length}:${sessionKey}`).update(bytes).digest("base64url");
      return `media_${digest.slice(0, 32)}`;
    },
  };
}
