import { it } from "vitest";
import { converse } from "./testing/conversation.ts";
import { booking, cars, flights, hotels, pending } from "./testing/canned.ts";
const go = async (...lines: string[]) => {
  const c = converse({ search_flights: flights, search_hotels: hotels, search_cars: cars, create_booking: pending("create_booking", { total: { amount: "189.40", currency: "EUR" } }), cancel_booking: pending("cancel_booking", { penalty: { amount: "40.00", currency: "EUR" } }), modify_booking: pending("modify_booking"), get_booking_history: () => ({ bookings: [booking("ABC123")] }), hand_over_to_person: () => ({ status: "ok" }) });
  let out = "=======\n";
  for (const line of lines) {
    const before = c.calls.length;
    const r = line.startsWith("!") ? await c.confirm({ status: "booked", booking: booking("K7PQ2M") }) : await c.say(line);
    out += `> ${line}\n${c.calls.slice(before).map((x) => `   [${x.name} ${JSON.stringify(x.arguments)}]\n`).join("")}< ${r}\n`;
  }
  console.log(out);
};
it("plays", async () => {
  await go("I'd like to go to Lisbon next friday with my wife", "hotel please", "3 nights");
  await go("12 March 2027, madrid to lisbon, one adult, business", "2", "with a hotel", "no hotel", "John Smith j@x.com", "no");
  await go("fly from lisbon to berlin for me", "in march", "14", "thanks, the second", "I want to add a hotel in Berlin for 2 nights", "1", "wait, I need it to be refundable", "1", "Ana Silva ana@x.pt");
  await go("hotel in berlin 4 stars from 3/4/2027 to 10/4/2027 for 2 adults", "1", "cancel");
  await go("cancel ABC123", "no", "change ABC123 to 3 May", "2", "no thanks");
  await go("flight to Lisbon", "Madrid", "tomorrow", "4 people including 2 children", "3 and 5", "make it 2 adults only", "just one adult and no children", "and for 2 adults and a baby?");
  await go("I want a cheap flight from Madrid to somewhere warm", "Malaga", "Saturday", "two");
  await go("Flights from New York to London next Tuesday returning the following Friday for 2", "london uk", "what's the baggage on 2?");
  await go("need hotel paris 5 nights from 1 april 2 rooms 4 adults budget 200 per night", "the 5 star one", "names: A B, Carla Dias, Eva Fry, Gil Horta; mail c@d.com; phone +351911222333");
  await go("Please book a flight for John Smith from Madrid to Oslo on 3 May", "1", "the cheapest", "js@x.com", "John Smith");
  await go("hello", "yes", "no", "2", "ok thanks", "I want to go to Rome from Madrid from 3 to 6 May for two with a rental car", "1", "1");
  await go("madrid lisbon 5 may return 9 may 2 pax", "1", "Ana Silva, Rui Costa", "a@b.pt", "actually 3 people", "1", "Leo Dias");
  await go("Can I have a vegetarian meal?", "how do I get to the airport", "asdfgh", "🙂", "flight status", "I have a complaint", "can I pay by credit card?", "how much is it?");
  await go("I need a flight from Madrid to Lisbon tomorrow for one", "book option 2 for John Smith, john@x.com", "can you make it on friday?");
});
