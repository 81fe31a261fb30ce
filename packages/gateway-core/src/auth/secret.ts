import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 random bits that fit a URL and a cookie. */
export const randomSecret = (): string => randomBytes(32).toString("base64url");

/** How a secret of ours is kept: only somebody who has it can find it again. For random secrets, not for passwords. */
export const hashSecret = (secret: string): string => hash("sha256", secret, "base64url");

/** Takes the same time for every wrong answer, whatever its length: the digests are compared, not the texts. */
export const sameSecret = (given: string, expected: string): boolean => timingSafeEqual(hash("sha256", given, "buffer"), hash("sha256", expected, "buffer"));
