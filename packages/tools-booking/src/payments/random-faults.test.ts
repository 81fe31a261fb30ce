import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { compare, money, subtract, zero } from "../money.ts";
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
const faults: readonly Scenario[] = [
  "timeout_after_commit",
  "server_error_after_commit",
  "connection_reset",
  "malformed_json",
  "wrong_content_type",
  "rate_limited",
  "partial",
];

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
    const parts = { baseUrl: simulator.url, memory: volatileMemory(), clock };
    let failures = 0;

    /** Tries with the same key until the outcome is known; faults and restarts come in between. */
    const insisting = (roll: (below: number) => number) => {
      let provider = start(parts);
      return async <T>(work: (provider: PaymentProvider) => Promise<T>): Promise<T> => {
        for (let tries = 0; ; tries += 1) {
          simulator.calm();
          if (tries < 4 && roll(2) === 0) simulator.next({ scenario: faults[roll(faults.length)]!, on: routes[roll(routes.length)]! });
          if (roll(3) === 0) provider = start(parts);
          try {
            return await work(provider);
          } catch (error) {
            failures += 1;
            if (tries > 12) throw error;
            // Failures that are saved under a key are forgotten after a day.
            if (tries > 8) await clock.advance(25 * 60 * 60_000);
          }
        }
      };
    };

    /** Takes some of an authorisation and gives some of that back; says what remains. */
    const takeAndGiveBack = async (insist: ReturnType<typeof insisting>, roll: (below: number) => number, { key, reference, authorised }: PaymentState) => {
      const part = roll(2) === 0 ? authorised : money(900n, "EUR");
      const captured = await insist((provider) => provider.capture(reference, part, `${key}-c`, signal)).catch(() => null);
      let net = captured ? part : zero("EUR");
      for (let round = roll(3); round > 0; round -= 1) {
        const back = money(BigInt(100 + roll(300)), "EUR");
        if (compare(back, net) > 0) break;
        await insist((provider) => provider.refund(reference, back, `${key}-r${round}`, signal));
        net = subtract(net, back);
      }
      return net;
    };

    const expected = new Map<string, string>();
    for (let seed = 1; seed <= 40; seed += 1) {
      const roll = dice(seed);
      const insist = insisting(roll);
      const key = `run-${seed}`;
      const amount = money(BigInt(1_000 + roll(90_000)), "EUR");
      const asked = await insist((provider) => provider.authorise({ key, amount, description: `Booking ${seed}` }, signal)).catch(() => null);
      if (asked?.payUrl && roll(5) > 0) await fetch(asked.payUrl, { method: "POST", body: new URLSearchParams({ action: "pay" }), redirect: "manual" });
      const state = await insist((provider) => provider.find(key, signal));
      const takes = state?.status === "authorised" && roll(4) > 0;
      const net = takes ? await takeAndGiveBack(insist, roll, state) : zero("EUR");
      if (!takes && state && state.status !== "voided") await insist((provider) => provider.void(state.reference, `${key}-v`, signal));
      simulator.calm();
      expected.set(key, net.amount);
      const end = await start(parts).find(key, signal);
      if (end) expect(subtract(end.captured, end.refunded)).toEqual(net);
      if (!takes) expect(end?.status ?? "voided").toBe("voided");
    }

    const ledger = await simulator.ledger();
    const taken = Object.fromEntries(ledger.map(({ clientReference = "", net }) => [clientReference, net?.amount]));
    expect(taken).toEqual(Object.fromEntries([...expected].filter(([key]) => key in taken)));
    for (const [key, net] of expected) if (!(key in taken)) expect(net).toBe("0.00");
    expect(new Set(ledger.map(({ clientReference }) => clientReference)).size).toBe(ledger.length);
    expect(failures).toBeGreaterThan(10);
  });
});
