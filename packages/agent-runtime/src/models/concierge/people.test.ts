import { describe, expect, it } from "vitest";
import { booking, cars, flightItem, flights, hotels, pending } from "./testing/canned.ts";
import { type Answer, converse } from "./testing/conversation.ts";

const desk: Record<string, Answer> = {
  search_flights: flights,
  search_hotels: hotels,
  search_cars: cars,
  create_booking: pending("create_booking", { lines: ["Refund: not allowed", "Total: 240.00 EUR"], total: { amount: "240.00", currency: "EUR" } }),
  cancel_booking: pending("cancel_booking"),
  modify_booking: pending("modify_booking"),
  get_booking_history: () => ({ bookings: [booking("K7PQ2M")] }),
  hand_over_to_person: () => ({ status: "handed-over" }),
};
const talk = (answers: Record<string, Answer> = {}) => converse({ ...desk, ...answers });

/** Says one after the other; the last reply. */
async function after(...messages: string[]) {
  const customer = talk();
  let reply = "";
  for (const message of messages) reply = await customer.say(message);
  return { customer, reply };
}

describe("what one message asks for", () => {
  it.each([
    ["flight from Madrid to London on 12 March for one", { origin: "MAD", destination: "LON" }],
    [
      "a long weekend in Rome, flying from Barcelona next Friday and coming back on Monday, 2 adults",
      { departureDate: "2027-01-22", returnDate: "2027-01-25" },
    ],
    ["fly from Oslo to Rome a month from now, coming back 5 days later, 1 person", { departureDate: "2027-02-13", returnDate: "2027-02-18" }],
    ["flight Madrid to Oslo 2moro 1 adult", { departureDate: "2027-01-14" }],
    ["return flight from Madrid to Paris on 12 March returning 15th for one", { returnDate: "2027-03-15" }],
    ["flight madrid - nice on 12 march for one", { origin: "MAD", destination: "NCE" }],
    ["flight form madrid to rome on 12 march for one", { origin: "MAD", destination: "ROM" }],
    ["We are a couple and our daughter told us of Oslo. A flight from Lisbon to Oslo on 10 March please", { adults: 2 }],
    ["flight from Madrid to Rome on 3 May then Rome to Paris on 6 May for one", { destination: "ROM", departureDate: "2027-05-03", returnDate: undefined }],
    ["I need to get to New York from Madrid on 3 April, one adult", { destination: "NYC" }],
    ["flight madrid to rome on the fourth of june for one", { departureDate: "2027-06-04" }],
    ["flight madrid to rome next month from the 5th to the 8th for one", { departureDate: "2027-02-05", returnDate: "2027-02-08" }],
    ["flights to rome from faro on 12 march for one", { origin: "FAO", destination: "ROM" }],
    ["flight madrid to rome june 4 - june 7 for one", { departureDate: "2027-06-04", returnDate: "2027-06-07" }],
  ])("%s", async (message, wanted) => {
    const { customer } = await after(message);
    const { name, arguments: args } = customer.lastCall();
    expect(name).toBe("search_flights");
    for (const [key, value] of Object.entries(wanted)) expect([key, args[key]]).toEqual([key, value]);
  });

  it("takes names, birth dates and e-mail sent along with it", async () => {
    const { customer } = await after(
      "flight from Madrid to Paris on 3 March returning 10 March for two adults and a child of 5, names are Ana Silva, Rui Silva and Eva Silva born 4 May 2021, ana@example.com",
      "1",
    );
    expect(customer.lastCall()).toMatchObject({
      name: "create_booking",
      arguments: {
        travellers: [{ givenName: "Ana" }, { givenName: "Rui" }, { givenName: "Eva", bornOn: "2021-05-04" }],
        contact: { email: "ana@example.com" },
      },
    });
  });

  it("asks for what the chosen offer's supplier wants to know besides, and for nothing else", async () => {
    const wanting =
      (...requires: string[]): Answer =>
      (query, calls) => {
        const answer = flights(query, calls) as { offers: object[] };
        return { ...answer, offers: answer.offers.map((offer) => ({ ...offer, requires })) };
      };
    const customer = talk({ search_flights: wanting("bornOn", "gender", "phone") });
    await customer.say("flight from Madrid to Paris on 3 March for two adults");
    await customer.say("1");
    const asked = await customer.say("Ana Silva and Rui Silva, ana@example.com");
    expect(asked).toContain("everybody's date of birth");
    expect(asked).toContain("each one's gender");
    expect(asked).toContain("telephone number");
    const still = await customer.say("Ana female born 4 May 1988, Rui male born 3 June 1985");
    expect(still).toContain("telephone number");
    expect(still).not.toContain("birth");
    await customer.say("+34600111222");
    expect(customer.lastCall()).toMatchObject({
      name: "create_booking",
      arguments: {
        travellers: [
          { givenName: "Ana", bornOn: "1988-05-04", gender: "F" },
          { givenName: "Rui", bornOn: "1985-06-03", gender: "M" },
        ],
        contact: { phone: "+34600111222" },
      },
    });
  });

  it("reads a gender out of a title", async () => {
    const { customer } = await after("flight from Madrid to Paris on 3 March for one", "1", "Mrs Ana Silva, ana@example.com");
    expect(customer.lastCall()).toMatchObject({ name: "create_booking", arguments: { travellers: [{ givenName: "Ana", familyName: "Silva", gender: "F" }] } });
  });

  it("books a hotel for tomorrow night for one night", async () => {
    const { customer } = await after("hotel in Porto tomorrow night for one");
    expect(customer.lastCall().arguments).toMatchObject({ checkIn: "2027-01-14", checkOut: "2027-01-15" });
  });
});

describe("short answers", () => {
  it.each([
    [["flight from Madrid to Rome on 12 March for 10 people", "ok then 9"], { adults: 9 }],
    [["flight from Madrid to Rome on 12 March for 10 people", "can you do 9?"], { adults: 9 }],
    [["hotel", "rome", "on 12 march", "3", "2"], { checkIn: "2027-03-12", checkOut: "2027-03-15", adults: 2 }],
    [["flight from Madrid to Rome on 5 June for one", "no wait, the 7th"], { departureDate: "2027-06-07" }],
    [["flights from Madrid to Italy on 3 June for one", "milan"], { destination: "MIL" }],
    [["flight from Madrid to Oslo for Christmas for one", "2"], { departureDate: "2027-12-24" }],
    [["rent a car in Faro from 3 to 10 July", "cheapest suv"], { category: "suv" }],
  ])("%s", async (messages, wanted) => {
    const { customer } = await after(...messages);
    expect(customer.lastCall().arguments).toMatchObject(wanted);
  });

  it("asks where in a country, with its cities", async () => {
    const { reply } = await after("flight from Madrid to Italy on 3 June for one");
    expect(reply).toBe("Where in Italy would you like to be? For example:\n1. Rome, Italy (ROM)\n2. Milan, Italy (MIL)");
  });

  it("shows all it has noted", async () => {
    const { reply } = await after("flight from Madrid to Rome on 5 March", "return on 9 March");
    expect(reply).toContain("Noted, a flight from Madrid to Rome on Fri 5 Mar 2027, back on Tue 9 Mar 2027.");
    expect((await after("flight from Madrid to Rome on 5 March for two, business class, direct")).reply).toContain(
      "for 2 adults, direct flights only, business class.",
    );
  });
});

describe("misspelt names", () => {
  it("of two words are not read as codes", async () => {
    const { reply, customer } = await after("flight from for talezza to madrid on 12 march for one");
    expect(reply).not.toContain("I found");
    expect(customer.calls).toEqual([]);
  });
});

describe("another mind", () => {
  const chosen = ["flight from Madrid to Rome on 12 March for one", "1"];

  it.each(["actually number 2", "no, the second one please", "I'd prefer 2 instead"])("after the choice: %s", async (message) => {
    const { reply } = await after(...chosen, message);
    expect(reply).toContain("Good choice: Vueling VY8460, flex");
  });

  it("corrects a surname at the last question", async () => {
    const { customer } = await after(...chosen, "Ana Silva ana@example.com", "sorry, my surname is Silvia");
    expect(customer.lastCall().arguments).toMatchObject({ travellers: [{ givenName: "Ana", familyName: "Silvia" }] });
  });

  it("tells what a yes covers when it is asked", async () => {
    const { reply } = await after(...chosen, "Ana Silva ana@example.com", "is it refundable?");
    expect(reply).toContain("Refund: not allowed");
  });

  it("searches again for the age a birth date gives", async () => {
    const { customer, reply } = await after(
      "flight from Madrid to Rome on 10 April for 1 adult and 1 child aged 6",
      "1",
      "Ana Silva, Leo Silva 12 May 2019, ana@example.com",
    );
    expect(reply).toContain("Leo will be 7");
    await customer.say("yes");
    expect(customer.lastCall()).toMatchObject({ name: "search_flights", arguments: { childrenAges: [7] } });
  });

  it("finds flights later in the day, in the evening, and refundable ones", async () => {
    const { customer, reply } = await after("flight from Madrid to Rome on 12 March for one", "something later in the day?");
    expect(customer.lastCall().arguments).toMatchObject({ limit: 20 });
    expect(reply).toContain("Numbers 2 and 3 leave after 08:15; the cheapest of them is number 2");
    expect(await customer.say("in the evening?")).toContain("Number 3 leaves in the evening");
    expect((await after("flight from Madrid to Rome on 12 March for one", "a refundable one")).reply).toContain("None of them is refunded in full.");
  });

  it("takes the one name of several that is to travel", async () => {
    const { customer } = await after(...chosen, "Ana Silva and Rui Costa, ana@example.com", "just Ana Silva");
    expect(customer.lastCall()).toMatchObject({ name: "create_booking", arguments: { travellers: [{ givenName: "Ana", familyName: "Silva" }] } });
  });

  it("looks for just the hotel", async () => {
    const { customer } = await after("flight Madrid to Rome on 12 March for one", "actually just a hotel in Rome from 12 to 14 March", "1");
    expect(await customer.say("Ana Silva ana@example.com")).toContain("check the details");
    expect(customer.lastCall().arguments).toMatchObject({ offerIds: ["ho-1-1"] });
  });

  it("takes a day later after a booking as a change of it", async () => {
    const customer = talk();
    await customer.say("is my booking confirmed?");
    await customer.say("I need to come back one day later");
    expect(customer.lastCall()).toMatchObject({ name: "search_flights" });
  });
});

describe("a car with a flight", () => {
  it("is picked up after landing and given back before leaving", async () => {
    const lines = ["FR1 MAD Fri 12 Mar 2027 13:00 → ROM 14:35, direct", "FR2 ROM Mon 15 Mar 2027 12:20 → MAD 14:40, direct"];
    const offer = { number: 1, offerId: "f1", supplier: "sandbox", title: "FR", lines, price: { amount: "1.00", currency: "EUR" }, tags: [], sandbox: true };
    const customer = talk({ search_flights: (query) => ({ status: "ok", vertical: "flight", query, offers: [offer], suppliers: [] }) });
    await customer.say("flight and car from Madrid to Rome from 12 to 15 March for one");
    await customer.say("1");
    expect(customer.lastCall()).toMatchObject({ name: "search_cars", arguments: { pickUpAt: "2027-03-12T16:00", dropOffAt: "2027-03-15T09:30" } });
  });
});

describe("what is no travel", () => {
  it.each([
    ["Hola, quiero un vuelo de Madrid a Paris", "only understand English"],
    ["Guten Tag, ich brauche einen Flug nach Berlin", "only understand English"],
    ["I have chest pain, what should I do?", "112"],
    ["when will I get the confirmation email?", "I do not send e-mails"],
    ["this is the worst service ever!!!", "Shall I bring in a colleague?"],
    ["I want my money back", "K7PQ2M"],
    ["what time does my flight leave?", "LH1123 Barcelona BCN"],
  ])("%s", async (message, reply) => {
    const customer = talk({ cancel_booking: () => ({ error: { code: "POLICY_DENIED", message: "K7PQ2M may not be cancelled" } }) });
    expect(await customer.say(message)).toContain(reply);
  });

  it("hands over at the yes to its own offer", async () => {
    for (const message of ["you are useless", "do I need a visa for Japan?"]) {
      const { customer } = await after(message, "yes");
      expect(customer.lastCall().name).toBe("hand_over_to_person");
    }
  });

  it("says what else there is only for what the trip lacks", async () => {
    const { customer } = await after("flight from Madrid to Rome on 12 March for one", "1", "Ana Silva ana@example.com");
    expect(await customer.confirm({ status: "booked", booking: { ...booking("K7PQ2M"), items: [flightItem] } })).toContain("such as a hotel or a rental car?");
  });
});
