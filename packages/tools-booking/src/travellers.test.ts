import { describe, expect, it } from "vitest";
import { sampleFlight, sampleHotel } from "./testing/sample-offers.ts";
import { checkTravellers } from "./travellers.ts";

const ana = { givenName: "Ana", familyName: "Silva" };
const contact = { email: "ana@example.com" };
const today = "2027-01-15";

describe("what suppliers want to know", () => {
  it("is asked for before anything is bought, all of it at once", () => {
    const offers = [
      { ...sampleFlight(), requires: ["bornOn", "gender"] as const },
      { ...sampleHotel(), requires: ["phone"] as const },
    ];
    expect(() => checkTravellers([ana], offers, today, contact)).toThrow(/birth date of Ana.*gender of Ana.*telephone number/);
    const told = [{ ...ana, bornOn: "1988-04-05", gender: "F" as const }];
    expect(() => checkTravellers(told, offers, today, contact)).toThrow(/telephone number/);
    expect(checkTravellers(told, offers, today, { ...contact, phone: "+34600111222" })).toMatchObject([{ bornOn: "1988-04-05", gender: "F" }]);
  });

  it("is nothing where no supplier says so", () => {
    expect(checkTravellers([ana], [sampleFlight()], today, contact)).toHaveLength(1);
  });
});
