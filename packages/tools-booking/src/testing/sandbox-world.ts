import type { Database } from "@travelagent/protocol/ports";
import type { Fault, SandboxOperation } from "../suppliers/sandbox/faults.ts";
import { createSandbox } from "../suppliers/sandbox/index.ts";
import { type OpenWorld, searchesOf } from "./random-world.ts";
import { stirring } from "./simulated-clock.ts";

const writes: ReadonlySet<SandboxOperation> = new Set(["hold", "book", "ticket", "cancel", "change", "authorise", "capture", "void", "refund"]);
const routes = [
  { origin: "BCN", destination: "FRA" },
  { origin: "LIS", destination: "PAR" },
  { origin: "LON", destination: "ROM" },
];

/** The sandbox as the world of a random run: holds that lapse, prices that drift, and calls that fail now and then. `db` is empty and keeps its books. */
export const sandboxWorld =
  (db: Database): OpenWorld =>
  (random, clock) => {
    const often = random.pick([0, 0.05, 0.15, 0.3]);
    let left = random.int(0, 12);
    const faults = (operation: SandboxOperation): Fault | undefined => {
      if (left === 0 || operation === "search" || !random.chance(writes.has(operation) ? often : often / 8)) return undefined;
      left -= 1;
      if (!writes.has(operation)) return { kind: "unavailable" };
      if (operation === "authorise" && random.chance(0.1)) return { kind: "card_declined" };
      if (operation === "book" && random.chance(0.2)) return { kind: "sold_out" };
      // Slower than anybody waits for.
      return random.pick<Fault>([{ kind: "timeout_after_commit" }, { kind: "timeout_after_commit" }, { kind: "unavailable" }, { kind: "slow", ms: 120_000 }]);
    };
    const sandbox = createSandbox({ db: stirring(db, clock), clock, seed: `world-${random.int(1, 5)}`, faults });
    return {
      suppliers: [sandbox.supplier],
      payments: [sandbox.payments],
      books: {
        suppliers: [
          {
            id: sandbox.supplier.id,
            orders: async () =>
              (await sandbox.ledger.orders()).map(({ reference, key, status, locators, total, documents, penalty, refund }) => ({
                reference,
                key,
                status,
                locators,
                total,
                documents,
                ...(penalty ? { penalty } : {}),
                ...(refund ? { refund } : {}),
              })),
          },
        ],
        payments: [{ id: sandbox.payments.id, payments: () => sandbox.ledger.payments() }],
      },
      searches: searchesOf(random.pick(routes)),
      misfortune: () => {
        left += 2;
      },
      calm: () => {
        left = 0;
      },
      pay: () => undefined,
    };
  };
