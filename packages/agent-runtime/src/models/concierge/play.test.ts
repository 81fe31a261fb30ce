import { it } from "vitest";
import { converse } from "./testing/conversation.ts";
import { booking, cars, flights, hotels, pending } from "./testing/canned.ts";
const go = async (...lines: string[]) => {
  const c = converse({ search_flights: flights, search_hotels: hotels, search_cars: cars, create_booking: pending("create_booking", { total: { amount: "189.40", currency: "EUR" } }), cancel_booking: pending("cancel_booking", { penalty: { amount: "40.00", currency: "EUR" } }), modify_booking: pending("modify_booking"), get_booking_history: () => ({ bookings: [booking("ABC123")] }), hand_over_to_person: () => ({ status: "ok" }) });
  console.log("=======");
  for (const line of lines) {
    const before = c.calls.length;
    const r = line.startsWith("!") ? await c.confirm({ status: "booked", booking: booking("K7PQ2M") }) : await c.say(line);
    console.log(`> ${line}\n${c.calls.slice(before).map((x) => `   [${x.name} ${JSON.stringify(x.arguments)}]\n`).join("")}< ${r}`);
  }
};
it("plays", async () => {
  await go("Hi", "I need a flight from Barcelona to Lisbon on 12 March for two", "2", "Ana Silva and Rui Costa, ana@example.com", "!yes", "and a hotel there for three nights", "the cheapest", "!yes");
  await go("I'd like to fly to Lisbon", "from barcelna", "yes", "next friday", "me and my wife", "actually make it Rome", "make that three people", "one day later", "business class instead", "cheaper", "only direct ones", "no, a hotel instead", "for 4 nights");
  await go("flight from London to San Jose on 3/4/2027 for 1", "1", "Costa Rica", "2", "1");
  await go("hotel in rome from 12 to 19 march for a family of four", "2 adults and kids 4 and 7", "the cheapest", "Ana Silva, Rui Costa, Bia Silva born 3 May 2022, Leo Silva 12 June 2019", "ana@example.com");
  await go("rent a car in Faro from 12 March to 15 March, automatic, pick up at 9am, drop off at 18:30 in Lisbon", "1", "John Smith john@example.com +351 912 345 678");
  await go("change my flight to 20 March", "2");
  await go("cancel my booking", "!yes");
  await go("what's the status of my booking?", "I want to talk to a person");
  await go("write me an essay about Paris", "flight from Madrid to Oslo on 10 January for one", "yes", "what about option 2?", "option 2 please", "it's just me, John Smith", "4111 1111 1111 1111", "js@example.com", "no");
  await go("flight and hotel in Lisbon from Madrid, 12-15 March, 2 adults and a child of 5", "1", "1", "Ana Silva, Rui Costa and Bia Costa", "3 May 2021", "ana@example.com");
});
