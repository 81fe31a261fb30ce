import { afterEach, describe, expect, it } from "vitest";
import { expediaDialect } from "../../simulators/expedia/index.ts";
import { hotelMismatch, hotelQuery, simulatorBench } from "../../testing/simulator-bench.ts";
import { supplierContract } from "../../testing/supplier-contract.ts";
import { expediaRapidSupplier } from "./expedia.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))));

supplierContract({ describe, it, expect }, "expedia hotels", () =>
  simulatorBench(
    {
      dialect: (world) => expediaDialect(world),
      adapter: ({ url, memory, clock }) =>
        expediaRapidSupplier({ baseUrl: `${url}/v3`, apiKey: "rapid-key", sharedSecret: "rapid-secret", holdMinutes: 30, live: false, memory, clock }),
    },
    ({ hotels }) => hotels,
    { query: hotelQuery, mismatch: hotelMismatch, createRoute: "create", opened },
  ),
);
