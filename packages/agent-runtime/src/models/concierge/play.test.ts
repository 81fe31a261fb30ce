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
  await go("I want to travel", "to Rome", "a flight", "Madrid", "the 12th of march", "2");
  await go("hotel", "Lisbon", "this weekend", "two", "something cheaper with free cancellation", "2");
  await go("I'd like to go to Lisbon next friday with my wife", "hotel please");
  await go("Book me a flight from Madrid to Rome on 12 March, round trip, for 1", "a week", "option 1", "and a car too", "1", "I am John Smith", "john@example.com");
  await go("flight madrid rome 12 march 2 people", "and a hotel there for 3 nights", "1", "2", "Ana and Rui Costa", "Ana Costa", "ana@example.com");
  await go("flights from Madrid to Rome on 12 March for 2", "1", "change the date to 14 March", "1", "Ana Silva\nRui Costa\nana@x.pt", "it's Anna Silva", "ok book it");
  await go("what can you do?", "are you a robot?", "bye");
  await go("flight from Madrid to Tokyo tomorrow, 2 adults and 2 kids", "5 and 8", "no, 3 adults", "never mind", "hotel in Paris");
  await go("cancel ABC123", "no");
  await go("I want to change my booking", "14 march", "1", "no");
  await go("i need a car in lisbon tomorrow for 3 days, an suv", "automatic please", "pick up at 3pm", "in Porto instead");
  await go("do you have flights to Portugal?", "Madrid to Lisbon", "tomorrow for me");
  await go("flight from Paris to Nice on Friday for my wife, our 3-year-old and me, under 500 euros total, direct only", "yes", "the direct one", "2");
  await go("hotel in berlin 4 stars from 12/03/2027 to 15/03/2027 for 2 adults", "1");
  await go("12 March 2027, madrid to lisbon, one adult, business", "the business one please", "2", "with a hotel", "no hotel", "John Smith j@x.com");
  await go("I need to fly from Madrid to Lisbon on Monday and come back on Thursday, 1 person", "leave on tuesday instead", "return on friday", "can we make it two travellers", "what about economy", "thanks, the second");
  await go("fly from lisbon to berlin", "in march", "the 14th", "just me", "hello?", "yes", "1", "Ana", "Silva", "ana at example", "ana@example.com", "yes but change the name");
  await go("Hi, can you help me find a hotel for a week in Malaga starting on the 20th? We're a couple.", "cheapest please", "names are Ana Silva and Rui Costa, email ana@example.com", "!yes", "book another flight from Madrid to Rome tomorrow", "1");
  await go("Is there a flight at 10:15?", "what is my booking status", "please call me");
  await go("I'm looking for flights LHR to JFK 20 June returning 27 June 2 adults 1 infant premium economy", "3");
});
