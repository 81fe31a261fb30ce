import { ageOn } from "./calendar.ts";

export type PassengerType = "ADT" | "CHD" | "INF";

/**
 * The type somebody has to be booked as. Airlines count the age on the day of the LAST flight: a baby that turns two before the
 * way back needs a seat on all of it. Below 2 on a lap, below 12 a child.
 */
export function passengerTypeOn(bornOn: string, lastTravelDate: string): PassengerType {
  const age = ageOn(bornOn, lastTravelDate);
  return age < 2 ? "INF" : age < 12 ? "CHD" : "ADT";
}

export interface PartyProblem {
  code: "infant-without-adult" | "too-many-travellers" | "child-alone" | "type-does-not-fit-age";
  message: string;
}

/** What an airline would refuse in a party, by the ages on the last day of travel. Empty is right. */
export function partyProblems(
  party: readonly { ptc: PassengerType; bornOn?: string }[],
  lastTravelDate: string,
  { mostTravellers = 9 }: { mostTravellers?: number } = {},
): PartyProblem[] {
  const problems: PartyProblem[] = [];
  const count = (ptc: PassengerType) => party.filter((one) => one.ptc === ptc).length;
  if (count("INF") > count("ADT")) problems.push({ code: "infant-without-adult", message: "each infant on a lap needs an adult of its own" });
  if (party.length > mostTravellers)
    problems.push({ code: "too-many-travellers", message: `one booking takes at most ${mostTravellers} travellers; make it a group request` });
  if (party.length > 0 && count("ADT") === 0)
    problems.push({ code: "child-alone", message: "children without an adult fly as unaccompanied minors, which the airline itself has to accept" });
  for (const { ptc, bornOn } of party) {
    if (bornOn === undefined) continue;
    const right = passengerTypeOn(bornOn, lastTravelDate);
    if (right !== ptc)
      problems.push({ code: "type-does-not-fit-age", message: `born ${bornOn}, on ${lastTravelDate} this traveller counts as ${right} and not as ${ptc}` });
  }
  return problems;
}
