import { describe, expect, it } from "vitest";
import { sampleCar, sampleFlight, sampleHotel } from "./testing/sample-offers.ts";
import { sayCost, sayRefund, termLines, titleOf } from "./wording.ts";

const euros = (amount: string) => ({ amount, currency: "EUR" });

describe("wording", () => {
  it("names a flight by airline and places", () => expect(titleOf(sampleFlight())).toBe("Lufthansa, Barcelona BCN → Frankfurt FRA"));

  it.each(["VW Golf", "VW Golf or similar"])("says once that %s stands for its like", (exampleModel) => {
    const car = sampleCar();
    expect(titleOf({ ...car, vehicle: { ...car.vehicle, exampleModel } })).toMatch(/^Compact \(VW Golf or similar\), /);
  });

  it.each(["Uferweg 3", "Uferweg 3, Frankfurt"])("gives the city of %s once", (address) => {
    const hotel = sampleHotel();
    const [first] = termLines({ ...hotel, property: { ...hotel.property, address, city: "Frankfurt" } });
    expect(first?.match(/, Frankfurt/g)).toHaveLength(1);
  });

  it("calls a refund whose fee takes everything by its name", () => {
    const flight = sampleFlight();
    const conditions = { ...flight.conditions, refund: { allowed: true, penalty: flight.price.total } };
    expect(termLines({ ...flight, conditions })).toContain("Refund: the fee takes the whole price");
    expect(termLines(flight)).toContain("Refund: allowed, for 50.00 EUR");
  });

  it("says what a cancellation costs and what comes back", () => {
    expect([sayCost("Cancelling", euros("0.00")), sayRefund(euros("55.90"))]).toEqual(["Cancelling is free of charge", "You get back 55.90 EUR"]);
    expect([sayCost("Cancelling", euros("55.90")), sayRefund(euros("0.00"))]).toEqual(["Cancelling costs 55.90 EUR", "Nothing is paid back"]);
  });
});
