import { createHmac, randomBytes } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import { sameSecret } from "./secret.ts";

/** Customers in the web chat. Each browser is one visitor, known by a cookie that only we can make. */
export interface Visitors {
  /** A new visitor's cookie value. */
  issue(): string;
  /** The visitor's id, or undefined when the value is not one of ours. */
  verify(value: string): string | undefined;
  /** The one session this visitor may see. */
  sessionKeyOf(visitorId: string): string;
}

export interface VisitorOptions {
  /** At least 32 characters, kept over restarts: with another one every visitor starts anew. */
  secret: string;
  sessionKeyOf(visitorId: string): string;
}

/** Cookies signed with HMAC-SHA-256: nothing is stored for a visitor who only looks. */
export function createVisitors({ secret, sessionKeyOf }: VisitorOptions): Visitors {
  if (secret.length < 32) throw new TravelAgentError("CONFIG_INVALID", "the secret that signs visitor cookies needs at least 32 characters");
  const sign = (id: string) => createHmac("sha256", secret).update(`visitor:${id}`).digest("base64url");
  return {
    sessionKeyOf,
    issue() {
      const id = randomBytes(16).toString("base64url");
      return `${id}.${sign(id)}`;
    },
    verify(value) {
      const [id = "", signature = "", ...rest] = value.split(".");
      return rest.length === 0 && /^[\w-]{22}$/.test(id) && sameSecret(signature, sign(id)) ? id : undefined;
    },
  };
}
