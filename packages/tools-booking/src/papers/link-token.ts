import { createHash, randomBytes } from "node:crypto";

/** What stands in a link that opens without signing in: not to be guessed, and kept as its hash alone. */
export const newLinkToken = (): string => randomBytes(24).toString("base64url");

export const hashOfToken = (token: string): string => createHash("sha256").update(token).digest("hex");
