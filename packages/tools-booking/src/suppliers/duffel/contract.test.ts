import { afterAll, describe, expect, it } from "vitest";
import { duffelDialect } from "../../simulators/duffel/index.ts";
import {
  carMismatch,
  carQuery,
  flightMismatch,
  flightQuery,
  hotelMismatch,
  hotelQuery,
  type SimulatorSetup,
  simulatorBench,
} from "../../testing/simulator-bench.ts";
import { supplierContract } from "../../testing/supplier-contract.ts";
import { duffelSupplier } from "./index.ts";

const opened: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const one of opened) await one.close();
});

const setup: SimulatorSetup = {
  dialect: (world) => duffelDialect(world),
  adapter: ({ url, memory, clock }) => duffelSupplier({ baseUrl: url, accessToken: "duffel_test_bench", live: false, memory, clock }),
};

supplierContract({ describe, it, expect }, "duffel flights", async () => ({
  ...(await simulatorBench(setup, ({ flights }) => flights, { query: flightQuery, mismatch: flightMismatch, createRoute: "create-order", opened })),
  oneOrderASearch: true as const,
}));
supplierContract({ describe, it, expect }, "duffel stays", () =>
  simulatorBench(setup, ({ hotels }) => hotels, { query: hotelQuery, mismatch: hotelMismatch, createRoute: "book-stay", opened }),
);
supplierContract({ describe, it, expect }, "duffel cars", () => simulatorBench(setup, ({ cars }) => cars, { query: carQuery, mismatch: carMismatch, opened }));
