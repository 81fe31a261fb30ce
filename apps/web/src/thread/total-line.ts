import type { Money } from "@travelagent/protocol";

/** Whether a line says this total and nothing else; the card shows it in its own place. */
export const saysTotal = (line: string, { amount, currency }: Money): boolean => line.replace(/(?<=\d),(?=\d)/g, "") === `Total: ${amount} ${currency}`;
