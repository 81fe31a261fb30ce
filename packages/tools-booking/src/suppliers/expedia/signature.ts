import { createHash } from "node:crypto";

/** The value of `Authorization`: Rapid signs key, secret and second, so a clock that is wrong by minutes is locked out. */
export function rapidAuthorization(apiKey: string, sharedSecret: string, nowMs: number): string {
  const timestamp = Math.floor(nowMs / 1000);
  const signature = createHash("sha512").update(`${apiKey}${sharedSecret}${timestamp}`).digest("hex");
  return `EAN apikey=${apiKey},signature=${signature},timestamp=${timestamp}`;
}
