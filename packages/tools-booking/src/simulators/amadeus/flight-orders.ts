import { addDays, localToUtc, travelTime } from "../../geography/index.ts";
import { minorUnits, money } from "../../money.ts";
import type { FlightOffer } from "../../offer.ts";
import type { Traveller } from "../../supplier.ts";
import type { Answer, LedgerEntry, Route, SimulatedRequest, World } from "../kit/index.ts";
import { worldCall } from "./counter.ts";
import { fingerprint, type GivenOffer, grandTotalOf, type KeptOffer, passengerTypeOf, type WireTraveler } from "./flight-document.ts";
import { faulty, invalid, malformed, mediaType, missing, notFound, notSold } from "./refusals.ts";

interface GivenTraveler {
  id?: string;
  dateOfBirth?: string;
  gender?: string;
  name?: { firstName?: string; lastName?: string };
  contact?: { emailAddress?: string; phones?: { countryCallingCode?: string; number?: string }[] };
}
interface OrderBody {
  data?: {
    type?: string;
    flightOffers?: GivenOffer[];
    travelers?: GivenTraveler[];
    remarks?: { general?: { subType: string; text: string }[] };
    ticketingAgreement?: { option?: string; delay?: string };
    queuingOfficeId?: string;
    contacts?: unknown;
  };
}

interface KeptOrder {
  id: string;
  locator: string;
  worldReference: string;
  status: "confirmed" | "held" | "ticketed" | "cancelled";
  total: { amount: string; currency: string };
  /** Milliseconds: Amadeus cancels it then unless tickets are there. */
  lapsesAt?: number;
  tickets: { number: string; travelerId: string }[];
  /** As Amadeus sends it, without tickets. */
  body: Record<string, unknown> & { flightOffers: GivenOffer[] };
}

const base64Signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const call = () => ({ signal: new AbortController().signal, requestId: "simulator" });

/** Why Amadeus refuses these travellers; undefined when it does not. */
function travelersRefused(travelers: readonly GivenTraveler[], priced: readonly WireTraveler[]): Answer | undefined {
  for (const [i, { id, dateOfBirth, name, contact }] of travelers.entries()) {
    const pointer = `/data/travelers[${i}]`;
    if (!priced.some((one) => one.id === id)) return invalid(`traveler ${id} is not in the flight offers`);
    if (!dateOfBirth) return missing(`${pointer}/dateOfBirth`);
    if (!name?.firstName || !name.lastName) return missing(`${pointer}/name`);
    if (!/^[A-Za-z ]+$/.test(`${name.firstName} ${name.lastName}`)) return malformed(`${pointer}/name`);
    if (contact?.phones?.some(({ countryCallingCode = "", number = "" }) => !/^\d{1,3}$/.test(countryCallingCode) || !/^\d{1,15}$/.test(number)))
      return malformed(`${pointer}/contact/phones`);
  }
  const contact = travelers[0]?.contact;
  if (!contact?.emailAddress && !contact?.phones?.length) return missing("/data/travelers[0]/contact");
  return travelers.length === priced.length ? undefined : invalid("the number of travelers is not the one of the flight offers");
}

/** Create, read and cancel orders. There is no key that would make a second one of the same request the first. */
export function flightOrders(world: World, vendor: string, officeTimeZone: string) {
  const flights = world.counter(vendor).supplier.flights!;
  const offers = world.shelf<KeptOffer>(vendor, "flight-offer");
  const orders = world.shelf<KeptOrder>(vendor, "flight-order");

  async function give(worldReference: string): Promise<void> {
    const quote = await worldCall(() => flights.quoteCancel(worldReference, call()));
    if ("done" in quote) await worldCall(() => flights.cancel(worldReference, quote.done.token, world.newId("back-", 16), call()));
  }

  async function cancelled(order: KeptOrder): Promise<void> {
    await give(order.worldReference);
    await orders.put(order.id, { ...order, status: "cancelled" });
  }

  /** Orders under a time limit, by id; read from the books once. */
  let limits: Map<string, number> | undefined;
  async function timeLimits(): Promise<Map<string, number>> {
    limits ??= new Map(
      (await orders.all()).flatMap(({ id, status, lapsesAt }) => (status === "held" && lapsesAt !== undefined ? [[id, lapsesAt] as const] : [])),
    );
    return limits;
  }

  /** Orders nobody paid for end at their time. */
  async function lapse(): Promise<void> {
    const now = world.clock.now();
    const known = await timeLimits();
    for (const [id, at] of known) {
      if (at > now) continue;
      known.delete(id);
      const order = await orders.get(id);
      if (order?.status === "held") await cancelled(order);
    }
  }

  async function alive(id: string): Promise<KeptOrder | undefined> {
    await lapse();
    const order = await orders.get(id);
    return order?.status === "cancelled" ? undefined : order;
  }

  /** Tickets appear once the office has issued them. */
  const show = ({ body, tickets, status }: KeptOrder) => ({
    ...body,
    ...(status !== "ticketed"
      ? {}
      : {
          tickets: tickets.map(({ number, travelerId }) => ({
            documentType: "ETICKET",
            documentNumber: `${number.slice(0, 3)}-${number.slice(3)}`,
            documentStatus: "ISSUED",
            travelerId,
            segmentIds: body.flightOffers.flatMap(({ itineraries }) => itineraries.flatMap(({ segments }) => segments.map((one) => one.id))),
          })),
        }),
  });

  function agreementOf(given: { option?: string; delay?: string } | undefined): { agreement: Record<string, string>; lapsesAt?: number } | undefined {
    const option = given?.option ?? "CONFIRM";
    if (option === "CONFIRM") return { agreement: { option } };
    const days = Number(/^(\d{1,3})D$/.exec(given?.delay ?? "")?.[1]);
    if (!["DELAY_TO_CANCEL", "DELAY_TO_QUEUE"].includes(option) || !Number.isInteger(days)) return undefined;
    const date = addDays(travelTime(world.clock.now(), officeTimeZone).local.slice(0, 10), days);
    const agreement = { option, dateTime: `${date}T00:00:00.000` };
    return option === "DELAY_TO_CANCEL" ? { agreement, lapsesAt: localToUtc(`${date}T00:00`, officeTimeZone) } : { agreement };
  }

  async function create(request: SimulatedRequest): Promise<Answer> {
    const { data } = (request.json ?? {}) as OrderBody;
    if (data?.type !== "flight-order") return missing("/data/type");
    const [given, ...others] = data.flightOffers ?? [];
    if (!given?.itineraries || !given.travelerPricings || !given.price) return missing("/data/flightOffers");
    if (others.length > 0) return invalid("this simulator books one flight offer an order");
    const travelers = data.travelers ?? [];
    const priced = given.travelerPricings.map(({ travelerId, travelerType }) => ({ id: travelerId, travelerType }));
    const refused = travelersRefused(travelers, priced);
    if (refused) return refused;
    const terms = agreementOf(data.ticketingAgreement);
    if (!terms) return malformed("/data/ticketingAgreement");
    await lapse();

    const fingerprinted = fingerprint(given);
    const kept = await offers.get(fingerprinted);
    if (!kept) return invalid("the flight offer is not one that was priced");
    if (request.has("sold_out")) return notSold(1);
    if (request.has("price_changed")) await offers.put(fingerprinted, { ...kept, surcharge: kept.surcharge + 7 });
    const answer = await worldCall(() => flights.reprice(kept.offer, call()));
    if ("refused" in answer || answer.done.status === "sold-out" || answer.done.status === "expired") return notSold(1);
    const current: KeptOffer = { offer: answer.done.offer, surcharge: request.has("price_changed") ? kept.surcharge + 7 : kept.surcharge };
    const { currency } = current.offer.price.total;
    const total = { amount: grandTotalOf(current, priced), currency };
    if (minorUnits(total) !== minorUnits({ amount: given.price.grandTotal, currency }))
      return faulty({
        status: 400,
        code: 37200,
        title: "PRICE DISCREPANCY",
        detail: `Current grandTotal price (${total.amount}) is different from request one (${given.price.grandTotal})`,
      });

    const bought = await worldCall(() => flights.book(worldRequest(current.offer, travelers, priced), call()));
    if ("refused" in bought) return notSold(1);
    const order = keep(data as Required<OrderBody>["data"], given, terms, bought.done, total);
    await orders.put(order.id, order);
    if (order.lapsesAt !== undefined) (await timeLimits()).set(order.id, order.lapsesAt);
    return { status: 201, contentType: mediaType, body: { data: show(order) } };
  }

  function worldRequest(offer: FlightOffer, travelers: readonly GivenTraveler[], priced: readonly WireTraveler[]) {
    const people = travelers.map(
      ({ id, name, dateOfBirth }): Traveller => ({
        id: id!,
        givenName: name!.firstName!,
        familyName: name!.lastName!,
        bornOn: dateOfBirth!,
        ptc: passengerTypeOf(priced.find((one) => one.id === id)!.travelerType) ?? "ADT",
      }),
    );
    const { currency } = offer.price.total;
    return {
      offer,
      travellers: people,
      contact: { email: travelers[0]!.contact?.emailAddress ?? "" },
      key: world.newId("am-", 20),
      // What may be paid was compared before, in the dialect's own way.
      maxTotal: money(minorUnits(offer.price.total) * 2n, currency),
    };
  }

  function keep(
    data: Required<OrderBody>["data"],
    given: GivenOffer,
    { agreement, lapsesAt }: { agreement: Record<string, string>; lapsesAt?: number },
    bought: { reference: string; locators: string[]; documents: { number: string; travellerId?: string }[] },
    total: KeptOrder["total"],
  ): KeptOrder {
    // Base64 with the signs that mean something else in an address.
    const id = `${world.newId("eJz", 18, base64Signs)}/${world.newId("", 5, base64Signs)}+${world.newId("", 3, base64Signs)}=`;
    const locator = bought.locators[0]!;
    const created = new Date(world.clock.now()).toISOString().slice(0, 19);
    return {
      id,
      locator,
      worldReference: bought.reference,
      status: lapsesAt === undefined ? "confirmed" : "held",
      total,
      ...(lapsesAt === undefined ? {} : { lapsesAt }),
      tickets: bought.documents.map(({ number, travellerId }) => ({ number, travelerId: travellerId ?? "1" })),
      body: {
        type: "flight-order",
        id,
        ...(data.queuingOfficeId === undefined ? {} : { queuingOfficeId: data.queuingOfficeId }),
        associatedRecords: [{ reference: locator, creationDate: `${created}.000`, originSystemCode: "GDS", flightOfferId: given.id }],
        flightOffers: [withoutRules(given)],
        travelers: data.travelers,
        ...(data.remarks === undefined ? {} : { remarks: data.remarks }),
        // Spelt like this in replies, since ever.
        ticketingAggreement: agreement,
        ...(data.contacts === undefined ? {} : { contacts: data.contacts }),
      },
    };
  }

  const routes: Route[] = [
    { method: "POST", path: "/v1/booking/flight-orders", name: "create-flight-order", handle: create },
    {
      method: "GET",
      path: "/v1/booking/flight-orders/:id",
      name: "read-flight-order",
      async handle({ params }) {
        const order = await alive(params.id!);
        return order ? { status: 200, contentType: mediaType, body: { data: show(order) } } : notFound();
      },
    },
    {
      method: "DELETE",
      path: "/v1/booking/flight-orders/:id",
      name: "cancel-flight-order",
      async handle({ params }) {
        const order = await alive(params.id!);
        if (!order) return notFound();
        if (order.status === "ticketed") return invalid("the order is ticketed and cannot be cancelled here");
        await cancelled(order);
        return { status: 204 };
      },
    },
  ];

  return {
    routes,
    async ledger(): Promise<LedgerEntry[]> {
      await lapse();
      return (await orders.all()).map(({ id, status, total, body }) => {
        const remark = (body.remarks as { general?: { text: string }[] } | undefined)?.general?.[0]?.text;
        return { kind: "flight", reference: id, ...(remark === undefined ? {} : { clientReference: remark.split(" ").at(-1)! }), status, total };
      });
    },
    /** What the office or the airline does: `ticketed`, `cancelled`, `schedule-change`. */
    async happen(event: string, reference: string): Promise<boolean> {
      const order = (await orders.all()).find(({ id, locator }) => id === reference || locator === reference);
      if (!order) return false;
      if (event === "ticketed") await orders.put(order.id, { ...order, status: "ticketed" });
      else if (event === "cancelled") await cancelled(order);
      else if (event === "schedule-change") await orders.put(order.id, later(order));
      else throw new Error(`an Amadeus flight order knows ticketed, cancelled and schedule-change, not ${event}`);
      return true;
    },
  };
}

/** Orders do not repeat the rules that pricing told. */
function withoutRules(offer: GivenOffer): GivenOffer {
  const { fareRules: _, ...rest } = offer as GivenOffer & { fareRules?: unknown };
  return rest;
}

const delayMinutes = 45;
const delayed = (at: string) => new Date(Date.parse(`${at}Z`) + delayMinutes * 60_000).toISOString().slice(0, 19);

/** The first flight leaves and arrives later. */
function later(order: KeptOrder): KeptOrder {
  const body = structuredClone(order.body);
  const first = body.flightOffers[0]!.itineraries[0]!.segments[0]!;
  first.departure.at = delayed(first.departure.at);
  first.arrival.at = delayed(first.arrival.at);
  return { ...order, body };
}
