import { TravelAgentError } from "@travelagent/protocol";
import type { Runner } from "@travelagent/protocol/testing";
import { money } from "../money.ts";
import type { PaymentProvider, PaymentRequest, PaymentState } from "../payment.ts";

/** A provider whose customers pay on a page of its own. */
export interface PaymentBench {
  provider: PaymentProvider;
  /** Plays the customer who pays at the `payUrl` of a state that is `awaiting-customer`. */
  pay(state: PaymentState): Promise<void>;
  /** Whether somebody could pay there now. Absent: not asked. */
  payable?(state: PaymentState): Promise<boolean>;
}

/**
 * Every rule a payment provider keeps. `open` gives an empty one that accepts any amount; one that waits for the customer comes with a
 * bench by which the suite pays.
 */
export function paymentContract(
  { describe, it, expect }: Runner,
  name: string,
  open: () => Promise<PaymentProvider | PaymentBench> | PaymentProvider | PaymentBench,
): void {
  const { signal } = new AbortController();
  const euro = (minor: bigint) => money(minor, "EUR");
  const opened = async (): Promise<PaymentBench & { waits: boolean }> => {
    const made = await open();
    return "provider" in made ? { ...made, waits: true } : { provider: made, pay: async () => {}, waits: false };
  };
  const refusedWith = async (run: () => Promise<unknown>): Promise<string> => {
    try {
      await run();
      return "nothing";
    } catch (error) {
      return TravelAgentError.is(error) ? error.code : String(error);
    }
  };
  /** Authorises, and where the provider waits for the customer, pays. */
  const setAside = async ({ provider, pay, waits }: Awaited<ReturnType<typeof opened>>, request: PaymentRequest): Promise<PaymentState> => {
    const asked = await provider.authorise(request, signal);
    if (!waits) return asked;
    expect(asked).toMatchObject({ key: request.key, status: "awaiting-customer", captured: euro(0n), refunded: euro(0n) });
    expect(asked.payUrl?.startsWith("http")).toBe(true);
    await pay(asked);
    const state = await provider.find(request.key, signal);
    expect(state?.reference).toBe(asked.reference);
    return state!;
  };

  describe(`payment contract: ${name}`, () => {
    it("sets money aside without taking it, and finds it by key", async () => {
      const bench = await opened();
      const { provider } = bench;
      expect(await provider.find("k1", signal)).toBe(null);
      const state = await setAside(bench, { key: "k1", amount: euro(10_000n), description: "Booking" });
      expect(state).toMatchObject({ key: "k1", status: "authorised", authorised: euro(10_000n), captured: euro(0n), refunded: euro(0n) });
      expect(await provider.find("k1", signal)).toEqual(state);
    });

    it("gives the first outcome again for the same key", async () => {
      const bench = await opened();
      const { provider } = bench;
      const request = { key: "k1", amount: euro(10_000n), description: "Booking" };
      const first = await setAside(bench, request);
      expect(await provider.authorise(request, signal)).toEqual(first);
      const captured = await provider.capture(first.reference, euro(10_000n), "c1", signal);
      expect(await provider.capture(first.reference, euro(10_000n), "c1", signal)).toEqual(captured);
      const refunded = await provider.refund(first.reference, euro(4_000n), "r1", signal);
      expect(await provider.refund(first.reference, euro(4_000n), "r1", signal)).toEqual(refunded);
      expect((await provider.find("k1", signal))?.refunded).toEqual(euro(4_000n));
    });

    it("captures less than was set aside, never more, and only once", async () => {
      const bench = await opened();
      const { provider } = bench;
      const { reference } = await setAside(bench, { key: "k1", amount: euro(10_000n), description: "Booking" });
      expect(await refusedWith(() => provider.capture(reference, euro(10_001n), "c0", signal))).toBe("SUPPLIER_REJECTED");
      expect(await provider.capture(reference, euro(9_000n), "c1", signal)).toMatchObject({ status: "captured", captured: euro(9_000n) });
      expect(await refusedWith(() => provider.capture(reference, euro(1_000n), "c2", signal))).toBe("SUPPLIER_REJECTED");
    });

    it("voids what was not captured, and nothing else", async () => {
      const bench = await opened();
      const { provider } = bench;
      const { reference } = await setAside(bench, { key: "k1", amount: euro(500n), description: "Booking" });
      expect(await provider.void(reference, "v1", signal)).toMatchObject({ status: "voided", captured: euro(0n) });
      expect(await provider.void(reference, "v1", signal)).toMatchObject({ status: "voided" });
      expect(await refusedWith(() => provider.capture(reference, euro(500n), "c1", signal))).toBe("SUPPLIER_REJECTED");
    });

    it("refunds in parts up to what was captured", async () => {
      const bench = await opened();
      const { provider } = bench;
      const { reference } = await setAside(bench, { key: "k1", amount: euro(500n), description: "Booking" });
      expect(await refusedWith(() => provider.refund(reference, euro(1n), "r0", signal))).toBe("SUPPLIER_REJECTED");
      await provider.capture(reference, euro(500n), "c1", signal);
      expect(await provider.refund(reference, euro(200n), "r1", signal)).toMatchObject({ status: "partially-refunded", refunded: euro(200n) });
      expect(await refusedWith(() => provider.refund(reference, euro(301n), "r2", signal))).toBe("SUPPLIER_REJECTED");
      expect(await provider.refund(reference, euro(300n), "r3", signal)).toMatchObject({ status: "refunded", refunded: euro(500n) });
    });

    it("where the customer has to pay first: one page for a key, nothing set aside before, no capture", async () => {
      const bench = await opened();
      if (!bench.waits) return;
      const request = { key: "k1", amount: euro(500n), description: "Booking" };
      const first = await bench.provider.authorise(request, signal);
      expect(first).toMatchObject({ status: "awaiting-customer", authorised: euro(0n) });
      expect(await bench.provider.authorise(request, signal)).toEqual(first);
      expect(await bench.provider.find("k1", signal)).toEqual(first);
      expect(await refusedWith(() => bench.provider.capture(first.reference, euro(500n), "c1", signal))).toBe("SUPPLIER_REJECTED");
    });

    it("where the customer has to pay first: a page that is given up cannot be paid", async () => {
      const bench = await opened();
      if (!bench.waits) return;
      const asked = await bench.provider.authorise({ key: "k1", amount: euro(500n), description: "Booking" }, signal);
      expect(await bench.provider.void(asked.reference, "v1", signal)).toMatchObject({ status: "voided", authorised: euro(0n) });
      if (bench.payable) expect(await bench.payable(asked)).toBe(false);
      await bench.pay(asked).catch(() => {});
      expect(await bench.provider.find("k1", signal)).toMatchObject({ status: "voided", captured: euro(0n) });
    });
  });
}
