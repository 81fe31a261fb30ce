import { afterEach, describe, expect, it } from "vitest";
import { bookingDialect } from "../../simulators/booking/index.ts";
import { carMismatch, carQuery, hotelMismatch, hotelQuery, simulatorBench } from "../../testing/simulator-bench.ts";
import { supplierContract } from "../../testing/supplier-contract.ts";
import { bookingDemandSupplier } from "./booking.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))));

for (const wallet of [true, false]) {
  const setup: Parameters<typeof simulatorBench>[0] = {
    dialect: (world) => bookingDialect(world),
    adapter: ({ url, memory, clock }) =>
      bookingDemandSupplier({ baseUrl: `${url}/3.2`, apiToken: "demand-token", affiliateId: 111111, wallet, live: false, memory, clock }),
  };
  const paid = wallet ? "prepaid" : "paid on the spot";
  supplierContract({ describe, it, expect }, `booking stays, ${paid}`, () =>
    simulatorBench(setup, ({ hotels }) => hotels, { query: hotelQuery, mismatch: hotelMismatch, createRoute: "create", opened }),
  );
  // What is paid differs with stays alone; prepaid cars are in traps.test.ts.
  if (wallet) continue;
  supplierContract({ describe, it, expect }, `booking cars, ${paid}`, () =>
    simulatorBench(setup, ({ cars }) => cars, { query: carQuery, mismatch: carMismatch, createRoute: "create", opened }),
  );
}
