import { createHash } from "node:crypto";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import type { Tx } from "@travelagent/protocol/ports";

/**
 * Runs `write` for the first call with this key and remembers the id it returns; a repeat gets that id. The same key for
 * other arguments raises `IDEMPOTENCY_MISMATCH`. Of the arguments only a hash is kept.
 */
export async function once(
  tx: Tx,
  call: { operation: string; key: string; args: unknown; now: number },
  write: () => Promise<string>,
): Promise<{ id: string; repeated: boolean }> {
  const key = `${call.operation}:${call.key}`;
  const hash = createHash("sha256").update(canonicalJson(call.args)).digest("hex");
  const done = await tx.get<{ hash: string; result: string }>("select hash, result from crm_done where key = ?", key);
  if (done && done.hash !== hash)
    throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this idempotency key was used for other arguments; use a new key for a new request");
  if (done) return { id: done.result, repeated: true };
  const id = await write();
  await tx.run("insert into crm_done (key, hash, result, at) values (?, ?, ?, ?)", key, hash, id, call.now);
  return { id, repeated: false };
}
