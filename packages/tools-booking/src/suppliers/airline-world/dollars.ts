import type { Money } from "@travelagent/protocol";
import { money } from "../../money.ts";

export const usd = (amount: number): Money => money(BigInt(Math.round(amount * 100)), "USD");
export const dollars = ({ amount }: Money): number => Number(amount);
/** Sums of cents, without what binary fractions add to them. */
export const cents = (amount: number): number => Math.round(amount * 100) / 100;
