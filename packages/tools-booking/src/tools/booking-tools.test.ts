import type { Tool, ToolContext } from "@travelagent/agent-runtime";
import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { Card } from "@travelagent/protocol/messages";
import { afterEach, describe, expect, it } from "vitest";
import { money } from "../money.ts";
import type { Offer } from "../offer.ts";
import { bookingBench } from "../testing/bench.ts";
import { sampleCar, sampleFlight, sampleHotel } from "../testing/sample-offers.ts";
import { bookingOutput } from "./booking-result.ts";
import { bookingTools } from "./booking-tools.ts";

const euro = (minor: bigint) => money(minor, "EUR");
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});

async function bench(offers?: Offer[]) {
  const db = await testDatabase();
  opened.push(db);
  const made = await bookingBench({ db, ...(offers ? { offers } : {}) });
  const tools = new Map(bookingTools(made.bookings).map((tool) => [tool.name, tool]));
  const tool = (name: string): Tool => tools.get(name)!;
  const context = (more: Partial<ToolContext> = {}): ToolContext => ({
    turn: {
      runId: "run1",
      agentId: "main",
      sessionKey: "s1",
      channel: "webchat",
      accountId: "default",
      chatType: "direct",
      peerId: "ana",
      timeZone: "Europe/Lisbon",
    },
    toolCallId: "call1",
    idempotencyKey: "key1",
    signal: made.signal,
    now: made.clock.now(),
    ...more,
  });
  const run = async (name: string, args: Record<string, unknown>, more?: Partial<ToolContext>) =>
    tool(name).execute(tool(name).args.parse(args), context(more));
  /** As the gate does it: describe, take the yes, execute with what was described. */
  const confirmed = async (name: string, args: Record<string, unknown>, idempotencyKey = "key1") => {
    const parsed = tool(name).args.parse(args);
    const action = await tool(name).describe!(parsed, context());
    return { action, output: await tool(name).execute(parsed, context({ action, idempotencyKey })) };
  };
  return { ...made, tool, tools, run, confirmed, context };
}

const flights = { origin: "BCN", destination: "FRA", departureDate: "2027-03-12", adults: 1 };
const hotels = { place: "FRA", checkIn: "2027-03-12", checkOut: "2027-03-15", adults: 2 };
const cars = { pickUp: "FRA", pickUpAt: "2027-03-12T13:00", dropOffAt: "2027-03-15T09:00" };
const ana = { givenName: "Ana", familyName: "Silva" };
const contact = { email: "ana@example.com", phone: "+34600111222" };
const refused = (message: RegExp) => expect.objectContaining({ code: "INVALID_REQUEST", message: expect.stringMatching(message) });

describe("search tools", () => {
  it("number what they find and show it as a card", async () => {
    const { run } = await bench();
    const { content, cards, tainted } = await run("search_flights", flights);
    expect(content).toMatchObject({
      status: "ok",
      vertical: "flight",
      query: { ...flights, cabin: "ECONOMY", childrenAges: [], directOnly: false, currency: "EUR", limit: 5 },
      suppliers: [{ id: "fake", status: "ok" }],
      offers: [
        {
          number: 1,
          offerId: "flight-1",
          supplier: "fake",
          title: "Lufthansa, Barcelona BCN → Frankfurt FRA",
          lines: [
            "LH1123 BCN Fri 12 Mar 2027 10:15 → FRA 12:25, 2 h 10 min, direct",
            "Fare: Classic, Economy",
            "Baggage for each: 1 bag of 8 kg, 1 checked bag",
            "Refund: allowed, for 50.00 EUR. Change: allowed, for 30.00 EUR",
          ],
          price: euro(18_940n),
          tags: ["cheapest", "fastest", "best value", "direct"],
          expiresAt: "2027-01-15T09:30:00Z",
          sandbox: true,
        },
      ],
    });
    expect(tainted).toBe(undefined);
    const [card] = cards!;
    expect(Card.parse(card)).toMatchObject({ kind: "offers", buttons: [{ label: "Choose 1", text: "1" }] });
  });

  it("find hotels and cars, with their terms", async () => {
    const { run } = await bench();
    const hotel = (await run("search_hotels", hotels)).content;
    expect(hotel).toMatchObject({ offers: [{ title: "Hotel Am Fluss ★★★★", tags: ["cheapest", "best value", "free cancellation"] }] });
    expect(JSON.stringify(hotel)).toContain("Free cancellation until Wed 10 Mar 2027 17:00 UTC. Paid now");
    const car = (await run("search_cars", cars)).content;
    expect(car).toMatchObject({ query: { dropOff: "FRA", driverAge: 30 }, offers: [{ offerId: "car-1" }] });
  });

  it("say what is wrong with a search", async () => {
    const { run } = await bench();
    await expect(run("search_flights", { ...flights, departureDate: "2027-01-14" })).rejects.toEqual(refused(/in the past, today is 2027-01-15/));
    await expect(run("search_flights", { ...flights, returnDate: "2027-03-11" })).rejects.toEqual(refused(/before the departure/));
    await expect(run("search_flights", { ...flights, destination: "BCN" })).rejects.toEqual(refused(/two different places/));
    await expect(run("search_flights", { ...flights, adults: 8, childrenAges: [5, 6] })).rejects.toEqual(refused(/at most 9/));
    await expect(run("search_flights", { ...flights, childrenAges: [0, 1] })).rejects.toEqual(refused(/more infants than adults/));
    await expect(run("search_hotels", { ...hotels, checkOut: "2027-03-12" })).rejects.toEqual(refused(/later check-out/));
    await expect(run("search_cars", { ...cars, dropOffAt: cars.pickUpAt })).rejects.toEqual(refused(/later drop-off/));
    await expect(run("search_flights", { ...flights, origin: "Barcelona" })).rejects.toThrow();
    await expect(run("search_flights", { ...flights, cheapest: true })).rejects.toThrow();
  });

  it("tell no offers from no answer", async () => {
    const { run, supplier } = await bench([]);
    expect((await run("search_flights", flights)).content).toMatchObject({ status: "no-offers", offers: [] });
    supplier.faults.next("search", "unavailable");
    await expect(run("search_flights", flights)).rejects.toMatchObject({ code: "SUPPLIER_UNAVAILABLE" });
  });

  it("mark real offers as words of third parties", async () => {
    const { run } = await bench([sampleFlight({ sandbox: false })]);
    expect((await run("search_flights", flights)).tainted).toBe(true);
  });
});

describe("check_availability", () => {
  it("asks for the price of now", async () => {
    const { run, supplier, tool, context } = await bench();
    await run("search_flights", flights);
    expect((await run("check_availability", { offerId: "flight-1" })).content).toMatchObject({ status: "available", price: euro(18_940n) });
    supplier.setPrice("flight-1", euro(20_000n));
    expect((await run("check_availability", { offerId: "flight-1" })).content).toMatchObject({
      status: "price-changed",
      price: euro(20_000n),
      was: euro(18_940n),
    });
    supplier.sellOut("flight-1");
    expect((await run("check_availability", { offerId: "flight-1" })).content).toEqual({ status: "sold-out", offerId: "flight-1" });
    await expect(run("check_availability", { offerId: "other" })).rejects.toMatchObject({ code: "OFFER_NOT_FOUND" });
    expect(await tool("check_availability").claims!({ offerId: "flight-1" }, context().turn)).toEqual([
      { kind: "offer", id: "flight-1", owner: { sessionKey: "s1" } },
    ]);
    expect(await tool("check_availability").claims!({ offerId: "other" }, context().turn)).toEqual([{ kind: "offer", id: "other", owner: null }]);
  });
});

describe("create_booking", () => {
  const args = { offerIds: ["flight-1"], travellers: [ana], contact };

  it("describes exactly what a yes covers", async () => {
    const { run, tool, context } = await bench();
    await run("search_flights", flights);
    const now = Date.parse("2027-01-15T09:10:00Z");
    const action = await tool("create_booking").describe!(args, context({ now }));
    expect(action).toMatchObject({
      title: "Book Lufthansa, Barcelona BCN → Frankfurt FRA",
      lines: [
        "LH1123 Barcelona BCN terminal 1 Fri 12 Mar 2027 10:15 → Frankfurt FRA 12:25 (local times)",
        "Fare: Classic, Economy",
        "Baggage for each: 1 bag of 8 kg, 1 checked bag",
        "Refund: allowed, for 50.00 EUR",
        "Change: allowed, for 30.00 EUR",
        "Travellers: Ana Silva",
        "Contact: ana@example.com and +34600111222",
        "Total: 189.40 EUR",
        "Sandbox: no real travel",
      ],
      total: euro(18_940n),
      expiresAt: now + 15 * 60_000,
      subject: { offers: [{ id: "flight-1", price: "189.40" }], price: "189.40", currency: "EUR" },
      facts: {
        vertical: "flight",
        live: false,
        total: { amount: 189.4, currency: "EUR" },
        hoursToStart: 1344.08,
        refundable: true,
        party: { size: 1 },
        travellers: [{ ptc: "ADT" }],
      },
    });
    const late = Date.parse("2027-01-15T09:25:00Z");
    expect((await tool("create_booking").describe!(args, context({ now: late }))).expiresAt).toBe(Date.parse("2027-01-15T09:30:00Z"));
  });

  it("describes a trip with what is paid where", async () => {
    const { run, tool, context } = await bench();
    for (const [name, query] of [
      ["search_flights", flights],
      ["search_hotels", hotels],
      ["search_cars", cars],
    ] as const)
      await run(name, query);
    const { lines, total, facts } = await tool("create_booking").describe!({ ...args, offerIds: ["flight-1", "hotel-1", "car-1"] }, context());
    expect(total).toEqual(euro(59_540n));
    expect(facts.vertical).toBe("mixed");
    expect(lines).toContain("Cancelling from Wed 10 Mar 2027 18:00 on: 310.00 EUR");
    expect(lines).toContain("Of it paid on the spot: 96.00 EUR");
    expect(lines).toContain("Check-in Fri 12 Mar 2027 15:00, check-out Mon 15 Mar 2027 11:00, 3 nights (local times)");
  });

  it("marks what a real supplier calls the trip as words of third parties", async () => {
    const { run, confirmed, bookings } = await bench();
    await run("search_flights", flights);
    const { output } = await confirmed("create_booking", args);
    expect(output.tainted).toBe(undefined);
    const stored = (await bookings.byReference((output.content as { booking: { reference: string } }).booking.reference))!;
    for (const item of stored.order.items) item.offer = { ...item.offer, sandbox: false };
    expect(bookingOutput(stored, "booked").tainted).toBe(true);
  });

  it("books after the yes and gives a card with locator and ticket", async () => {
    const { run, confirmed, differences } = await bench();
    await run("search_flights", flights);
    const { output } = await confirmed("create_booking", args);
    expect(output.content).toMatchObject({
      status: "booked",
      booking: {
        status: "ticketed",
        total: euro(18_940n),
        balance: euro(0n),
        travellers: [{ id: "1", name: "Ana Silva" }],
        customerId: "customer:ana@example.com",
      },
    });
    const card = Card.parse(output.cards![0]);
    expect(card.kind === "booking" && card.lines.slice(0, 2)).toEqual([
      "LH1123 Barcelona BCN → Frankfurt FRA, Fri 12 Mar 2027 10:15 (locator LOC1)",
      "Ticket 2201234590000",
    ]);
    expect(await differences()).toEqual([]);
  });

  it("shows the new price before the yes, and refuses a yes to the old one", async () => {
    const { run, supplier, tool, context } = await bench();
    await run("search_flights", flights);
    const action = await tool("create_booking").describe!(args, context());
    supplier.setPrice("flight-1", euro(21_000n));
    await expect(tool("create_booking").execute(args, context({ action }))).rejects.toMatchObject({
      code: "PRICE_CHANGED",
      details: { was: euro(18_940n), now: euro(21_000n) },
    });
    const again = await tool("create_booking").describe!(args, context());
    expect(again.total).toEqual(euro(21_000n));
    expect(again.subject).not.toEqual(action.subject);
  });

  it("describes a trip that is booked as booked, under the same subject", async () => {
    const { run, confirmed, tool, context, supplier } = await bench();
    await run("search_flights", flights);
    const { action, output } = await confirmed("create_booking", args);
    supplier.sellOut("flight-1");
    const again = await tool("create_booking").describe!(args, context());
    expect(again.title).toMatch(/^Already booked: /);
    expect(again.subject).toEqual(action.subject);
    const second = await tool("create_booking").execute(args, context({ action: again, idempotencyKey: "key2" }));
    expect((second.content as { booking: { id: string } }).booking.id).toBe((output.content as { booking: { id: string } }).booking.id);
    expect(supplier.orders()).toHaveLength(1);
  });

  it("refuses travellers that do not fit", async () => {
    const family = sampleFlight({
      passengers: [
        { ptc: "ADT", count: 1 },
        { ptc: "CHD", count: 1 },
        { ptc: "INF", count: 1 },
      ],
    });
    const { run, tool, context } = await bench([family, sampleHotel(), sampleCar()]);
    await run("search_flights", flights);
    await run("search_hotels", hotels);
    const describing = (travellers: Record<string, unknown>[], offerIds = ["flight-1"]) =>
      tool("create_booking").describe!({ ...args, travellers, offerIds }, context());
    const rui = { givenName: "Rui", familyName: "Silva" };
    const eva = { givenName: "Eva", familyName: "Silva" };
    await expect(describing([ana])).rejects.toEqual(refused(/price is for 1 adult, 1 child, 1 infant/));
    await expect(describing([ana, rui, eva])).rejects.toEqual(refused(/give the birth date of each child and infant/));
    // Two years old on the day of the flight: a child, though still one today.
    await expect(describing([ana, { ...rui, bornOn: "2020-01-01" }, { ...eva, bornOn: "2025-03-12" }])).rejects.toEqual(
      refused(/on Fri 12 Mar 2027 are 1 adult, 2 children/),
    );
    expect((await describing([ana, { ...rui, bornOn: "2020-01-01" }, { ...eva, bornOn: "2025-03-13" }])).lines).toContain(
      "Travellers: Ana Silva; Rui Silva, child, born 2020-01-01; Eva Silva, infant, born 2025-03-13",
    );
    await expect(describing([ana, rui, { ...eva, bornOn: "2028-01-01" }])).rejects.toEqual(refused(/in the future/));
    await expect(describing([{ ...ana, givenName: "Анна" }], ["hotel-1"])).rejects.toEqual(refused(/Latin letters/));
    await expect(describing([ana, rui, eva], ["hotel-1"])).rejects.toEqual(refused(/for 2 guests/));
    await expect(describing([ana, ana], ["hotel-1"])).rejects.toEqual(refused(/given twice/));
    await expect(describing([{ ...ana, bornOn: "2020-01-01" }], ["hotel-1"])).rejects.toEqual(refused(/an adult must travel along/));
    expect((await describing([{ givenName: "José-María", familyName: "O'Neill Núñez" }], ["hotel-1"])).title).toContain("Hotel Am Fluss");
  });

  it("has no place for a card number", async () => {
    const { tool } = await bench();
    expect(tool("create_booking").args.safeParse({ ...args, cardNumber: "4111111111111111" }).success).toBe(false);
    expect(tool("create_booking").args.safeParse({ ...args, contact: { ...contact, phone: "600111222" } }).success).toBe(false);
  });

  it("says that it does not know when it does not", async () => {
    const { run, confirmed, supplier } = await bench();
    await run("search_flights", flights);
    supplier.faults.next("hold", "never-arrived");
    const { output } = await confirmed("create_booking", args);
    expect(output.content).toMatchObject({
      status: "unknown",
      booking: { status: "unknown" },
      note: expect.stringContaining("nothing is booked or charged twice"),
    });
  });
});

describe("cancel_booking and modify_booking", () => {
  it("cancels what waits for its payment and of which nothing is booked yet", async () => {
    const { confirmed, run, payments, supplier, bookings } = await bench();
    payments.askCustomer(true);
    await run("search_hotels", hotels);
    const { output } = await confirmed("create_booking", { offerIds: ["hotel-1"], travellers: [ana], contact });
    const { reference } = (output.content as { booking: { reference: string } }).booking;
    const { action } = await confirmed("cancel_booking", { bookingReference: reference }, "key2");
    expect(action.facts).toMatchObject({ vertical: "hotel" });
    expect((await bookings.byReference(reference))?.order).toMatchObject({ status: "failed", failure: { code: "CANCELLED" } });
    expect(supplier.orders()).toEqual([]);
    expect(payments.payments()).toMatchObject([{ status: "voided" }]);
  });

  const flex = { fareBrand: "Flex", baggage: { carryOn: "1 bag of 8 kg", checkedPieces: 2 } };
  const later = sampleFlight({ id: "changed-1", fareComponents: [{ ...sampleFlight().fareComponents[0]!, ...flex }] });
  async function booked() {
    const made = await bench([sampleFlight(), { ...later, price: { ...later.price, total: euro(21_000n) } }]);
    await made.run("search_flights", flights);
    const { output } = await made.confirmed("create_booking", { offerIds: ["flight-1"], travellers: [ana], contact }, "buy");
    return { ...made, reference: (output.content as { booking: { reference: string } }).booking.reference };
  }

  it("say what cancelling costs and do just that", async () => {
    const { confirmed, reference, tool, context } = await booked();
    const { action, output } = await confirmed("cancel_booking", { bookingReference: reference, reason: "ill" });
    expect(action).toMatchObject({
      title: `Cancel booking ${reference}`,
      penalty: euro(5_000n),
      facts: { penalty: { amount: 50 }, refund: { amount: 139.4 }, live: false },
    });
    expect(action.lines).toEqual([
      "Cancel: LH1123 Barcelona BCN → Frankfurt FRA, Fri 12 Mar 2027 10:15",
      "Travellers: Ana Silva",
      "Cancelling costs 50.00 EUR",
      "You get back 139.40 EUR",
      "Sandbox: no real travel",
    ]);
    expect(output.content).toMatchObject({
      status: "cancelled",
      penalty: euro(5_000n),
      refund: euro(13_940n),
      booking: { status: "refunded", balance: euro(0n) },
    });
    expect(output.cards).toHaveLength(1);
    expect(await tool("cancel_booking").claims!({ bookingReference: reference }, context().turn)).toEqual([
      { kind: "booking", id: reference, owner: { customerId: "customer:ana@example.com", sessionKey: "s1" } },
    ]);
    expect(await tool("cancel_booking").claims!({ bookingReference: "ZZZZZZ" }, context().turn)).toEqual([{ kind: "booking", id: "ZZZZZZ", owner: null }]);
  });

  it("cancel nothing without a yes to the terms", async () => {
    const { run, reference, supplier } = await booked();
    await expect(run("cancel_booking", { bookingReference: reference })).rejects.toMatchObject({ code: "CONFIRMATION_REQUIRED" });
    await expect(run("modify_booking", { bookingReference: reference, newOfferId: "changed-1" })).rejects.toMatchObject({ code: "CONFIRMATION_REQUIRED" });
    expect(supplier.orders()).toMatchObject([{ status: "ticketed" }]);
  });

  it("exchange a flight for what was shown", async () => {
    const { confirmed, reference, differences } = await booked();
    const { action, output } = await confirmed("modify_booking", { bookingReference: reference, newOfferId: "changed-1" });
    expect(action).toMatchObject({ total: euro(5_060n), penalty: euro(3_000n), facts: { total: { amount: 50.6 } } });
    expect(action.lines).toContain("To be paid now, difference of price included: 50.60 EUR");
    expect(output.content).toMatchObject({
      status: "changed",
      penalty: euro(3_000n),
      refund: euro(0n),
      booking: { status: "ticketed", total: euro(24_000n), balance: euro(0n) },
    });
    expect(await differences()).toEqual([]);
  });

  it("change names and bags of a flight that is kept", async () => {
    const { confirmed, reference, bookings, differences } = await booked();
    const anna = { givenName: "Anna", familyName: "Silva" };
    const named = await confirmed("modify_booking", { bookingReference: reference, travellers: [anna] }, "names");
    expect(named.action.lines).toEqual(expect.arrayContaining(["Travellers from now on: Anna Silva", expect.stringMatching(/^The change /)]));
    expect(named.output.content).toMatchObject({ status: "changed", booking: { travellers: [{ id: "1", name: "Anna Silva" }] } });
    const bags = await confirmed("modify_booking", { bookingReference: reference, checkedBags: { total: 2, paid: 1 } }, "bags");
    expect(bags.action.lines).toContain("Checked bags from now on: 2, of them paid for: 1");
    expect((await bookings.byReference(reference))!.order.items[0]).toMatchObject({ checkedBags: { total: 2, paid: 1 }, status: "ticketed" });
    expect(await differences()).toEqual([]);
  });

  it("change nothing that is not said", async () => {
    const { run, reference, tool, context } = await booked();
    const describeIt = async (args: Record<string, unknown>) => tool("modify_booking").describe!({ bookingReference: reference, ...args }, context());
    await expect(describeIt({})).rejects.toEqual(refused(/what shall change/));
    await expect(describeIt({ travellers: [ana, { givenName: "Rui", familyName: "Silva" }] })).rejects.toEqual(refused(/nobody can be added/));
    await expect(describeIt({ newOfferId: "changed-1", cabin: "BUSINESS" })).rejects.toEqual(refused(/exchange the offer first/));
    await expect(run("modify_booking", { bookingReference: reference, cabin: "BUSINESS" })).rejects.toMatchObject({ code: "CONFIRMATION_REQUIRED" });
  });

  it("pass on why a supplier refuses", async () => {
    const { confirmed, reference, supplier } = await booked();
    supplier.faults.next("quoteCancel", new TravelAgentError("SUPPLIER_REJECTED", "the flight has left"));
    await expect(confirmed("cancel_booking", { bookingReference: reference })).rejects.toMatchObject({ code: "SUPPLIER_REJECTED" });
  });
});
