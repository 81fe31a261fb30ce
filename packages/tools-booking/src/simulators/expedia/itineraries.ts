import { minorUnits, money } from "../../money.ts";
import type { Answer, LedgerEntry, Route, SimulatedRequest, World } from "../kit/index.ts";
import { type CreateBody, type Document, linkTo, problemWith, type Room, required, shown } from "./itinerary.ts";
import { badLink, failure, invalid, missingHeader, testAnswer, testWord } from "./refusals.ts";
import type { BookToken } from "./shop.ts";
import { anyCall, type Stock } from "./stock.ts";

export interface ItineraryOptions {
  /** Milliseconds until a new itinerary can be found; in the second half of them only its id is shown. */
  lagMs: number;
  holdMinutes: number;
}

export function itineraryRoutes(world: World, stock: Stock, { lagMs, holdMinutes }: ItineraryOptions) {
  const shelf = world.shelf<Document>("expedia", "itineraries");
  const books = world.shelf<BookToken>("expedia", "book");

  async function cancelRoom(room: Room): Promise<void> {
    const { token } = await stock.hotels.quoteCancel(room.world, anyCall);
    const { refund } = await stock.hotels.cancel(room.world, token, `x${room.id}`, anyCall);
    room.cancelled = true;
    room.refund = refund!.amount;
  }

  /** A hold that ran out is rolled back. */
  async function settled(document: Document | undefined): Promise<Document | undefined> {
    if (!document?.heldUntil || document.heldUntil > world.clock.now() || document.rooms.every(({ cancelled }) => cancelled)) return document;
    for (const room of document.rooms) await cancelRoom(room);
    await shelf.put(document.id, document);
    return document;
  }

  async function buyRooms({ offers, pricing }: BookToken, body: CreateBody, id: string): Promise<Room[] | undefined> {
    const rooms: Room[] = [];
    for (const [i, offer] of offers.entries()) {
      const { given_name: given = "", family_name: family = "" } = body.rooms![i]!;
      const traveller = { id: "1", givenName: given, familyName: family, ptc: "ADT" as const };
      const maxTotal = money(minorUnits(offer.price.total) * 2n, offer.price.total.currency);
      try {
        const bought = await stock.hotels.book({ offer, travellers: [traveller], contact: { email: body.email! }, key: `${id}-${i}`, maxTotal }, anyCall);
        rooms.push({ id: `${id}${i}`, world: bought.reference, offer, pricing: pricing[i]!, given, family, cancelled: false });
      } catch {
        // All rooms or none.
        for (const room of rooms) await cancelRoom(room);
        return undefined;
      }
    }
    return rooms;
  }

  async function create(request: SimulatedRequest): Promise<Answer> {
    const refused = missingHeader(request, true) ?? testAnswer(request);
    if (refused) return refused;
    const token = await books.get(request.query.get("token") ?? "");
    if (!token) return badLink();
    if (Date.parse(token.expires) <= world.clock.now()) return invalid("link.expired", "Link is expired.");
    const body = request.json as CreateBody;
    const problem = problemWith(body, token.offers.length);
    if (problem) return problem;
    const affiliate = body.affiliate_reference_id ?? "";
    if (affiliate !== "" && (await shelf.all()).some((one) => one.affiliate === affiliate))
      return invalid("duplicate_itinerary", "An itinerary already exists with this affiliate reference id.", [
        { name: "affiliate_reference_id", type: "body", value: affiliate },
      ]);
    if (body.hold && token.offers.length > 1) return invalid("hold.not_allowed", "Only one room can be held.");
    const word = testWord(request);
    if (word === "price_mismatch" || request.has("price_changed"))
      return failure(409, "price_mismatch", "Payment amount did not match current price, please check price and try again.", {
        fields: [{ name: "price.amount", type: "body", value: token.pricing[0]!.totals.inclusive.billable_currency.value }],
      });
    if (word === "cc_declined" || request.has("card_declined")) return invalid("credit_card.declined", "Credit card was declined.");
    const unavailable = () => failure(410, "rooms_unavailable", "One or more requested rooms are unavailable.");
    if (word === "rooms_unavailable" || request.has("sold_out")) return unavailable();
    const id = world.newId("9", 12, "0123456789");
    const rooms = await buyRooms(token, body, id);
    if (!rooms) return unavailable();
    const document: Document = {
      id,
      affiliate,
      email: body.email!,
      phone: body.phone!,
      rooms,
      token: world.newId("", 40),
      createdAt: world.clock.now(),
      ...(body.hold ? { heldUntil: world.clock.now() + holdMinutes * 60_000 } : {}),
      ...(request.has("pending_then_webhook") ? { asked: true } : {}),
    };
    await shelf.put(id, document);
    await books.remove(request.query.get("token")!);
    const links = {
      retrieve: linkTo("GET", id, document.token),
      ...(body.hold ? { resume: linkTo("PUT", id, document.token), cancel: linkTo("DELETE", id, document.token) } : {}),
    };
    if (word === "complete_payment_session" || request.has("3ds_required"))
      return {
        status: 201,
        body: {
          itinerary_id: id,
          links: { complete_payment_session: linkTo("PUT", `${id}/payment-sessions`, document.token) },
          encoded_challenge_config: "none",
        },
      };
    return { status: 201, body: { itinerary_id: id, links } };
  }

  async function list(request: SimulatedRequest): Promise<Answer> {
    const refused = missingHeader(request, true) ?? testAnswer(request);
    if (refused) return refused;
    const { query } = request;
    if (!query.get("affiliate_reference_id") || !query.get("email")) return required("affiliate_reference_id");
    const found = (await shelf.all()).filter(({ affiliate, email, createdAt }) => {
      const visible = world.clock.now() - createdAt >= lagMs / 2;
      return visible && affiliate === query.get("affiliate_reference_id") && email.toLowerCase() === query.get("email")!.toLowerCase();
    });
    return { status: 200, body: await Promise.all(found.map(async (one) => shown((await settled(one))!, world.clock.now(), lagMs))) };
  }

  /** The itinerary of a link with its token, or of an address. */
  async function opened(request: SimulatedRequest): Promise<Document | Answer> {
    const refused = missingHeader(request, true) ?? testAnswer(request);
    if (refused) return refused;
    const document = await settled(await shelf.get(request.params.id!));
    const token = request.query.get("token");
    const notFound = failure(404, "resource_not_found", "Itinerary was not found with provided request.");
    if (!document || world.clock.now() - document.createdAt < lagMs / 2) return notFound;
    if (token !== null) return token === document.token ? document : badLink();
    return request.query.get("email")?.toLowerCase() === document.email.toLowerCase() ? document : notFound;
  }

  const isAnswer = (one: Document | Answer): one is Answer => "status" in one;

  async function retrieve(request: SimulatedRequest): Promise<Answer> {
    const document = await opened(request);
    return isAnswer(document) ? document : { status: 200, body: shown(document, world.clock.now(), lagMs) };
  }

  /** 204 says done. 202 says that Rapid does not know: done with `partial`, not yet with `pending_then_webhook`. */
  async function commit(request: SimulatedRequest, act: () => Promise<void>): Promise<Answer> {
    if (!request.has("pending_then_webhook")) await act();
    return { status: request.has("partial") || request.has("pending_then_webhook") ? 202 : 204 };
  }

  async function resume(request: SimulatedRequest): Promise<Answer> {
    const document = await opened(request);
    if (isAnswer(document)) return document;
    if (!document.heldUntil || document.rooms.every(({ cancelled }) => cancelled)) return badLink();
    return commit(request, async () => {
      const { heldUntil: _, ...rest } = document;
      await shelf.put(document.id, rest);
    });
  }

  async function cancelHeld(request: SimulatedRequest): Promise<Answer> {
    const document = await opened(request);
    if (isAnswer(document)) return document;
    if (!document.heldUntil) return badLink();
    return commit(request, async () => {
      for (const room of document.rooms.filter(({ cancelled }) => !cancelled)) await cancelRoom(room);
      await shelf.put(document.id, document);
    });
  }

  async function cancelOne(request: SimulatedRequest): Promise<Answer> {
    const document = await opened(request);
    if (isAnswer(document)) return document;
    const room = document.rooms.find(({ id }) => id === request.params.room);
    if (!room) return badLink();
    if (room.cancelled) return failure(400, "room_already_cancelled", "Room is already cancelled.");
    return commit(request, async () => {
      await cancelRoom(room);
      await shelf.put(document.id, document);
    });
  }

  async function changeRoom(request: SimulatedRequest): Promise<Answer> {
    const document = await opened(request);
    if (isAnswer(document)) return document;
    const room = document.rooms.find(({ id, cancelled }) => id === request.params.room && !cancelled);
    if (!room) return badLink();
    const { given_name: given, family_name: family } = request.json as { given_name?: string; family_name?: string };
    return commit(request, async () => {
      Object.assign(room, { given: given ?? room.given, family: family ?? room.family });
      await shelf.put(document.id, document);
    });
  }

  async function ledger(): Promise<LedgerEntry[]> {
    const documents = await Promise.all((await shelf.all()).map(async (one) => (await settled(one))!));
    return documents.map(({ id, affiliate, rooms, heldUntil }) => {
      const totals = rooms.map(({ pricing }) => pricing.totals.inclusive.billable_currency);
      const { currency } = totals[0]!;
      const total = totals.reduce((sum, { value }) => sum + minorUnits({ amount: value, currency }), 0n);
      const gone = rooms.every(({ cancelled }) => cancelled);
      return {
        kind: "hotel",
        reference: id,
        clientReference: affiliate,
        status: gone ? "cancelled" : heldUntil ? "held" : "confirmed",
        total: money(total, currency),
      };
    });
  }

  const routes: Route[] = [
    { method: "POST", path: "/v3/itineraries", name: "create", handle: create },
    { method: "GET", path: "/v3/itineraries", name: "list", handle: list },
    { method: "GET", path: "/v3/itineraries/:id", name: "retrieve", handle: retrieve },
    { method: "PUT", path: "/v3/itineraries/:id", name: "resume", handle: resume },
    { method: "DELETE", path: "/v3/itineraries/:id", name: "cancel-held", handle: cancelHeld },
    { method: "DELETE", path: "/v3/itineraries/:id/rooms/:room", name: "cancel", handle: cancelOne },
    { method: "PUT", path: "/v3/itineraries/:id/rooms/:room", name: "change", handle: changeRoom },
  ];

  /** The property moves by itself: takes a booking it was asked for, or cancels one. */
  async function byProperty(event: "confirmed" | "cancelled", reference: string): Promise<void> {
    const document = await shelf.get(reference);
    if (!document) throw new Error(`there is no itinerary ${reference}`);
    if (event === "cancelled") for (const room of document.rooms.filter(({ cancelled }) => !cancelled)) await cancelRoom(room);
    const { asked: _, ...rest } = document;
    await shelf.put(document.id, rest);
  }

  return { routes, ledger, byProperty };
}
