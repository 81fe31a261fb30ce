import { afterEach, describe, expect, it } from "vitest";
import { travelportDialect } from "../../simulators/travelport/index.ts";
import { flightMismatch, flightQuery, type SimulatorSetup, simulatorBench } from "../../testing/simulator-bench.ts";
import { supplierContract } from "../../testing/supplier-contract.ts";
import { travelportSupplier } from "./index.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const setup: SimulatorSetup = {
  dialect: (world) => travelportDialect(world),
  adapter: ({ url, memory, clock }) =>
    travelportSupplier({
      baseUrl: `${url}/11`,
      authUrl: `${url}/oauth/token`,
      clientId: "client",
      clientSecret: "secret",
      username: "agency",
      password: "secret",
      pcc: "7K9S",
      live: false,
      memory,
      clock,
    }),
};

supplierContract({ describe, it, expect }, "travelport flights", () =>
  simulatorBench(setup, ({ flights }) => flights, { query: flightQuery, mismatch: flightMismatch, opened }),
);
