import { type Money, TravelAgentError } from "@travelagent/protocol";
import { minorUnits } from "../../money.ts";
import { moneyOf } from "../../suppliers/http/index.ts";

/** Of these PayPal takes whole units only, whatever decimals they have elsewhere. */
const whole = new Set(["HUF", "JPY", "TWD"]);

export interface PayPalMoney {
  currency_code: string;
  value: string;
}

/** Raises `SUPPLIER_REJECTED` for what PayPal cannot charge exactly. */
export function toPayPal({ amount, currency }: Money): PayPalMoney {
  minorUnits({ amount, currency });
  const digits = whole.has(currency) ? 0 : 2;
  const [units = "0", decimals = ""] = amount.split(".");
  if (!/^0*$/.test(decimals.slice(digits)))
    throw new TravelAgentError("SUPPLIER_REJECTED", `PayPal takes ${currency} with ${digits} decimals and cannot charge exactly ${amount}; round it first`, {
      details: { code: "amount_not_chargeable" },
    });
  return { currency_code: currency, value: digits === 0 ? units : `${units}.${decimals.slice(0, digits).padEnd(digits, "0")}` };
}

export const fromPayPal = ({ currency_code: currency, value }: PayPalMoney): Money => moneyOf(value, currency);
