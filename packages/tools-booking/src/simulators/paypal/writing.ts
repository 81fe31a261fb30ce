import type { Answer, SimulatedRequest } from "../kit/index.ts";

/** How routes answer: reads with PayPal's errors, writes once for their PayPal-Request-Id. */
export interface Writing {
  readOnly(work: () => Promise<Answer>): Promise<Answer>;
  write(request: SimulatedRequest, work: () => Promise<Answer>): Promise<Answer>;
}
