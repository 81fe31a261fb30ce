import { createHash } from "node:crypto";
import type { Answer, SimulatedRequest, World } from "../kit/index.ts";
import { errorAnswer, Refusal } from "./refusal.ts";

interface Kept {
  at: number;
  fingerprint: string;
  status: number;
  body: unknown;
}

const lifeMs = 24 * 60 * 60_000;

/**
 * Runs a write once for its Idempotency-Key. The first answer is kept for a day, 500s included; a request that failed validation is
 * not. Other fields under the same key are refused, and so is a second request while the first runs.
 */
export function idempotent(world: World, inTurn: <T>(work: () => Promise<T>) => Promise<T>, serverError: () => Answer) {
  const kept = world.shelf<Kept>("stripe", "key");
  const running = new Set<string>();

  const attempt = async (work: () => Promise<Answer>): Promise<{ answer: Answer; keep: boolean }> => {
    try {
      return { answer: await work(), keep: true };
    } catch (error) {
      if (error instanceof Refusal) return { answer: error.answer, keep: error.kept };
      throw error;
    }
  };

  return async (request: SimulatedRequest, work: () => Promise<Answer>): Promise<Answer> => {
    const key = request.headers["idempotency-key"];
    if (typeof key !== "string") return (await inTurn(() => attempt(work))).answer;
    if (key.length > 255) return errorAnswer(400, { type: "idempotency_error", message: "Idempotency keys can be at most 255 characters." });
    if (running.has(key))
      return errorAnswer(409, {
        type: "idempotency_error",
        code: "idempotency_key_in_use",
        message: "There is currently another in-progress request using this idempotency key.",
      });
    running.add(key);
    try {
      const fingerprint = createHash("sha256").update(`${request.method} ${request.path} ${request.raw}`).digest("hex");
      const earlier = await kept.get(key);
      if (earlier && world.clock.now() - earlier.at < lifeMs) {
        if (earlier.fingerprint !== fingerprint)
          return errorAnswer(400, {
            type: "idempotency_error",
            message: "Keys for idempotent requests can only be used with the same parameters they were first used with.",
          });
        return { status: earlier.status, body: earlier.body, headers: { "idempotent-replayed": "true" } };
      }
      return await inTurn(async () => {
        // `partial`: it began, failed half-way and changed nothing; the failure is kept all the same.
        const { answer, keep } = request.has("partial") ? { answer: serverError(), keep: true } : await attempt(work);
        const shown = request.has("server_error_after_commit") ? serverError() : answer;
        if (keep) await kept.put(key, { at: world.clock.now(), fingerprint, status: shown.status, body: shown.body });
        return answer;
      });
    } finally {
      running.delete(key);
    }
  };
}
