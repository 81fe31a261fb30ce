import type { ContextFact } from "@travelagent/protocol/messages";

/** Most of each kind, newest first; bookings that are alive do not count. */
const mostOf: Readonly<Record<ContextFact["kind"], number>> = {
  booking: 30,
  reference: 100,
  ticket: 100,
  traveller: 60,
  decision: 30,
  promise: 30,
  price: 120,
  date: 150,
  offer: 20,
};

/** The order in which facts get room. */
const order = Object.keys(mostOf) as readonly ContextFact["kind"][];

/** Newer facts replace older ones of the same kind and key. Of what is over only the newest stays; no live booking ever goes. */
export function mergeFacts(groups: readonly (readonly ContextFact[])[], { now, maxChars }: { now: number; maxChars: number }): ContextFact[] {
  const byName = new Map<string, ContextFact>();
  for (const fact of groups.flat()) {
    const name = `${fact.kind} ${fact.key}`;
    const before = byName.get(name);
    if (before && before.at > fact.at) continue;
    byName.delete(name);
    byName.set(name, fact);
  }
  const kept: ContextFact[] = [];
  // A reference, a name or a price that a booking says already is not said twice.
  const said = ({ kind, text }: ContextFact): boolean =>
    kind !== "booking" && kind !== "offer" && kept.some((fact) => fact.kind === "booking" && contains(fact.text, text));
  let chars = 0;
  for (const kind of order) {
    const facts = [...byName.values()].filter((fact) => fact.kind === kind && (fact.until === undefined || fact.until > now) && !said(fact)).reverse();
    let count = 0;
    for (const fact of facts.sort((a, b) => Number(b.active ?? false) - Number(a.active ?? false) || b.at - a.at)) {
      if (!fact.active && (count >= mostOf[kind] || chars + fact.text.length > maxChars)) continue;
      if (!fact.active) count += 1;
      chars += fact.text.length;
      kept.push(fact);
    }
  }
  return kept;
}

/** As a word of its own: "12" is not in "2012". */
function contains(text: string, part: string): boolean {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    const before = text[at - 1] ?? " ";
    const after = text[at + part.length] ?? " ";
    if (!/[\p{L}\d]/u.test(before) && !/[\p{L}\d]/u.test(after)) return true;
  }
  return false;
}
