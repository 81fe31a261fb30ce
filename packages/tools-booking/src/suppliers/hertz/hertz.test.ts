import { testDatabase } from "@travelagent/engine/testing";
import { silentLogger } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { fanOut } from "../../fan-out.ts";
import { carQuery } from "../../testing/simulator-bench.ts";
import { createSandbox } from "../sandbox/index.ts";
import { hertzSupplier, hertzVendorCode } from "./index.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))));

const call = { signal: new AbortController().signal, requestId: "test" };

async function sandbox(clock = fakeClock()) {
  const db = await testDatabase();
  opened.push(db);
  return { clock, supplier: createSandbox({ db, clock }).supplier };
}

describe("Hertz", () => {
  it("says that it cannot be configured, why, and which way there is instead", async () => {
    const { cars } = hertzSupplier();
    await expect(cars!.search(carQuery, call)).rejects.toMatchObject({
      code: "SUPPLIER_REJECTED",
      details: { code: "not_configured" },
      message: expect.stringMatching(/ZE through Sabre, Booking\.com and Duffel/),
    });
    await expect(cars!.find("key", call)).rejects.toMatchObject({ details: { code: "not_configured" } });
  });

  it("is named in the answer of a search and spoils nothing", async () => {
    const { clock, supplier } = await sandbox();
    const { offers, suppliers } = await fanOut(
      { suppliers: [supplier, hertzSupplier()], clock, log: silentLogger, deadlineMs: 5000 },
      { kind: "car", query: carQuery },
      "search-1",
      call.signal,
    );
    expect(offers.length).toBeGreaterThan(0);
    expect(suppliers.find(({ id }) => id === "hertz")).toMatchObject({ status: "error", error: expect.stringContaining("no public interface") });
  });

  it("has its cars at others, asked for by their vendor", async () => {
    const { supplier } = await sandbox();
    const hertz = await supplier.cars!.search({ ...carQuery, vendors: [hertzVendorCode], limit: 50 }, call);
    expect(hertz.length).toBeGreaterThan(0);
    expect(new Set(hertz.map(({ vendor }) => vendor.name))).toEqual(new Set(["Hertz"]));
    const two = await supplier.cars!.search({ ...carQuery, vendors: ["ZE", "ZI"], limit: 50 }, call);
    expect(new Set(two.map(({ vendor }) => vendor.code))).toEqual(new Set(["ZE", "ZI"]));
    expect(await supplier.cars!.search({ ...carQuery, vendors: [] }, call)).toEqual([]);
  });
});
