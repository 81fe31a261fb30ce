import type { Scenario } from "../simulators/kit/index.ts";
import type { Random } from "./random.ts";
import { drawForPage } from "./scenario-draw.ts";
import type { SimulatedClock } from "./simulated-clock.ts";

export interface PageCustomerOptions {
  random: Random;
  clock: SimulatedClock;
  /** Whether cards and banks make trouble just now. */
  troubled(): boolean;
}

/** Somebody who sits before the provider's page. */
export interface PageCustomer {
  /** Pays there. Where the card is declined or the bank asks, they go on later, or not at all. */
  pay(page: string): void;
}

const minute = 60_000;

export function pageCustomer({ random, clock, troubled }: PageCustomerOptions): PageCustomer {
  const submit = (page: string, action: string, fault?: Scenario): void =>
    void fetch(page, {
      method: "POST",
      headers: fault === undefined ? {} : { "x-sim-scenario": fault },
      body: new URLSearchParams({ action }),
      redirect: "manual",
    }).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    );

  function pay(page: string): void {
    const fault = troubled() && random.chance(0.2) ? drawForPage(random) : undefined;
    submit(page, "pay", fault);
    if (fault === undefined || random.chance(0.2)) return;
    const then = fault === "3ds_required" ? random.pick(["confirm", "confirm", "fail"] as const) : "pay";
    clock.after(random.pick([0.2, 1, 5, 30]) * minute, () => submit(page, then));
    if (then === "fail") clock.after(40 * minute, () => pay(page));
  }

  return { pay };
}
