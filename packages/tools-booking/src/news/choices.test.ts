import { describe, expect, it } from "vitest";
import { localTravelTime } from "../geography/time.ts";
import type { FlightOffer, FlightQuery, Journey } from "../offer.ts";
import type { Order, OrderItem } from "../order.ts";
import { sampleFlight, sampleHotel } from "../testing/sample-offers.ts";
import { choicesFor } from "./choices.ts";
import { journeyChanges, severityOf } from "./journey-changes.ts";
import { sayCancelled, sayMajorChange } from "./say-change.ts";

const now = Date.parse("2027-02-01T09:00:00Z");
const item = { no: 1, offer: sampleFlight() } as OrderItem;
const order = {
  ...{ reference: "K7PQ2M", currency: "EUR", items: [item] },
  travellers: [{ ptc: "ADT" }, { ptc: "CHD", bornOn: "2020-01-01" }, { ptc: "INF" }],
} as unknown as Order;

const flying = (id: string, day: string, hours: number, journeys = sampleFlight().journeys): FlightOffer =>
  sampleFlight({
    id,
    journeys: journeys.map((journey): Journey => {
      const segments = journey.segments.map((segment) => ({
        ...segment,
        flightNumber: id,
        departure: { ...segment.departure, time: localTravelTime(`${day}T${String(hours).padStart(2, "0")}:15:00`, "Europe/Madrid") },
        arrival: { ...segment.arrival, time: localTravelTime(`${day}T${String(hours + 2).padStart(2, "0")}:25:00`, "Europe/Berlin") },
      }));
      return { ...journey, segments };
    }),
  });
const movedTo = (hours: number, day = "2027-03-12") => {
  const journeys = journeyChanges(sampleFlight().journeys, flying("1123", day, hours).journeys);
  return { severity: severityOf(journeys, 30), journeys };
};

describe("what a customer can choose from", () => {
  it("is at most three other flights from the day before to the day after, the nearest first, each once", async () => {
    const asked: FlightQuery[] = [];
    const { others } = await choicesFor(order, item, movedTo(16), now, async (search) => {
      const query = search.query as FlightQuery;
      asked.push(query);
      const day = query.departureDate;
      return day === "2027-03-12"
        ? [flying("20", day, 20), flying("12", day, 12), flying("12", day, 12), flying("1123", day, 10), sampleHotel()]
        : [flying(day.endsWith("11") ? "8" : "9", day, 9)];
    });
    expect(asked.map(({ departureDate }) => departureDate)).toEqual(["2027-03-12", "2027-03-11", "2027-03-13"]);
    expect(asked[0]).toMatchObject({ origin: "BCN", destination: "FRA", adults: 1, childrenAges: [7, 1], cabin: "ECONOMY", currency: "EUR" });
    expect(others.map(({ title }) => title)).toEqual([
      "LH12 BCN Fri 12 Mar 2027 12:15 → FRA Fri 12 Mar 2027 14:25",
      "LH20 BCN Fri 12 Mar 2027 20:15 → FRA Fri 12 Mar 2027 22:25",
      "LH9 BCN Sat 13 Mar 2027 09:15 → FRA Sat 13 Mar 2027 11:25",
    ]);
  });

  it("is worded without other flights where none can be found, and offers no flights that left", async () => {
    const failing = await choicesFor(order, item, movedTo(16), now, () => Promise.reject(new Error("no answer")));
    expect(failing.others).toEqual([]);
    expect(sayMajorChange(movedTo(16), failing)).toContain("2. Refuse the new times");
    const gone = await choicesFor(order, item, movedTo(16), Date.parse("2027-03-20T00:00:00Z"), () => Promise.reject(new Error("must not be asked")));
    expect(gone.others).toEqual([]);
  });

  it("names the money the rules give, with source and date: more with little notice, nothing for little", async () => {
    const none = async () => [];
    const late = sayMajorChange(movedTo(16), await choicesFor(order, item, movedTo(16), now, none));
    expect(late).toContain(
      "BCN-FRA, by EU261 (Regulation (EC) No 261/2004, Articles 5 to 9; CJEU C-402/07 Sturgeon; as of 2026-11-21):\n- you may choose between your money back and another flight",
    );
    // Two hours forward with a month's notice counts as cancelled, without compensation.
    const early = sayMajorChange(movedTo(8), await choicesFor(order, item, movedTo(8), now, none));
    expect(early).toContain("money back and another flight");
    expect(early).not.toContain("compensation of");
    const tomorrow = Date.parse("2027-03-11T09:00:00Z");
    expect(sayCancelled("a flight", undefined, await choicesFor(order, item, undefined, tomorrow, none))).toContain(
      "compensation of 250.00 EUR for each traveller may be due",
    );
    const little = sayMajorChange(movedTo(11), await choicesFor(order, item, movedTo(11), now, none));
    expect(little).not.toContain("What the rules say");
    const hotel = await choicesFor(order, { ...item, offer: sampleHotel() }, undefined, now, none);
    expect(hotel).toEqual({ reference: "K7PQ2M", others: [], rights: [] });
  });
});
