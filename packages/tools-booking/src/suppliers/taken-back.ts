import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";

/** How long after a cancellation without a reply it may still arrive. */
const mayArriveMs = 10 * 60_000;

/**
 * For an order that stands and that the adapter began to take back at `undoneAt`, because it must not be bought. Raises
 * `OUTCOME_UNKNOWN` while that cancellation may still go through: who went on with such an order would pay for travel that is then
 * cancelled. Later the order counts as it stands.
 */
export function checkTakenBack(supplier: string, reference: string, undoneAt: number | undefined, clock: Clock): void {
  if (undoneAt === undefined || clock.now() >= undoneAt + mayArriveMs) return;
  throw new TravelAgentError("OUTCOME_UNKNOWN", `${supplier} was told to cancel this order and still shows it; ask again in ten minutes`, {
    details: { supplier, code: "being_taken_back", reference },
  });
}
