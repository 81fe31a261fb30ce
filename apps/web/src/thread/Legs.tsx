import { legsOf } from "./legs.ts";

/** A text whose journeys stand each on a line of their own. */
export function Legs({ text }: { text: string }) {
  const legs = legsOf(text);
  if (legs.length === 1) return text;
  return legs.map((leg) => (
    <span key={leg} className="leg">
      {leg}
    </span>
  ));
}
