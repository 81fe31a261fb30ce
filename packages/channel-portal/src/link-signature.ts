import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";

/** What a link says of itself, before anything is looked up. */
export interface LinkClaim {
  id: string;
  /** Milliseconds. */
  expiresAt: number;
}

export interface LinkSigner {
  /** `<id>.<expiry>.<signature>`, made of characters that fit an address. */
  sign(claim: LinkClaim): string;
  /** Undefined for what was not signed here. An expired claim is returned: it can ask for a new link. */
  verify(token: string): LinkClaim | undefined;
}

export const newLinkId = (): string => randomBytes(12).toString("base64url");

/** HMAC-SHA-256: somebody who reads the database can open no page. */
export function linkSigner(secret: string): LinkSigner {
  if (secret.length < 32) throw new TravelAgentError("CONFIG_INVALID", "the secret that signs portal links needs at least 32 characters");
  const mac = (id: string, expiry: string): Buffer => createHmac("sha256", secret).update(`portal link:${id}:${expiry}`).digest();
  return {
    sign({ id, expiresAt }) {
      const expiry = Math.floor(expiresAt / 1000).toString(36);
      return `${id}.${expiry}.${mac(id, expiry).toString("base64url")}`;
    },
    verify(token) {
      const found = /^([\w-]{16})\.([0-9a-z]{1,10})\.([\w-]{43})$/.exec(token);
      if (!found) return undefined;
      const [, id = "", expiry = "", signature = ""] = found;
      const given = Buffer.from(signature, "base64url");
      const expected = mac(id, expiry);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      return { id, expiresAt: Number.parseInt(expiry, 36) * 1000 };
    },
  };
}
