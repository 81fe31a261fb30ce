import { afterEach, describe, expect, it } from "vitest";
import { sabreDialect } from "../../simulators/sabre/index.ts";
import { carMismatch, carQuery, flightMismatch, flightQuery, type SimulatorSetup, simulatorBench } from "../../testing/simulator-bench.ts";
import { supplierContract } from "../../testing/supplier-contract.ts";
import { sabreSupplier } from "./index.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const setup: SimulatorSetup = {
  dialect: (world) => sabreDialect(world),
  adapter: ({ url, memory, clock }) =>
    sabreSupplier({ baseUrl: url, authVersion: "v2", epr: "1234", password: "secret", pcc: "G7HE", live: false, memory, clock }),
};

supplierContract({ describe, it, expect }, "sabre flights", () =>
  simulatorBench(setup, ({ flights }) => flights, { query: flightQuery, mismatch: flightMismatch, opened }),
);

supplierContract({ describe, it, expect }, "sabre cars", () => simulatorBench(setup, ({ cars }) => cars, { query: carQuery, mismatch: carMismatch, opened }));
