import type { Card } from "@travelagent/protocol/messages";
import { saysTotal } from "./total-line.ts";

/** The lines of a booking card that say more than the card shows anyway: they are written for channels without cards too. */
export function furtherLines({ lines, booking }: Extract<Card, { kind: "booking" }>): string[] {
  const { items, total, travellers } = booking;
  const names = `Travellers: ${travellers.map(({ name }) => name).join(", ")}`;
  const sandbox = items.some((item) => item.sandbox);
  return lines.filter(
    (line) => line !== names && !saysTotal(line, total) && !items.some(({ summary }) => line.startsWith(summary)) && !(sandbox && /^sandbox\b/i.test(line)),
  );
}
