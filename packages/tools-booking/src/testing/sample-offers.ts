import { money } from "../money.ts";
import type { CarOffer, FlightOffer, HotelOffer, Price } from "../offer.ts";

const price = (minor: bigint, ptc: Price["perPassenger"] = [{ ptc: "ADT", count: 1, each: money(minor, "EUR") }]): Price => ({
  total: money(minor, "EUR"),
  base: money(minor - 2000n, "EUR"),
  taxes: money(2000n, "EUR"),
  fees: money(0n, "EUR"),
  perPassenger: ptc,
});

const common = { supplier: "fake", sandbox: true, supplierRef: "ref", offerExpiresAt: "2027-01-15T09:30:00Z" };

/** A direct flight Barcelona to Frankfurt for 189.40 EUR on 12 March 2027; refundable for 50 EUR, to be changed for 30 EUR. */
export const sampleFlight = (changes: Partial<FlightOffer> = {}): FlightOffer => ({
  ...common,
  id: "flight-1",
  vertical: "flight",
  price: price(18940n),
  paymentTimeLimit: "2027-01-16T09:00:00Z",
  conditions: { refund: { allowed: true, penalty: money(5000n, "EUR") }, change: { allowed: true, penalty: money(3000n, "EUR") } },
  journeys: [
    {
      origin: "BCN",
      destination: "FRA",
      duration: 130,
      segments: [
        {
          id: "s1",
          marketingCarrier: "LH",
          carrierName: "Lufthansa",
          flightNumber: "1123",
          operatingCarrier: "LH",
          departure: {
            airport: "BCN",
            city: "Barcelona",
            terminal: "1",
            time: { local: "2027-03-12T10:15:00", timeZone: "Europe/Madrid", utc: "2027-03-12T09:15:00Z" },
          },
          arrival: { airport: "FRA", city: "Frankfurt", time: { local: "2027-03-12T12:25:00", timeZone: "Europe/Berlin", utc: "2027-03-12T11:25:00Z" } },
          duration: 130,
          equipment: "32N",
        },
      ],
    },
  ],
  fareComponents: [
    {
      segmentId: "s1",
      cabin: "ECONOMY",
      bookingClass: "K",
      fareBasisCode: "KEUCLSP",
      fareBrand: "Classic",
      baggage: { carryOn: "1 bag of 8 kg", checkedPieces: 1 },
    },
  ],
  validatingCarrier: "LH",
  passengers: [{ ptc: "ADT", count: 1 }],
  ...changes,
});

/** Three nights in Frankfurt for 310.00 EUR, prepaid, free to cancel until two days before. */
export const sampleHotel = (changes: Partial<HotelOffer> = {}): HotelOffer => ({
  ...common,
  id: "hotel-1",
  vertical: "hotel",
  price: price(31000n),
  conditions: { refund: { allowed: true }, change: { allowed: false } },
  property: {
    id: "h1",
    name: "Hotel Am Fluss",
    stars: 4,
    address: "Uferweg 3",
    city: "Frankfurt",
    latitude: 50.1,
    longitude: 8.68,
    timeZone: "Europe/Berlin",
    distanceToCentreKm: 1.2,
  },
  room: { name: "Double room", beds: "1 double bed" },
  ratePlan: { code: "FLEX", name: "Flexible", board: "BB", paymentType: "PREPAID" },
  checkIn: { local: "2027-03-12T15:00:00", timeZone: "Europe/Berlin", utc: "2027-03-12T14:00:00Z" },
  checkOut: { local: "2027-03-15T11:00:00", timeZone: "Europe/Berlin", utc: "2027-03-15T10:00:00Z" },
  nights: 3,
  rooms: 1,
  guests: { adults: 2, childrenAges: [] },
  cancellation: [
    { from: "now", penalty: money(0n, "EUR") },
    { from: "2027-03-10T17:00:00Z", penalty: money(31000n, "EUR") },
  ],
  ...changes,
});

/** Three days of a compact car for 96.00 EUR, paid at the counter. */
export const sampleCar = (changes: Partial<CarOffer> = {}): CarOffer => ({
  ...common,
  id: "car-1",
  vertical: "car",
  price: price(9600n),
  conditions: { refund: { allowed: true }, change: { allowed: false } },
  vendor: { code: "ZZ", name: "Demo Cars" },
  vehicle: { acriss: "CDMR", category: "compact", transmission: "manual", seats: 5, bags: 2, exampleModel: "VW Golf" },
  pickUp: { locationCode: "FRA", address: "Frankfurt airport", time: { local: "2027-03-12T13:00:00", timeZone: "Europe/Berlin", utc: "2027-03-12T12:00:00Z" } },
  dropOff: {
    locationCode: "FRA",
    address: "Frankfurt airport",
    time: { local: "2027-03-15T09:00:00", timeZone: "Europe/Berlin", utc: "2027-03-15T08:00:00Z" },
  },
  mileage: "unlimited",
  fuelPolicy: "full to full",
  paymentType: "PAY_AT_COUNTER",
  cancellation: [{ from: "now", penalty: money(0n, "EUR") }],
  ...changes,
});
