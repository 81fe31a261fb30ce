import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { describe, expect, it } from "vitest";
import { supplierBooks } from "./books.ts";

describe("the sandbox's books", () => {
  it.each(["STORAGE_FULL", "STORAGE_BUSY"] as const)(
    "are a supplier that does not answer when they say %s, so that nothing is taken for unknown",
    async (code) => {
      const db = await testDatabase();
      const books = supplierBooks({ ...db, transaction: () => Promise.reject(new TravelAgentError(code, "not now")) });
      await expect(books.transaction(async () => 1)).rejects.toEqual(expect.objectContaining({ code: "SUPPLIER_UNAVAILABLE" }));
      await db.close();
    },
  );

  it("pass on every other failure as it is", async () => {
    const db = await testDatabase();
    await expect(
      supplierBooks(db).transaction(async () => {
        throw new TravelAgentError("SOLD_OUT", "no seat is left");
      }),
    ).rejects.toEqual(expect.objectContaining({ code: "SOLD_OUT" }));
    await db.close();
  });
});
