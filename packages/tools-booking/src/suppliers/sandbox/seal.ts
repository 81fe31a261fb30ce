import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { canonicalJson } from "@travelagent/protocol";

/** What the sandbox must read back later, carried by the caller and sealed: it holds no state for a search and believes nothing that was altered. */
export interface Seal {
  seal(content: object): string;
  /** Null when it was not sealed here, or was altered. */
  open<T extends object>(text: string): T | null;
}

export function createSeal(seed: string): Seal {
  const key = createHash("sha256").update(`sandbox seal ${seed}`).digest();
  const sign = (body: string) => createHmac("sha256", key).update(body).digest().subarray(0, 18);
  return {
    seal(content) {
      const body = Buffer.from(canonicalJson(content)).toString("base64url");
      return `${body}.${sign(body).toString("base64url")}`;
    },
    open<T>(text: string) {
      const [body, signature, ...rest] = text.split(".");
      if (!body || !signature || rest.length > 0) return null;
      const given = Buffer.from(signature, "base64url");
      const right = sign(body);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
      return JSON.parse(Buffer.from(body, "base64url").toString()) as T;
    },
  };
}
