import { afterEach, describe, expect, it } from "vitest";
import { flightMismatch, flightQuery, hotelMismatch, hotelQuery, simulatorBench } from "../../testing/simulator-bench.ts";
import { supplierContract } from "../../testing/supplier-contract.ts";
import { setup } from "./simulated-amadeus.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

// Without `createRoute`: a lost reply cannot be resolved at Amadeus, which lost-reply.test.ts proves.
supplierContract({ describe, it, expect }, "amadeus flights", () =>
  simulatorBench(setup(), ({ flights }) => flights, { query: flightQuery, mismatch: flightMismatch, opened }),
);

supplierContract({ describe, it, expect }, "amadeus flights, return with children", () =>
  simulatorBench(setup(), ({ flights }) => flights, {
    query: { ...flightQuery, returnDate: "2027-03-19", adults: 2, childrenAges: [8, 1] },
    mismatch: flightMismatch,
    opened,
  }),
);

supplierContract({ describe, it, expect }, "amadeus hotels", async () => ({
  ...(await simulatorBench(setup(), ({ hotels }) => hotels, { query: hotelQuery, mismatch: hotelMismatch, opened })),
  cancels: false,
}));
