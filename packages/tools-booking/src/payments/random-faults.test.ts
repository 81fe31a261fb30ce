import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { add, compare, money, subtract, zero } from "../money.ts";
import type { PaymentProvider, PaymentState } from "../payment.ts";
import { type Dialect, openWorld, type Scenario, startSimulator, type World } from "../simulators/kit/index.ts";
import { payPalDialect } from "../simulators/paypal/index.ts";
import { stripeDialect } from "../simulators/stripe/index.ts";
import { type SupplierMemory, volatileMemory } from "../suppliers/http/index.ts";
import { payPalPayments } from "./paypal/index.ts";
import { stripePayments } from "./stripe/index.ts";

interface Parts {
  baseUrl: string;
  memory: SupplierMemory;
  clock: World["clock"];
}
interface Setup {
  dialect(world: World): Dialect;
  provider(parts: Parts): PaymentProvider;
  /** Routes that write. */
  routes: readonly string[];
}
const common = { returnUrl: "https://agency.example/back", live: false };
const setups: Record<string, Setup> = {
  stripe: {
    dialect: (world) => stripeDialect(world),
    provider: (parts) => stripePayments({ ...common, ...parts, apiKey: "sk_test_1" }),
    routes: ["create-session", "capture", "refund", "cancel", "expire-session"],
  },
  paypal: {
    dialect: (world) => payPalDialect(world),
    provider: (parts) => payPalPayments({ ...common, ...parts, clientId: "client", clientSecret: "secret" }),
    routes: ["create-order", "authorize", "capture", "refund", "void"],
  },
};
const faults: readonly Scenario[] = ["timeout_after_commit", "server_error_after_commit", "connection_reset", "malformed_json", "wrong_content_type", "rate_limited", "partial"];

/** Numbers that are the same for the same seed. */
function dice(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0;
    return state % below;
  };
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const { signal } = new AbortController();

describe.each(Object.entries(setups))("%s under random faults and restarts", (_, { dialect, provider: start, routes }) => {
  it("moves each sum once: what the provider says in the end is what its ledger has", async () => {
    const db = await testDatabase();
    const clock = fakeClock();
    const world = await openWorld({ db, clock });
    const simulator = await startSimulator(dialect(world), { clock });
    closing.push(
      () => db.close(),
      () => simulator.close(),
    );
    const memory = volatileMemory();
    const parts = { baseUrl: simulator.url, memory, clock };
    const expected = new Map<string, string>();
    let unknown = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const roll = dice(seed);
      const key = `run-${seed}`;
      let provider = start(parts);
      /** Tries with the same key until the outcome is known; faults and restarts come in between. */
      const insist = async (work: () => Promise<PaymentState | null>): Promise<PaymentState | null> => {
        for (let tries = 0; ; tries += 1) {
          simulator.calm();
          if (tries < 4 && roll(2) === 0) simulator.next({ scenario: faults[roll(faults.length)]!, on: routes[roll(routes.length)]! });
          if (roll(3) === 0) provider = start(parts);
          try {
            return await work();
          } catch (error) {
            unknown += 1;
            if (tries > 12) throw error;
            // Failures that are saved under a key are forgotten after a day.
            if (tries > 8) await clock.advance(25 * 60 * 60_000);
          }
        }
      };
      const amount = money(BigInt(1_000 + roll(90_000)), "EUR");
      const nothing = zero("EUR");
      let net = nothing;
      const asked = await insist(() => provider.authorise({ key, amount, description: `Booking ${seed}` }, signal)).catch(() => null);
      if (asked?.payUrl && roll(5) > 0) await fetch(asked.payUrl, { method: "POST", body: new URLSearchParams({ action: "pay" }), redirect: "manual" });
      let state = await insist(() => provider.find(key, signal));
      if (state?.status === "authorised" && roll(4) > 0) {
        const part = roll(2) === 0 ? amount : money(900n, "EUR");
        const { reference } = state;
        state = await insist(() => provider.capture(reference, part, `${key}-c`, signal)).catch(() => null);
        if (state) net = part;
        for (let round = 1; state && round <= roll(3); round += 1) {
          const back = money(BigInt(100 + roll(300)), "EUR");
          if (compare(back, net) > 0) break;
          await insist(() => provider.refund(reference, back, `${key}-r${round}`, signal));
          net = subtract(net, back);
        }
      } else if (state && state.status !== "voided") {
        const { reference } = state;
        await insist(() => provider.void(reference, `${key}-v`, signal));
      }
      simulator.calm();
      expected.set(key, net.amount);
      const end = await start({ ...parts }).find(key, signal);
      if (end) expect(subtract(end.captured, end.refunded)).toEqual(net);
      expect(end?.status).not.toBe("authorised");
    }
    const ledger = await simulator.ledger();
    const taken = new Map<string, string>();
    for (const { clientReference = "", net = zero("EUR") } of ledger) {
      taken.set(clientReference, add(net, { amount: taken.get(clientReference) ?? "0.00", currency: "EUR" }).amount);
    }
    for (const [key, net] of expected) expect([key, taken.get(key) ?? "0.00"]).toEqual([key, net]);
    expect(new Set(ledger.map(({ clientReference }) => clientReference)).size).toBe(ledger.length);
    expect(unknown).toBeGreaterThan(10);
  });
});
