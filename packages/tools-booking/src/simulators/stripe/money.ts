import type { Money } from "@travelagent/protocol";
import { money } from "../../money.ts";
import { invalid } from "./refusal.ts";

const noDecimals = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const threeDecimals = "bhd jod kwd omr tnd".split(" ");
const endsInZeros: Readonly<Record<string, number>> = { isk: 100, ugx: 100, bhd: 10, jod: 10, kwd: 10, omr: 10, tnd: 10 };

/** The amount a client gave, as Stripe accepts it. */
export function readAmount(text: string | undefined, currency: string, param: string): number {
  if (text === undefined || !/^\d{1,12}$/.test(text)) throw invalid(param, `Invalid integer: ${text ?? ""}`, "parameter_invalid_integer");
  const amount = Number(text);
  if (amount % (endsInZeros[currency] ?? 1) !== 0) throw invalid(param, `Invalid amount for ${currency}: it must end in zeros.`, "invalid_amount");
  return amount;
}

export function readCurrency(text: string | undefined, param: string): string {
  if (text === undefined || !/^[a-z]{3}$/.test(text)) throw invalid(param, `Invalid currency: ${text ?? ""}. It must be a lower case ISO code.`);
  return text;
}

/** For the ledger: real money, whatever Stripe's way of writing it. */
export function realMoney(amount: number, currency: string): Money {
  const code = currency.toUpperCase();
  // These two are written with zeros that are no money.
  if (currency === "isk" || currency === "ugx") return money(BigInt(amount) / 100n, code);
  // The ariary is counted whole at Stripe and has hundredths in the standard.
  if (currency === "mga") return money(BigInt(amount) * 100n, code);
  return money(BigInt(amount), code);
}

/** What the simulator takes of a capture: 1.5 per cent and a quarter. */
export const feeOf = (amount: number, currency: string): number =>
  Math.round(amount * 0.015) + (noDecimals.includes(currency) ? 25 : threeDecimals.includes(currency) ? 250 : 25);
