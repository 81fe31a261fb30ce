import type { Answer, SimulatedRequest } from "../kit/index.ts";
import { Refusal } from "./refusal.ts";

/** How routes answer: reads with Stripe's errors, writes once for their Idempotency-Key. */
export interface Writing {
  read(work: () => Promise<Answer>): Promise<Answer>;
  write(request: SimulatedRequest, work: () => Promise<Answer>): Promise<Answer>;
}

export function stripeWriting(once: (request: SimulatedRequest, work: () => Promise<Answer>) => Promise<Answer>, newId: (prefix: string) => string): Writing {
  const named = (answer: Answer): Answer => ({ ...answer, headers: { "request-id": newId("req_"), ...answer.headers } });
  return {
    async read(work) {
      try {
        return named(await work());
      } catch (error) {
        if (error instanceof Refusal) return named(error.answer);
        throw error;
      }
    },
    write: async (request, work) => named(await once(request, work)),
  };
}
