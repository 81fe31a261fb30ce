import { describe, expect, it } from "vitest";
import { scenarios } from "../simulators/kit/index.ts";
import { seededRandom } from "./random.ts";
import { byThemselves, drawForPage, drawForPurchase, drawForRead, drawForWrite, drawn } from "./scenario-draw.ts";

describe("the scenarios of the simulators", () => {
  it("are all drawn in random runs", () => {
    expect([...drawn].toSorted()).toEqual([...scenarios].toSorted());
  });

  it("come up when they are drawn often enough", () => {
    const random = seededRandom(1);
    const met = new Set(Array.from({ length: 2000 }, () => [drawForRead(random), drawForWrite(random), drawForPage(random)]).flat());
    expect([...new Set([...met, ...byThemselves])].toSorted()).toEqual([...scenarios].toSorted());
  });

  it("that only purchases meet are drawn there, now and then, and nowhere else", () => {
    const random = seededRandom(2);
    const at = (path: string) => new Set(Array.from({ length: 500 }, () => drawForPurchase(random, path)));
    expect(at("/air/orders")).toEqual(new Set([undefined, "pending_then_webhook", "duplicate"]));
    expect(at("/v2/checkout/orders/5O190127TN364715T/authorize")).toEqual(new Set([undefined, "3ds_required", "card_declined"]));
    expect(at("/air/offer_requests")).toEqual(new Set([undefined]));
  });
});
