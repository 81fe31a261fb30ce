import type { CarOffer, FlightOffer } from "../../offer.ts";
import type { Answer, Dialect, LedgerEntry, SimulatedRequest, World } from "../kit/index.ts";
import { bookingRoutes, hasLapsed } from "./after-booking.ts";
import { gatewayAnswer } from "./answers.ts";
import { carRoutes } from "./cars.ts";
import type { PassengerRecord } from "./record.ts";
import { shopRoutes } from "./shop.ts";

export interface SabreDialectOptions {
  /** Sizes of answer that the account has subscribed to. Another finds nothing, without an error. Default all of Sabre's. */
  tiers?: readonly string[];
  /** Live tokens an account may have at a time. Default 10. */
  tokenPool?: number;
  /** How long after ticketing a ticket can be voided, in minutes. Default 0: not at all. */
  voidMinutes?: number;
  /** What a client signs in with; by default anything well formed will do. */
  secret?: string;
}

const weekSeconds = 604_800;

/** Sabre's REST services over the one world: flights of GDS fares, and cars. */
export function sabreDialect(world: World, options: SabreDialectOptions = {}): Dialect {
  const { tiers = ["50ITINS", "100ITINS", "200ITINS"], tokenPool = 10, voidMinutes = 0, secret } = options;
  const { clock } = world;
  const tokens = new Map<string, number>();
  const records = world.shelf<PassengerRecord>("sabre", "records");
  const fares = world.shelf<FlightOffer>("sabre", "fares");
  const carKeys = world.shelf<{ offer: CarOffer; until: number }>("sabre", "car keys");

  const plain = (text: string): string => Buffer.from(text, "base64").toString("utf8");

  function signIn({ headers, form }: SimulatedRequest, version: "v2" | "v3"): Answer {
    const denied = (description: string): Answer => ({ status: 401, body: { error: "invalid_client", error_description: description } });
    const basic = /^Basic (\S+)$/.exec(headers.authorization ?? "")?.[1];
    const [one = "", two = ""] = plain(basic ?? "").split(":");
    if (version === "v2") {
      // User and password are each encoded before they are encoded together.
      const user = plain(one);
      if (form.get("grant_type") !== "client_credentials" || !/^V1:[^:]+:[^:]+:[A-Z]+$/.test(user) || plain(two) === "")
        return denied("Credentials are missing or the syntax is not correct");
      if (secret !== undefined && plain(two) !== secret) return denied("Credentials are wrong");
    } else if (
      form.get("grant_type") !== "password" ||
      !/^[^-]+-[^-]+-[A-Z]+$/.test(form.get("username") ?? "") ||
      !form.get("password") ||
      one === "" ||
      two === ""
    ) {
      return denied("Credentials are missing or the syntax is not correct");
    }
    for (const [token, until] of tokens) if (until <= clock.now()) tokens.delete(token);
    if (tokens.size >= tokenPool) return denied("Client authentication failed: the TAM pool of this account is exhausted");
    const token = world.newId("T1RLAQ", 40);
    tokens.set(token, clock.now() + weekSeconds * 1000);
    return { status: 200, body: { access_token: token, token_type: "bearer", expires_in: weekSeconds } };
  }

  return {
    vendor: "sabre",
    routes: [
      { method: "POST", path: "/v2/auth/token", name: "token", open: true, handle: (request) => signIn(request, "v2") },
      { method: "POST", path: "/v3/auth/token", name: "token", open: true, handle: (request) => signIn(request, "v3") },
      ...shopRoutes({ world, fares, tiers }),
      ...carRoutes({ world, carKeys }),
      ...bookingRoutes({ world, records, fares, carKeys, voidMinutes }),
    ],
    refuse(kind, message) {
      const now = clock.now();
      if (kind === "unauthorized") return gatewayAnswer(now, 401, "ERR.2SG.SEC.INVALID_CREDENTIALS", message);
      if (kind === "auth_expired") return gatewayAnswer(now, 401, "ERR.2SG.SEC.TOKEN_EXPIRED", message);
      if (kind === "rate_limited") return gatewayAnswer(now, 429, "ERR.2SG.GATEWAY.REQUEST_THROTTLED", message);
      if (kind === "not_found") return gatewayAnswer(now, 404, "ERR.2SG.CLIENT.RESOURCE_NOT_FOUND", message);
      if (kind === "bad_request") return gatewayAnswer(now, 400, "ERR.2SG.CLIENT.INVALID_REQUEST", message);
      return gatewayAnswer(now, 500, "ERR.2SG.PROVIDER.INTERNAL_ERROR", message);
    },
    guard({ headers }) {
      const until = tokens.get(/^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1] ?? "");
      if (until === undefined) return "unauthorized";
      return until <= clock.now() ? "auth_expired" : undefined;
    },
    async ledger() {
      return Promise.all(
        (await records.all()).map(async (record): Promise<LedgerEntry> => {
          const { confirmationId, car, total, remarks } = record;
          const text = (remarks[0] as { text?: string } | undefined)?.text;
          const status = (await hasLapsed(world, record)) ? "cancelled" : record.status;
          return { kind: car ? "car" : "flight", reference: confirmationId, ...(text === undefined ? {} : { clientReference: text }), status, total };
        }),
      );
    },
    async happen(event, reference) {
      const record = await records.get(reference);
      if (!record) throw new Error(`the Sabre simulator has no booking ${reference}`);
      const { unshown: _, ...rest } = record;
      if (event === "schedule_change") await records.put(reference, { ...record, shift: 120, version: record.version + 1 });
      else if (event === "tickets_shown") await records.put(reference, { ...rest, version: record.version + 1 });
      else if (event === "touched") await records.put(reference, { ...record, version: record.version + 1 });
      else throw new Error(`the Sabre simulator knows the events schedule_change, tickets_shown and touched, not ${event}`);
    },
  };
}
