import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";

/** Who a visitor is: a random id in a cookie that only we can have made. */
export interface Visitors {
  /** A new visitor. The cookie belongs to a person: HttpOnly, SameSite=Lax, Secure wherever the page is served with TLS. */
  issue(): { visitorId: string; cookieValue: string };
  /** The visitor's id, or null for a cookie that is not ours or was changed. */
  verify(cookieValue: string): string | null;
}

const form = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

/** `secret` has 16 bytes or more; with another one all visitors are new. Raises `CONFIG_INVALID` for a shorter one. */
export function visitors({ secret }: { secret: string | Uint8Array }): Visitors {
  if (Buffer.byteLength(secret) < 16) throw new TravelAgentError("CONFIG_INVALID", "the secret for visitor cookies must have at least 16 bytes");
  const sign = (visitorId: string) => createHmac("sha256", secret).update(`webchat-visitor:${visitorId}`).digest("base64url");
  return {
    issue() {
      const visitorId = randomBytes(16).toString("base64url");
      return { visitorId, cookieValue: `${visitorId}.${sign(visitorId)}` };
    },
    verify(cookieValue) {
      const [, visitorId, signature] = form.exec(cookieValue) ?? [];
      if (!visitorId || !signature) return null;
      return timingSafeEqual(Buffer.from(sign(visitorId)), Buffer.from(signature)) ? visitorId : null;
    },
  };
}
