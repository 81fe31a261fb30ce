import { createHash } from "node:crypto";

/**
 * An id of a tool call as every provider takes it: at most 40 letters, digits, `_` and `-`. Others become a hash of
 * themselves, the same each time, so that call and result still match.
 */
export const callId = (id: string): string => (/^[A-Za-z0-9_-]{1,40}$/.test(id) ? id : `call_${createHash("sha256").update(id).digest("hex").slice(0, 32)}`);
