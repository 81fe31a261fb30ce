import { createHash } from "node:crypto";
import type { Answer, SimulatedRequest, World } from "../kit/index.ts";
import { errorAnswer, Refusal } from "./refusal.ts";

interface Kept {
  at: number;
  fingerprint: string;
  status: number;
  body?: unknown;
}

const hourMs = 60 * 60_000;

/**
 * Runs a write once for its PayPal-Request-Id and shows the whole object only to those who prefer it. Answers are kept for six hours
 * for orders, 45 days for what follows on them.
 */
export function onceForRequestId(world: World, inTurn: <T>(work: () => Promise<T>) => Promise<T>) {
  const kept = world.shelf<Kept>("paypal", "request-id");
  const running = new Set<string>();

  const attempt = async (request: SimulatedRequest, work: () => Promise<Answer>): Promise<Answer> => {
    try {
      const answer = await work();
      const body = answer.body as { id?: string; status?: string; links?: unknown } | undefined;
      if (request.headers.prefer === "return=representation" || body === undefined) return answer;
      return { ...answer, body: { id: body.id, status: body.status, links: body.links } };
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  };

  return async (request: SimulatedRequest, work: () => Promise<Answer>): Promise<Answer> => {
    const id = request.headers["paypal-request-id"];
    if (typeof id !== "string") return inTurn(() => attempt(request, work));
    const orders = request.path.startsWith("/v2/checkout/");
    if (orders && (id.length === 0 || id.length > 108))
      return errorAnswer(400, "INVALID_REQUEST", "The PayPal-Request-Id is too long.", "INVALID_STRING_LENGTH");
    if (running.has(id))
      return errorAnswer(409, "RESOURCE_CONFLICT", "The server has detected a conflict.", "PREVIOUS_REQUEST_IN_PROGRESS", "A previous request is in progress.");
    running.add(id);
    try {
      const fingerprint = createHash("sha256").update(`${request.path} ${request.raw}`).digest("hex");
      const earlier = await kept.get(id);
      if (earlier && world.clock.now() - earlier.at < (orders ? 6 * hourMs : 45 * 24 * hourMs)) {
        if (earlier.fingerprint !== fingerprint)
          return errorAnswer(422, "UNPROCESSABLE_ENTITY", "The PayPal-Request-Id was used for another request.", "DUPLICATE_REQUEST_ID");
        return { status: earlier.status === 201 ? 200 : earlier.status, ...(earlier.body === undefined ? {} : { body: earlier.body }) };
      }
      return await inTurn(async () => {
        const answer = await attempt(request, work);
        if (answer.status < 500) await kept.put(id, { at: world.clock.now(), fingerprint, status: answer.status, body: answer.body });
        return answer;
      });
    } finally {
      running.delete(id);
    }
  };
}
