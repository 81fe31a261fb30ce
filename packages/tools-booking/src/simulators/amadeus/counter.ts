import { type ErrorShape, TravelAgentError } from "@travelagent/protocol";

/** Asks the world and takes its refusals as answers; anything else is a fault of the simulator. */
export async function worldCall<T>(work: () => Promise<T>): Promise<{ done: T } | { refused: ErrorShape }> {
  try {
    return { done: await work() };
  } catch (error) {
    if (!TravelAgentError.is(error)) throw error;
    return { refused: error.toShape() };
  }
}
