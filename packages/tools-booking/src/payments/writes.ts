import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { PaymentState } from "../payment.ts";
import type { SupplierMemory } from "../suppliers/http/index.ts";
import { surelyNothingHappened, undecided } from "../write-outcome.ts";

interface WriteRequest {
  operation: "capture" | "void" | "refund";
  reference: string;
  key: string;
  amount?: Money;
}

interface Attempt {
  /** 1, and more only after a provider answered a failure that surely changed nothing. */
  number: number;
  /** When this key was first used, in milliseconds. */
  since: number;
}

interface WriteSteps {
  act(attempt: Attempt): Promise<PaymentState>;
  /** Asks the provider whether an earlier attempt with this key went through; null when it surely did not. */
  settled(): Promise<PaymentState | null>;
  /** Whether a failure the provider answered and that changed nothing may be tried under a new key of the provider's. */
  freshAfterFailure?: boolean;
}

/** Writes on a payment, each done once for its key: the same key gets the first outcome, also after a restart. */
interface Writes {
  once(request: WriteRequest, steps: WriteSteps): Promise<PaymentState>;
}

interface Note {
  reference: string;
  amount: Money | null;
  since: number;
  attempt: number;
  /** The last attempt ended with an answered failure, which the provider may repeat for the same key. */
  failed?: boolean;
  outcome?: PaymentState;
}

const answeredFailure = (error: unknown): boolean => {
  const status = TravelAgentError.is(error, "OUTCOME_UNKNOWN") ? (error.details as { status?: number } | undefined)?.status : undefined;
  return status !== undefined && status >= 500;
};

export function createWrites(memory: SupplierMemory, clock: Clock): Writes {
  const underWay = new Map<string, Promise<PaymentState>>();

  async function run({ operation, reference, key, amount }: WriteRequest, { act, settled, freshAfterFailure = false }: WriteSteps): Promise<PaymentState> {
    const claimed: Note = { reference, amount: amount ?? null, since: clock.now(), attempt: 1 };
    const { created, value: note } = await memory.claim(operation, key, claimed);
    if (note.reference !== reference || note.amount?.amount !== amount?.amount || note.amount?.currency !== amount?.currency)
      throw new TravelAgentError("IDEMPOTENCY_MISMATCH", `the key of this ${operation} was used for something else; make a new key`);
    if (note.outcome) return note.outcome;
    const keep = (outcome: PaymentState) => memory.put(operation, key, { ...note, outcome } satisfies Note);
    let number = note.attempt;
    if (!created) {
      const earlier = await settled().catch((error: unknown) => {
        throw undecided(error);
      });
      if (earlier) {
        await keep(earlier);
        return earlier;
      }
      if (note.failed && freshAfterFailure) {
        number += 1;
        await memory.put(operation, key, { ...note, attempt: number, failed: false } satisfies Note);
      }
    }
    try {
      const outcome = await act({ number, since: note.since });
      await keep(outcome);
      return outcome;
    } catch (error) {
      if (created && surelyNothingHappened(error)) await memory.remove(operation, key);
      else if (answeredFailure(error)) await memory.put(operation, key, { ...note, attempt: number, failed: true } satisfies Note);
      throw created ? error : undecided(error);
    }
  }

  return {
    once(request, steps) {
      const name = `${request.operation} ${request.key}`;
      const running = underWay.get(name);
      // The second caller may ask for something else under the same key, so it goes through the checks as well.
      const result = (running ? running.catch(() => {}) : Promise.resolve()).then(() => run(request, steps));
      underWay.set(name, result);
      const done = () => {
        if (underWay.get(name) === result) underWay.delete(name);
      };
      result.then(done, done);
      return result;
    },
  };
}
