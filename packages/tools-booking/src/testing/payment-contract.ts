import { TravelAgentError } from "@travelagent/protocol";
import type { Runner } from "@travelagent/protocol/testing";
import { money } from "../money.ts";
import type { PaymentProvider } from "../payment.ts";

/** Every rule a payment provider keeps. `open` gives an empty one that accepts any amount. */
export function paymentContract({ describe, it, expect }: Runner, name: string, open: () => Promise<PaymentProvider> | PaymentProvider): void {
  const { signal } = new AbortController();
  const euro = (minor: bigint) => money(minor, "EUR");
  const refusedWith = async (run: () => Promise<unknown>): Promise<string> => {
    try {
      await run();
      return "nothing";
    } catch (error) {
      return TravelAgentError.is(error) ? error.code : String(error);
    }
  };
  describe(`payment contract: ${name}`, () => {
    it("sets money aside without taking it, and finds it by key", async () => {
      const provider = await open();
      expect(await provider.find("k1", signal)).toBe(null);
      const state = await provider.authorise({ key: "k1", amount: euro(10_000n), description: "Booking" }, signal);
      expect(state).toMatchObject({ key: "k1", status: "authorised", authorised: euro(10_000n), captured: euro(0n), refunded: euro(0n) });
      expect(await provider.find("k1", signal)).toEqual(state);
    });

    it("gives the first outcome again for the same key", async () => {
      const provider = await open();
      const request = { key: "k1", amount: euro(10_000n), description: "Booking" };
      const first = await provider.authorise(request, signal);
      expect(await provider.authorise(request, signal)).toEqual(first);
      const captured = await provider.capture(first.reference, euro(10_000n), "c1", signal);
      expect(await provider.capture(first.reference, euro(10_000n), "c1", signal)).toEqual(captured);
      const refunded = await provider.refund(first.reference, euro(4_000n), "r1", signal);
      expect(await provider.refund(first.reference, euro(4_000n), "r1", signal)).toEqual(refunded);
      expect((await provider.find("k1", signal))?.refunded).toEqual(euro(4_000n));
    });

    it("captures less than was set aside, never more, and only once", async () => {
      const provider = await open();
      const { reference } = await provider.authorise({ key: "k1", amount: euro(10_000n), description: "Booking" }, signal);
      expect(await refusedWith(() => provider.capture(reference, euro(10_001n), "c0", signal))).toBe("SUPPLIER_REJECTED");
      expect(await provider.capture(reference, euro(9_000n), "c1", signal)).toMatchObject({ status: "captured", captured: euro(9_000n) });
      expect(await refusedWith(() => provider.capture(reference, euro(1_000n), "c2", signal))).toBe("SUPPLIER_REJECTED");
    });

    it("voids what was not captured, and nothing else", async () => {
      const provider = await open();
      const { reference } = await provider.authorise({ key: "k1", amount: euro(500n), description: "Booking" }, signal);
      expect(await provider.void(reference, "v1", signal)).toMatchObject({ status: "voided", captured: euro(0n) });
      expect(await provider.void(reference, "v1", signal)).toMatchObject({ status: "voided" });
      expect(await refusedWith(() => provider.capture(reference, euro(500n), "c1", signal))).toBe("SUPPLIER_REJECTED");
    });

    it("refunds in parts up to what was captured", async () => {
      const provider = await open();
      const { reference } = await provider.authorise({ key: "k1", amount: euro(500n), description: "Booking" }, signal);
      expect(await refusedWith(() => provider.refund(reference, euro(1n), "r0", signal))).toBe("SUPPLIER_REJECTED");
      await provider.capture(reference, euro(500n), "c1", signal);
      expect(await provider.refund(reference, euro(200n), "r1", signal)).toMatchObject({ status: "partially-refunded", refunded: euro(200n) });
      expect(await refusedWith(() => provider.refund(reference, euro(301n), "r2", signal))).toBe("SUPPLIER_REJECTED");
      expect(await provider.refund(reference, euro(300n), "r3", signal)).toMatchObject({ status: "refunded", refunded: euro(500n) });
    });
  });
}
