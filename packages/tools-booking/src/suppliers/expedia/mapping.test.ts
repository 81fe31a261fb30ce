import { describe, expect, it } from "vitest";
import { hotelQuery } from "../../testing/simulator-bench.ts";
import { cancellationOf } from "./map-cancellation.ts";
import { offerOf } from "./map-offer.ts";
import { feesAtProperty, occupanciesOf, priceOf, pricingOf } from "./map-price.ts";
import { type CancelPenalty, type Pricing, type PropertyContent, pricing, type Rate, type Room } from "./wire.ts";

const now = Date.parse("2027-01-15T09:00:00Z");
const eur = (value: string) => ({ value, currency: "EUR" });
const charge = (value: string, currency = "EUR") => ({ billable_currency: { value, currency }, request_currency: { value: "1.00", currency: "USD" } });
const night = (base: string, tax: string) => [
  { type: "base_rate", ...eur(base) },
  { type: "tax_and_service_fee", ...eur(tax) },
];
const room = (total: string, more: Partial<Pricing> = {}): Pricing =>
  pricing.parse({ nightly: [night("90.00", "10.00"), night("90.00", "10.00"), night("81.00", "9.00")], totals: { inclusive: charge(total) }, ...more });

const stay = (rooms: Pricing[] = [room("290.00")]) => ({
  checkIn: "2027-03-12",
  checkInUtc: "2027-03-12T15:00:00Z",
  timeZone: "Europe/Lisbon",
  rooms,
  total: priceOf(rooms).total,
});
const steps = (penalties: CancelPenalty[], more: { refundable?: boolean; nonrefundable?: { start: string; end: string }[] } = {}, rooms?: Pricing[]) =>
  cancellationOf({ refundable: true, nonrefundable: [], ...more, penalties }, stay(rooms), now).map(({ from, penalty }) => `${from} ${penalty.amount}`);

describe("Rapid's prices", () => {
  it("are what is billed; the requested currency is only a conversion", () => {
    expect(priceOf([room("290.00")])).toMatchObject({ total: { amount: "290.00", currency: "EUR" }, base: { amount: "261.00" }, taxes: { amount: "29.00" } });
  });

  it("come once for rooms of the same occupancy, and count for each of them", () => {
    const occupancies = occupanciesOf({ rooms: 3, adults: 5, childrenAges: [9, 4] });
    expect(occupancies).toEqual(["2-9", "2-4", "1"]);
    expect(occupanciesOf({ rooms: 2, adults: 4, childrenAges: [] })).toEqual(["2", "2"]);
    const both = pricingOf({ "2": room("290.00") }, ["2", "2"])!;
    expect(priceOf(both).total.amount).toBe("580.00");
    expect(pricingOf({ "2": room("290.00") }, ["2", "3"])).toBe(undefined);
  });

  it("add up although lines are rounded, or one charge stands where a list belongs", () => {
    const { total, base, taxes, fees } = priceOf([room("290.01")]);
    expect([total.amount, base.amount, taxes.amount, fees.amount]).toEqual(["290.01", "261.01", "29.00", "0.00"]);
    expect(priceOf([pricing.parse({ nightly: { type: "base_rate", ...eur("90.00") }, totals: { inclusive: charge("290.00") } })]).base.amount).toBe("290.00");
  });

  it("leave out mandatory fees, which are paid at the house in its currency", () => {
    const fees = { mandatory_fee: charge("8.50", "CHF"), mandatory_tax: charge("3.00", "CHF") };
    const rooms = [room("290.00", { fees }), room("290.00", { fees })];
    expect(priceOf(rooms).total.amount).toBe("580.00");
    expect(feesAtProperty(rooms)).toEqual({ amount: "23.00", currency: "CHF" });
    expect(feesAtProperty([room("290.00")])).toBe(undefined);
    const mixed = { mandatory_fee: charge("8.50", "CHF"), mandatory_tax: charge("3.00", "EUR") };
    expect(feesAtProperty([room("290.00", { fees: mixed })])).toEqual({ amount: "2.00", currency: "USD" });
  });
});

describe("Rapid's cancel penalties", () => {
  const start = "2027-03-10T18:00:00.000+00:00";
  const end = "2027-03-12T15:00:00.000+00:00";

  it("become ascending steps in UTC, free before the first window and everything from check-in on", () => {
    expect(steps([{ start, end, amount: "50.00", currency: "EUR" }])).toEqual([
      "now 0.00",
      "2027-03-10T18:00:00.000Z 50.00",
      "2027-03-12T15:00:00.000Z 290.00",
    ]);
    expect(steps([{ start: "2027-03-10T18:00:00.000-08:00", amount: "50.00", currency: "EUR" }])[1]).toBe("2027-03-11T02:00:00.000Z 50.00");
  });

  it("without an offset are meant at the house", () => {
    const tokyo = { ...stay(), timeZone: "Asia/Tokyo" };
    const rules = { refundable: true, nonrefundable: [], penalties: [{ start: "2027-03-10T18:00:00.000", nights: "1" }] };
    expect(cancellationOf(rules, tokyo, now)[1]!.from).toBe("2027-03-10T09:00:00.000Z");
  });

  it("count nights from the first, taxes included, and per cent of everything", () => {
    expect(steps([{ start, end, nights: "2" }])[1]).toBe("2027-03-10T18:00:00.000Z 200.00");
    expect(steps([{ start, end, percent: "30%" }])[1]).toBe("2027-03-10T18:00:00.000Z 87.00");
    expect(steps([{ start, end, percent: "12.5%" }])[1]).toBe("2027-03-10T18:00:00.000Z 36.25");
  });

  it("are charged together where a window has several, and for each room", () => {
    expect(steps([{ start, end, amount: "5.00", currency: "EUR", nights: "1" }], {}, [room("290.00"), room("290.00")])[1]).toBe(
      "2027-03-10T18:00:00.000Z 210.00",
    );
  });

  it("in another currency count as the whole price, never as too little", () => {
    expect(steps([{ start, end, amount: "10.00", currency: "USD" }])).toEqual(["now 0.00", "2027-03-10T18:00:00.000Z 290.00"]);
  });

  it("are never above the price", () => {
    expect(steps([{ start, end, amount: "999.00", currency: "EUR" }])[1]).toBe("2027-03-10T18:00:00.000Z 290.00");
  });

  it("in overlapping windows rise step by step", () => {
    const late = { start: "2027-03-11T18:00:00.000+00:00", end, percent: "100%" };
    expect(steps([late, { start, end, nights: "1" }])).toEqual(["now 0.00", "2027-03-10T18:00:00.000Z 100.00", "2027-03-11T18:00:00.000Z 290.00"]);
  });

  it("are everything where the rate is not refundable and names no window of now", () => {
    expect(steps([], { refundable: false })).toEqual(["now 290.00"]);
    expect(steps([{ start: "2027-01-01T00:00:00Z", end, percent: "40%" }], { refundable: false })[0]).toBe("now 116.00");
  });

  it("come on top of non-refundable nights, the last day of the range included", () => {
    const nonrefundable = [{ start: "2027-03-13", end: "2027-03-14" }];
    expect(steps([{ start, end, amount: "20.00", currency: "EUR" }], { refundable: false, nonrefundable })).toEqual([
      "now 190.00",
      "2027-03-10T18:00:00.000Z 210.00",
      "2027-03-12T15:00:00.000Z 290.00",
    ]);
  });
});

describe("Rapid's rates", () => {
  const house: PropertyContent = {
    property_id: "19248",
    name: "Casa Vela",
    address: { line_1: "1 Harbour Street", city: "Lisbon" },
    location: { coordinates: { latitude: 38.72, longitude: -9.14 } },
    checkin: { begin_time: "2:30 PM" },
    checkout: { time: "noon" },
  };
  const rate: Rate = {
    id: "333",
    refundable: true,
    merchant_of_record: "expedia",
    bed_groups: { "1": { id: "1", description: "1 Queen Bed", links: { price_check: { method: "GET", href: "/v3/x?token=y" } } } },
    occupancy_pricing: { "2": room("290.00") },
  };
  const room1: Room = { id: "r1", room_name: "Fancy Queen Room", rates: [rate] };
  const place = { timeZone: "Europe/Lisbon", centre: { latitude: 38.71, longitude: -9.14 }, properties: [house] };
  const context = { query: hotelQuery, occupancies: ["2"], place, sandbox: true, now, holdMinutes: undefined };
  const offer = (change: Partial<Rate> = {}, of: Partial<PropertyContent> = {}) => offerOf({ ...house, ...of }, room1, { ...rate, ...change }, context);

  it("are paid in advance where Expedia is the merchant; what the house collects needs a card and is left out", () => {
    expect(offer()?.ratePlan.paymentType).toBe("PREPAID");
    expect(offer({ merchant_of_record: "property" })).toBe(undefined);
  });

  it("billed in another currency than asked for are left out", () => {
    const dollars = pricing.parse({ totals: { inclusive: charge("310.00", "USD") } });
    expect(offer({ occupancy_pricing: { "2": dollars } })).toBe(undefined);
  });

  it("have the hours of the house, at the house", () => {
    expect(offer()?.checkIn).toEqual({ local: "2027-03-12T14:30:00", timeZone: "Europe/Lisbon", utc: "2027-03-12T14:30:00Z" });
    expect(offer()?.checkOut.local).toBe("2027-03-15T12:00:00");
    expect(offer({}, { checkin: {}, checkout: { time: "anytime" } })?.checkIn.local).toBe("2027-03-12T15:00:00");
  });

  it("do not show an address that must stay hidden before booking", () => {
    expect(offer()?.property.address).toBe("1 Harbour Street, Lisbon");
    expect(offer({}, { address: { ...house.address!, obfuscation_required: true } })?.property.address).toBe("Lisbon");
  });

  it("say whether breakfast is in by the names of their amenities", () => {
    expect(offer()?.ratePlan.board).toBe("RO");
    expect(offer({ amenities: { "2193": { id: "2193", name: "Free breakfast" } } })?.ratePlan.board).toBe("BB");
  });

  it("without a price for this party are left out", () => {
    expect(offer({ occupancy_pricing: { "1": room("290.00") } })).toBe(undefined);
  });
});
