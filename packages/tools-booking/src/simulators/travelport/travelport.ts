import type { Answer, Dialect, LedgerEntry, Route, SimulatedRequest, World } from "../kit/index.ts";
import { hasLapsed, type ReservationRecord, reservationRoutes } from "./reservations.ts";
import { type CachedSearch, offerFinder, resultError, searchRoutes } from "./search.ts";

export interface TravelportDialectOptions {
  /** Which form of a search the access understands. Default both. */
  envelope?: "typed" | "wrapped" | "both";
  /** Whether a commit keeps to `errorWhenOfferPriceChangesInd`. Default true; hosts of old book at the new price. */
  honoursPriceFlag?: boolean;
}

const daySeconds = 86_400;

/** Travelport's JSON services, version 11, over the one world: flights. */
export function travelportDialect(world: World, { envelope = "both", honoursPriceFlag = true }: TravelportDialectOptions = {}): Dialect {
  const { clock } = world;
  const tokens = new Map<string, number>();
  const records = world.shelf<ReservationRecord>("travelport", "reservations");
  const searches = world.shelf<CachedSearch>("travelport", "searches");

  function signIn({ form }: SimulatedRequest): Answer {
    const complete = ["username", "password", "client_id", "client_secret"].every((name) => form.get(name));
    if (form.get("grant_type") !== "password")
      return { status: 400, body: { error: "unsupported_grant_type", error_description: "grant_type must be password" } };
    if (!complete) return { status: 401, body: { error: "invalid_client", error_description: "Client authentication failed." } };
    const token = world.newId("", 48);
    tokens.set(token, clock.now() + daySeconds * 1000);
    return { status: 200, body: { access_token: token, token_type: "Bearer", expires_in: daySeconds } };
  }

  /** Every answer has an id of its own, by which the vendor's support finds it. */
  const tracked = (route: Route): Route => ({
    ...route,
    async handle(request) {
      const answer = await route.handle(request);
      return { ...answer, headers: { ...answer.headers, E2ETrackingID: crypto.randomUUID() } };
    },
  });

  return {
    vendor: "travelport",
    routes: [
      { method: "POST", path: "/oauth/token", name: "token", open: true, handle: signIn },
      ...searchRoutes({ world, searches, envelope }).map(tracked),
      ...reservationRoutes({ world, records, find: offerFinder({ world, searches }), honoursPriceFlag }).map(tracked),
    ],
    refuse(kind, message) {
      if (kind === "unauthorized" || kind === "auth_expired") return { status: 401, body: { error: "invalid_token", error_description: message } };
      if (kind === "rate_limited") return { status: 429, body: { error: "too_many_requests" } };
      if (kind === "not_found") return resultError("BaseResponse", "RESOURCE NOT FOUND", 404, 404);
      if (kind === "bad_request") return resultError("BaseResponse", "INVALID INPUT FORMAT", 400, 400);
      return resultError("BaseResponse", "INTERNAL SERVER ERROR", 500, 500);
    },
    guard({ headers }) {
      const until = tokens.get(/^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1] ?? "");
      if (until === undefined) return "unauthorized";
      if (until <= clock.now()) return "auth_expired";
      // Both versions, and on whose behalf: without them a body is called ill-formed whatever is in it.
      const office = headers.xauth_travelport_accessgroup ?? headers["tvp-pcc-core"];
      return headers["accept-version"] === "11" && headers["content-version"] === "11" && office ? undefined : "bad_request";
    },
    async ledger() {
      return Promise.all(
        (await records.all()).map(async (record): Promise<LedgerEntry> => {
          const { locator, total, comments } = record;
          const [comment] = comments;
          const status = (await hasLapsed(world, record)) ? "cancelled" : record.status;
          return { kind: "flight", reference: locator, ...(comment === undefined ? {} : { clientReference: comment }), status, total };
        }),
      );
    },
    async happen(event, reference) {
      const record = await records.get(reference);
      if (!record) throw new Error(`the Travelport simulator has no reservation ${reference}`);
      if (event !== "schedule_change") throw new Error(`the Travelport simulator knows the event schedule_change, not ${event}`);
      await records.put(reference, { ...record, shift: 120 });
    },
  };
}
