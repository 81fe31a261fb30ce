import type { Card } from "@travelagent/protocol/messages";

/** The lines of a booking card that say more than the card shows anyway: they are written for channels without cards too. */
export function furtherLines({ lines, booking }: Extract<Card, { kind: "booking" }>): string[] {
  const { items, total, travellers } = booking;
  const shown = [`Total: ${total.amount} ${total.currency}`, `Travellers: ${travellers.map(({ name }) => name).join(", ")}`];
  const sandbox = items.some((item) => item.sandbox);
  return lines.filter((line) => !shown.includes(line) && !items.some(({ summary }) => line.startsWith(summary)) && !(sandbox && /^sandbox\b/i.test(line)));
}
