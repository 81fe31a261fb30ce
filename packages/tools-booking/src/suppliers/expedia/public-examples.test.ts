import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expediaDialect } from "../../simulators/expedia/index.ts";
import { hotelQuery, partyFor, simulated } from "../../testing/simulator-bench.ts";
import { expediaRapidSupplier } from "./expedia.ts";
import { offerOf } from "./map-offer.ts";
import { orderOf } from "./map-order.ts";
import { rapidProblem } from "./problems.ts";
import { rapidAuthorization } from "./signature.ts";
import { availability, created, itinerary, priceCheck, propertyContent, rate, room } from "./wire.ts";

const fixtures = process.env.TRAVELAGENT_FIXTURES;
const folder = join(fixtures ?? "", "expedia-rapid-examples");
const example = (name: string): unknown => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
const call = { signal: new AbortController().signal, requestId: "test" };

interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  allOf?: Schema[];
  enum?: unknown[];
  discriminator?: { propertyName: string; mapping: Record<string, string> };
}

/** Keys the document says in words and not in its schemas. */
const saidElsewhere = new Set(["holdable"]);
/** Written as a number in the vendor's own examples, and as a string in its schema. */
const eitherType = new Set(["amount", "value"]);

/** What a schema points to, and which of its kinds the body says that it is. */
function resolved(given: Schema, body: unknown, document: unknown): Schema {
  let schema = given;
  for (let depth = 0; depth < 10; depth += 1) {
    const kind = schema.discriminator && body !== null && typeof body === "object" && (body as Record<string, string>)[schema.discriminator.propertyName];
    const next: string | undefined = schema.$ref ?? (kind ? schema.discriminator!.mapping[kind] : undefined);
    if (!next) return schema;
    schema = next
      .slice(2)
      .split("/")
      .reduce((node, key) => (node as Record<string, unknown>)[key], document) as Schema;
  }
  return schema;
}

const propertiesOf = (schema: Schema, document: unknown): Record<string, Schema> =>
  Object.assign({}, schema.properties, ...(schema.allOf ?? []).map((part) => propertiesOf(resolved(part, undefined, document), document)));

/** Where a body says something that the vendor's schema does not. */
function departures(body: unknown, given: Schema, document: unknown, at = "$"): string[] {
  const schema = resolved(given, body, document);
  if (Array.isArray(body))
    return schema.type === "array" ? body.flatMap((one, i) => departures(one, schema.items ?? {}, document, `${at}[${i}]`)) : [`${at} is a list`];
  if (body !== null && typeof body === "object") {
    if (schema.type !== undefined && schema.type !== "object") return [`${at} is an object and should be a ${schema.type}`];
    const properties = propertiesOf(schema, document);
    const rest = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
    return Object.entries(body).flatMap(([key, value]) => {
      const known = properties[key] ?? rest;
      if (known) return eitherType.has(key) && typeof value !== "object" ? [] : departures(value, known, document, `${at}.${key}`);
      return Object.keys(properties).length === 0 || saidElsewhere.has(key) ? [] : [`${at}.${key} is not known`];
    });
  }
  const wanted = schema.type === "integer" ? "number" : schema.type;
  if (wanted !== undefined && typeof body !== wanted) return [`${at} is a ${typeof body} and should be a ${wanted}`];
  return schema.enum && !schema.enum.includes(body) ? [`${at} is ${String(body)}`] : [];
}

describe.skipIf(!fixtures)("the public examples of Rapid", () => {
  it("of availability are read, and give an offer", () => {
    const found = availability.parse(example("GET-properties-availability-200-Availability"));
    const first = room.parse(found[0]!.rooms[0]);
    const house = propertyContent.parse({ ...(example("GET-properties-content-200-Single-Property-Example") as Record<string, object>)["12345"] });
    const query = { ...hotelQuery, currency: "CAD" };
    const place = { timeZone: "America/Chicago", centre: { latitude: 37, longitude: -93 }, properties: [house] };
    const context = { query, occupancies: ["2"], place, sandbox: true, now: Date.parse("2018-02-01T00:00:00Z"), holdMinutes: undefined };
    const offer = offerOf(house, first, rate.parse(first.rates[0]), context);
    // What is billed, not the 530.00 USD it is converted to.
    expect(offer).toMatchObject({
      price: { total: { amount: "702.00", currency: "CAD" }, base: { amount: "628.00" }, taxes: { amount: "74.00" } },
      mandatoryFees: { amount: "15.00", currency: "CAD" },
      room: { name: "Fancy Queen Room", beds: "1 Queen Bed" },
      offerExpiresAt: "2019-03-05T07:23:14.000Z",
      seatsRemaining: 12,
    });
    expect(availability.parse(example("GET-properties-availability-200-No-availability"))).toEqual([]);
    expect(availability.parse(example("GET-properties-availability-200-Availability-and-Unavailable-Reason")).length).toBeGreaterThan(0);
  });

  it("of price checks and bookings are read", () => {
    const base = "GET-properties-property-id-rooms-room-id-rates-rate-id-200-";
    expect(priceCheck.parse(example(`${base}Available-Example`))).toMatchObject({ status: "available", links: { book: { method: "POST" } } });
    expect(priceCheck.parse(example(`${base}Price-Changed-Example`))).toMatchObject({ status: "price_changed" });
    expect(priceCheck.parse(example(`${base}Sold-Out-Example`)).status).toBe("sold_out");
    expect(created.parse(example("POST-itineraries-201-Create-With-Hold-No-Challenge-Example")).links?.resume?.method).toBe("PUT");
    expect(created.parse(example("POST-itineraries-201-Create-Payment-Challenged-Example")).links?.complete_payment_session).toBeDefined();
  });

  it("of itineraries are read as orders", () => {
    const note = {
      key: "4480ABC",
      email: "a@example.com",
      total: { amount: "1.00", currency: "USD" },
      checkInUtc: "2018-09-21T15:00:00Z",
      timeZone: "America/New_York",
    };
    const order = orderOf(itinerary.parse(example("GET-itineraries-itinerary-id-200-Itinerary-No-History")), note);
    expect(order).toMatchObject({
      reference: "8999989898988",
      status: "confirmed",
      total: { amount: "368.15", currency: "USD" },
      commission: { amount: "7.75" },
      locators: ["8999989898988", "1234567890", "BEF23123AA"],
    });
    for (const name of readdirSync(folder).filter((file) => /^GET-itineraries.*-20[06]-/.test(file))) {
      const body = example(name.replace(".json", ""));
      for (const one of Array.isArray(body) ? body : [body]) expect(itinerary.safeParse(one).success, name).toBe(true);
    }
  });

  it.each([
    ["POST-itineraries-409-example", 409, "PRICE_CHANGED"],
    ["POST-itineraries-410-example", 410, "SOLD_OUT"],
    ["POST-itineraries-400-Duplicate-Itinerary-Example", 400, "OUTCOME_UNKNOWN"],
    ["POST-itineraries-503-example", 503, undefined],
    ["POST-itineraries-401-example", 401, "SUPPLIER_REJECTED"],
    ["DELETE-itineraries-itinerary-id-400-Room-Already-Cancelled-Example", 400, undefined],
  ])("of errors mean something: %s", (name, status, code) => {
    const problem = rapidProblem({ status, headers: new Headers(), body: example(name), readable: true }, 198_284_729_000);
    expect(problem?.vendorCode).toBeDefined();
    expect(problem?.code).toBe(code);
  });

  it("of all errors carry a code of the vendor's that we can read", () => {
    const errors = readdirSync(folder).filter((name) => /-(400|401|403|404|409|410|426|429|500|503)-/.test(name));
    expect(errors.length).toBeGreaterThan(80);
    for (const name of errors) {
      const problem = rapidProblem(
        { status: Number(/-(4\d\d|5\d\d)-/.exec(name)![1]), headers: new Headers(), body: example(name.replace(".json", "")), readable: true },
        0,
      );
      expect(problem?.vendorCode, name).toBeDefined();
    }
  });
});

describe.skipIf(!fixtures)("the simulator's bodies", () => {
  const bodies = new Map<string, { path: string; method: string; status: string; body: unknown }>();
  let parts: Awaited<ReturnType<typeof simulated>>;
  beforeAll(async () => {
    parts = await simulated({
      dialect: (world) => expediaDialect(world),
      adapter: ({ url, memory, clock }) =>
        expediaRapidSupplier({ baseUrl: `${url}/v3`, apiKey: "rapid-key", sharedSecret: "rapid-secret", holdMinutes: 30, live: false, memory, clock }),
    });
    const hotels = parts.supplier.hotels!;
    const offer = (await hotels.search({ ...hotelQuery, refundableOnly: true }, call))[0]!;
    const request = { offer, travellers: partyFor(offer), contact: { email: "a@example.com", phone: "+351910000000" }, maxTotal: offer.price.total };
    await hotels.hold!({ ...request, key: "shape-1" }, call);
    const order = await hotels.book({ ...request, key: "shape-2" }, call);
    const { token } = await hotels.quoteCancel(order.reference, call);
    await hotels.cancel(order.reference, token, "x-1", call);
    // Every read once more, by hand, for its body.
    const paths: Record<string, string> = {
      regions: "/regions",
      region: "/regions/{region_id}",
      content: "/properties/content",
      availability: "/properties/availability",
      "price-check": "/properties/{property_id}/rooms/{room_id}/rates/{rate_id}",
      retrieve: "/itineraries/{itinerary_id}",
    };
    for (const { route, path, query } of [...parts.simulator.requests]) {
      if (!paths[route]) continue;
      const headers = {
        authorization: rapidAuthorization("rapid-key", "rapid-secret", parts.clock.now()),
        accept: "application/json",
        "accept-encoding": "gzip",
        "customer-ip": "127.0.0.1",
      };
      const reply = await fetch(`${parts.simulator.url}${path}${query}`, { headers });
      bodies.set(`${route} ${path}`, { path: paths[route], method: "get", status: String(reply.status), body: await reply.json() });
    }
  });
  afterAll(() => parts?.close());

  it("say nothing that the vendor's document does not know", () => {
    const document = JSON.parse(readFileSync(join(fixtures!, "expedia-rapid.specs.json"), "utf8")) as {
      paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, { schema: Schema }> }> }>>;
    };
    expect(bodies.size).toBeGreaterThanOrEqual(7);
    for (const [name, { path, method, status, body }] of bodies) {
      const { schema } = document.paths[path]![method]!.responses[status]!.content["application/json"]!;
      expect({ name, departures: departures(body, schema, document).slice(0, 5) }).toEqual({ name, departures: [] });
    }
  });
});
