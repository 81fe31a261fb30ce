import { expect, it } from "vitest";
import { namingUnusable } from "./unusable-suppliers.ts";

it("names beside the suppliers in use those that lack something, with what to set", async () => {
  const handlers = { "suppliers.status": () => ({ suppliers: [{ id: "sandbox", live: false }] }) };
  const reason = "not configured: set suppliers.duffel.accessToken (or DUFFEL_ACCESS_TOKEN)";
  const named = namingUnusable(handlers, [{ id: "duffel", reason }], [{ id: "paypal", reason: "no" }]);
  expect(await named["suppliers.status"]!(undefined, {} as never)).toEqual({
    suppliers: [
      { id: "sandbox", live: false },
      { id: "duffel", status: "not-configured", reason },
    ],
    payments: [{ id: "paypal", status: "not-configured", reason: "no" }],
  });
  expect(await namingUnusable(handlers, [], [])["suppliers.status"]!(undefined, {} as never)).toEqual({ suppliers: [{ id: "sandbox", live: false }] });
});
