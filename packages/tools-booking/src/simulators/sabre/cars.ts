import type { Money } from "@travelagent/protocol";
import * as z from "zod";
import { airport } from "../../geography/index.ts";
import { minorUnits, money, subtract } from "../../money.ts";
import type { CarOffer, CarQuery } from "../../offer.ts";
import { exchange } from "../../suppliers/sandbox/world/currency.ts";
import type { Answer, Route, Shelf, SimulatedRequest, World } from "../kit/index.ts";
import { gatewayAnswer } from "./answers.ts";
import { simulatorCall } from "./create-booking.ts";
import { localCurrency } from "./grouped-itineraries.ts";

const Place = z.looseObject({ LocationCode: z.string().length(3) });
const Availability = z.looseObject({
  GetVehAvailRQ: z.looseObject({
    SearchCriteria: z.looseObject({
      PickUpDate: z.string(),
      PickUpTime: z.string(),
      ReturnDate: z.string(),
      ReturnTime: z.string(),
      AirportRef: z.looseObject({ PickUpLocation: Place, ReturnLocation: Place }),
      // Both are asked for, though every example leaves them out.
      RatePrefs: z.looseObject({ CurrencyCode: z.string().optional() }),
      LocPolicyRef: z.looseObject({ Include: z.boolean() }),
    }),
  }),
});
const PriceCheck = z.looseObject({ VehPriceCheckRQ: z.looseObject({ VehRateInfoRef: z.looseObject({ RateKey: z.string() }) }) });

const day = 86_400_000;
const bookingKeyMs = 20 * 60_000;

export interface CarParts {
  world: World;
  carKeys: Shelf<{ offer: CarOffer; until: number }>;
}

interface Rated {
  offer: CarOffer;
  query: CarQuery;
}

function converted({ amount, currency }: Money, to: string): Money {
  if (currency === to) return { amount, currency };
  const euroCents = Number(minorUnits({ amount, currency })) / (Number(exchange(currency).minor(1_000_000)) / 1_000_000);
  return money(exchange(to).minor(Math.round(euroCents)), to);
}

function rateOf(offer: CarOffer, rateKey: string, currency: string): object {
  const { price, vehicle, cancellation, mileage } = offer;
  const amount = (one: Money) => converted(one, currency).amount;
  const pickUp = Date.parse(offer.pickUp.time.utc);
  return {
    RateKey: rateKey,
    AvailabilityStatus: "S",
    RateCode: "BEST",
    Vehicle: {
      VehType: vehicle.acriss,
      VehMakeAndModel: vehicle.exampleModel,
      SeatBeltsAndBagsInfo: { SeatBelts: { Quantity: vehicle.seats }, BagsInfo: { Bags: [{ Quantity: vehicle.bags, Size: "Large" }] } },
    },
    VehicleCharges: {
      VehicleCharge: [
        {
          ChargeType: "BaseRateTotal",
          Amount: amount(price.base),
          // Only the first charge names the currency.
          CurrencyCode: currency,
          MileageAllowance: /^\d+/.exec(mileage)?.[0] ?? "UNL",
          UOM: "km",
        },
        { ChargeType: "MandatoryChargesTotal", Amount: amount(subtract(price.total, price.base)) },
        { ChargeType: "ApproximateTotalPrice", Amount: amount(price.total) },
      ],
    },
    GuaranteePrepaid: {
      Type: "R",
      CancellationRefundAmount: cancellation.slice(0, -1).map(({ penalty }, i) => ({
        Amount: amount(subtract(price.total, penalty)),
        DaysPrior: Math.round((pickUp - Date.parse(cancellation[i + 1]!.from)) / day),
      })),
    },
  };
}

function infoOf(offer: CarOffer, rateKey: string): object {
  const asked = offer.price.total.currency;
  const local = localCurrency(airport(offer.pickUp.locationCode)?.country ?? "");
  return {
    Vendor: { Code: offer.vendor.code, Name: offer.vendor.name.toUpperCase() },
    PickUpLocation: { LocationCode: offer.pickUp.locationCode },
    ReturnLocation: { LocationCode: offer.dropOff.locationCode },
    VehRentalRate: [rateOf(offer, rateKey, local)],
    ...(local === asked ? {} : { ConvertedVehRentalRate: [rateOf(offer, rateKey, asked)] }),
  };
}

export function carRoutes({ world, carKeys }: CarParts): Route[] {
  const { clock } = world;
  const rates = world.shelf<Rated>("sabre", "car rates");
  const cars = () => world.counter("sabre").supplier.cars!;
  const invalid = (error: z.ZodError): Answer =>
    gatewayAnswer(clock.now(), 400, "ERR.2SG.CLIENT.INVALID_REQUEST", `object has missing required properties at ${error.issues[0]?.path.join(".")}`);
  const applied = { ApplicationResults: { status: "Complete" } };
  const failed = (name: string, code: string): Answer => ({
    status: 200,
    body: {
      [name]: {
        ApplicationResults: {
          status: "NotProcessed",
          Error: [{ type: "Application", SystemSpecificResults: [{ Message: [{ code, content: "No availability" }] }] }],
        },
      },
    },
  });

  async function availability(request: SimulatedRequest): Promise<Answer> {
    const parsed = Availability.safeParse(request.json);
    if (!parsed.success) return invalid(parsed.error);
    if (request.has("error_in_200") || request.has("sold_out")) return failed("GetVehAvailRS", "700204");
    const { PickUpDate, PickUpTime, ReturnDate, ReturnTime, AirportRef, RatePrefs } = parsed.data.GetVehAvailRQ.SearchCriteria;
    const query: CarQuery = {
      pickUp: AirportRef.PickUpLocation.LocationCode,
      dropOff: AirportRef.ReturnLocation.LocationCode,
      pickUpAt: `${PickUpDate}T${PickUpTime}`,
      dropOffAt: `${ReturnDate}T${ReturnTime}`,
      driverAge: 30,
      automaticOnly: false,
      currency: RatePrefs.CurrencyCode ?? "EUR",
      limit: 100,
    };
    const infos: object[] = [];
    for (const offer of await cars().search(query, simulatorCall())) {
      const rateKey = world.newId("", 32);
      await rates.put(rateKey, { offer, query });
      infos.push(infoOf(offer, rateKey));
    }
    return { status: 200, body: { GetVehAvailRS: { ...applied, VehAvailInfos: { PickUpDate, PickUpTime, ReturnDate, ReturnTime, VehAvailInfo: infos } } } };
  }

  /** A rate key has no end: the same car is found again at its price of now. */
  async function current({ offer, query }: Rated): Promise<CarOffer | undefined> {
    const now = await cars().reprice(offer, simulatorCall());
    if (now.status === "available" || now.status === "price-changed") return now.offer;
    const again = await cars().search(query, simulatorCall());
    return again.find(({ vendor, vehicle }) => vendor.code === offer.vendor.code && vehicle.acriss === offer.vehicle.acriss);
  }

  async function priceCheck(request: SimulatedRequest): Promise<Answer> {
    const parsed = PriceCheck.safeParse(request.json);
    if (!parsed.success) return invalid(parsed.error);
    const rateKey = parsed.data.VehPriceCheckRQ.VehRateInfoRef.RateKey;
    const rated = await rates.get(rateKey);
    const found = rated && !request.has("sold_out") ? await current(rated) : undefined;
    if (!rated || !found) return failed("VehPriceCheckRS", "700205");
    const offer = request.has("price_changed") ? dearer(found) : found;
    const bookingKey = crypto.randomUUID();
    await carKeys.put(bookingKey, { offer: found, until: clock.now() + bookingKeyMs });
    const difference = minorUnits(offer.price.total) - minorUnits(rated.offer.price.total);
    return {
      status: 200,
      body: {
        VehPriceCheckRS: {
          ...applied,
          PriceCheckInfo: {
            BookingKey: bookingKey,
            PriceChange: difference !== 0n,
            PriceDifference: money(difference, offer.price.total.currency).amount,
            VehRateInfo: { VehAvailInfos: { VehAvailInfo: [infoOf(offer, rateKey)] } },
          },
        },
      },
    };
  }

  return [
    { method: "POST", path: "/v2.0.0/get/vehavail", name: "vehicle-availability", handle: availability },
    { method: "POST", path: "/v1.0.0/veh/pricecheck", name: "vehicle-price-check", handle: priceCheck },
  ];
}

function dearer(offer: CarOffer): CarOffer {
  const more = (one: Money) => money(minorUnits(one) + 1000n, one.currency);
  const { price } = offer;
  const total = more(price.total);
  return { ...offer, price: { ...price, total, base: more(price.base), perPassenger: [{ ptc: "ADT", count: 1, each: total }] } };
}
