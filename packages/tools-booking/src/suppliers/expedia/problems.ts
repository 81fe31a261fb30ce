import type { Reply, VendorProblem } from "../http/index.ts";
import { rapidError } from "./wire.ts";

/** Rapid's errors that mean something of their own. The others are told by the status. */
const meanings: Readonly<Record<string, VendorProblem["code"]>> = {
  price_mismatch: "PRICE_CHANGED",
  rooms_unavailable: "SOLD_OUT",
  "link.expired": "OFFER_EXPIRED",
  // The order of this key exists already, and what became of it has to be looked up.
  duplicate_itinerary: "OUTCOME_UNKNOWN",
};

const texts: Readonly<Record<string, string>> = {
  price_mismatch: "the price of the room changed while it was booked; ask the customer again",
  rooms_unavailable: "the room was sold while it was booked; search again",
  "link.expired": "the offer is too old; search again",
  "link.invalid": "Rapid does not know this offer or booking any more; search again or read the booking",
  duplicate_itinerary: "an itinerary with this reference exists already; it has to be looked up",
  request_unauthenticated: "Rapid refuses the signature; check key and secret",
};

/** More than this much off, and the signature is refused because of the clock. */
const clockTolerance = 60;

/** `nowMs` is our clock, which a refused signature is held against. */
export function rapidProblem({ status, body }: Reply, nowMs: number): VendorProblem | undefined {
  if (status < 400) return undefined;
  const parsed = rapidError.safeParse(body);
  if (!parsed.success) return undefined;
  const { type, errors, fields } = parsed.data;
  const vendorCode = errors?.find((one) => one.type !== undefined)?.type ?? type;
  const serverTime = Number(fields?.find(({ name }) => name === "servertimestamp")?.value);
  if (status === 401 && Math.abs(serverTime - nowMs / 1000) > clockTolerance)
    return {
      code: "SUPPLIER_REJECTED",
      vendorCode: "clock_skew",
      message: `the clock of this machine is ${Math.round(nowMs / 1000 - serverTime)} s off; set it right, Rapid refuses signatures of another time`,
    };
  const code = meanings[vendorCode] ?? (status === 401 ? "SUPPLIER_REJECTED" : undefined);
  return { ...(code ? { code } : {}), vendorCode, message: texts[vendorCode] ?? `Rapid answered ${status} (${vendorCode})` };
}
