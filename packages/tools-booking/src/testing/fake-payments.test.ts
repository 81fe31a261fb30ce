import { describe, expect, it } from "vitest";
import { fakePayments } from "./fake-payments.ts";
import { paymentContract } from "./payment-contract.ts";

paymentContract({ describe, it, expect }, "fake", () => fakePayments());
