import { TravelAgentError } from "@travelagent/protocol";

/**
 * `lost-reply`: it happens and nobody hears of it. `late`: the same, but it happens only after a while. `never-arrived`: it does not happen
 * and nobody can tell. `hang`: no answer at all.
 */
export type Fault = "lost-reply" | "late" | "never-arrived" | "unavailable" | "hang" | TravelAgentError;

/** Scripted misfortune: each fault hits one call of its operation, in the order they were given. */
export interface Faults<Operation extends string> {
  next(operation: Operation, ...faults: (Fault | undefined)[]): void;
  /** Whatever was still to come does not. */
  clear(): void;
  /** Runs `effect` under the fault that is due. */
  around<T>(operation: Operation, effect: () => T, signal?: AbortSignal): Promise<T>;
}

export interface FaultOptions<Operation extends string> {
  /** Runs what arrives late; default at once. */
  later?(run: () => void): void;
  /** Asked for each call that nothing was scripted for. */
  sometimes?(operation: Operation): Fault | undefined;
}

export function createFaults<Operation extends string>({ later = (run) => run(), sometimes }: FaultOptions<Operation> = {}): Faults<Operation> {
  const queues = new Map<Operation, (Fault | undefined)[]>();
  return {
    next: (operation, ...faults) => void queues.set(operation, [...(queues.get(operation) ?? []), ...faults]),
    clear: () => queues.clear(),
    async around(operation, effect, signal) {
      const script = queues.get(operation);
      const fault = script && script.length > 0 ? script.shift() : sometimes?.(operation);
      if (fault === undefined) return effect();
      if (fault === "unavailable") throw new TravelAgentError("SUPPLIER_UNAVAILABLE", "scripted: nothing happened; try again");
      if (fault === "never-arrived") throw new TravelAgentError("OUTCOME_UNKNOWN", "scripted: lost on the way there");
      if (fault === "hang") return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true }));
      if (fault === "late") {
        later(() => {
          try {
            effect();
          } catch {
            // Refused when it came at last.
          }
        });
        throw new TravelAgentError("OUTCOME_UNKNOWN", "scripted: on its way for long");
      }
      if (fault === "lost-reply") {
        effect();
        throw new TravelAgentError("OUTCOME_UNKNOWN", "scripted: lost on the way back");
      }
      throw fault;
    },
  };
}
