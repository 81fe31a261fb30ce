import type { ContextFact } from "@travelagent/protocol/messages";

const titles: Readonly<Record<ContextFact["kind"], string>> = {
  booking: "Bookings",
  reference: "References",
  ticket: "Ticket numbers",
  traveller: "People",
  decision: "Asked and answered",
  promise: "What we said we would do",
  price: "Prices",
  date: "Dates and times",
  offer: "Offers still open",
};

const inOneLine = new Set<ContextFact["kind"]>(["reference", "ticket", "traveller", "price", "date"]);

/** Facts as a model reads them; empty when there are none. */
export function factsBlock(facts: readonly ContextFact[]): string {
  return (Object.keys(titles) as ContextFact["kind"][])
    .flatMap((kind) => {
      const own = facts.filter((fact) => fact.kind === kind).map(({ text }) => text);
      if (own.length === 0) return [];
      return inOneLine.has(kind) ? [`${titles[kind]}: ${own.join(" | ")}`] : [`${titles[kind]}:\n${own.map((line) => `- ${line}`).join("\n")}`];
    })
    .join("\n");
}
