import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";

export type SandboxOperation =
  | "search"
  | "reprice"
  | "hold"
  | "book"
  | "ticket"
  | "find"
  | "read"
  | "quote-cancel"
  | "cancel"
  | "quote-change"
  | "change"
  | "authorise"
  | "capture"
  | "void"
  | "refund"
  | "find-payment";

export type Fault =
  /** The effect happens and the reply is lost: the caller sees `OUTCOME_UNKNOWN`. */
  | { kind: "timeout_after_commit" }
  /** Nothing happens: `SUPPLIER_UNAVAILABLE`. */
  | { kind: "unavailable" }
  /** The price is 7 per cent higher than offered. For `reprice` and `book`. */
  | { kind: "price_changed" }
  | { kind: "sold_out" }
  /** The answer takes `ms` longer by the sandbox's clock. */
  | { kind: "slow"; ms: number }
  /** For `authorise`. */
  | { kind: "card_declined" };

/**
 * Asked once before each call. `key` is what the call is about: the caller's key for a write, the offer's id for `reprice`, the
 * reference for `read` and the quotes, `LON-PAR` for a search of flights, the place for other searches.
 */
export type Faults = (operation: SandboxOperation, key: string) => Fault | undefined;

interface Trouble {
  has(kind: Fault["kind"]): boolean;
  /** Called when the effect is committed. */
  afterCommit(): void;
}

/** Puts up with what goes wrong before the effect, and says what goes wrong later. */
export async function meetFaults(faults: Faults | undefined, clock: Clock, operation: SandboxOperation, key: string, signal: AbortSignal): Promise<Trouble> {
  if (signal.aborted)
    throw new TravelAgentError("SUPPLIER_UNAVAILABLE", "the call was given up before it was sent; nothing happened", { cause: signal.reason });
  const fault = faults?.(operation, key);
  if (fault?.kind === "slow") await pause(clock, fault.ms, signal);
  if (fault?.kind === "unavailable") throw new TravelAgentError("SUPPLIER_UNAVAILABLE", "the sandbox supplier does not answer; try again in a minute");
  return {
    has: (kind) => fault?.kind === kind,
    afterCommit() {
      if (fault?.kind === "timeout_after_commit")
        throw new TravelAgentError("OUTCOME_UNKNOWN", "the sandbox supplier did not answer in time; ask it by key what happened");
    },
  };
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      cancel();
      reject(new TravelAgentError("SUPPLIER_UNAVAILABLE", "the call was given up before it reached the sandbox; nothing happened", { cause: signal.reason }));
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener("abort", giveUp);
      resolve();
    });
    signal.addEventListener("abort", giveUp, { once: true });
  });
}
