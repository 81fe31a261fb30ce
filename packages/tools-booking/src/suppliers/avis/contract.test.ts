import { afterEach, describe, expect, it } from "vitest";
import { avisDialect } from "../../simulators/avis/index.ts";
import { carMismatch, carQuery, simulatorBench } from "../../testing/simulator-bench.ts";
import { supplierContract } from "../../testing/supplier-contract.ts";
import { avisSupplier } from "./avis.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))));

// Avis cannot be asked for a reservation without its number; traps.test.ts proves that a lost one stays unknown.
supplierContract({ describe, it, expect }, "avis cars", () =>
  simulatorBench(
    {
      dialect: (world) => avisDialect(world),
      adapter: ({ url, memory, clock }) => avisSupplier({ baseUrl: url, clientId: "avis-client", clientSecret: "avis-secret", live: false, memory, clock }),
    },
    ({ cars }) => cars,
    { query: carQuery, mismatch: carMismatch, opened },
  ),
);
