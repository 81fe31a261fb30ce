import { z } from "zod";
import type { Reply, SupplierRequest, VendorProblem } from "../http/index.ts";

const issue = z.looseObject({
  code: z.coerce.number().optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
  source: z.looseObject({ pointer: z.string().optional(), parameter: z.string().optional() }).optional(),
});
type Issue = z.infer<typeof issue>;

const failure = z.looseObject({ errors: z.array(issue).min(1).optional(), data: z.unknown().optional() });
/** Errors about the access token have a form of their own. */
const tokenFailure = z.looseObject({ error: z.string(), code: z.coerce.number().optional(), title: z.string().optional() });

const meanings = new Map<number, VendorProblem["code"]>([
  [37200, "PRICE_CHANGED"],
  // Flights: the airline did not confirm the seat.
  [34651, "SOLD_OUT"],
  // Hotels: no room, no such room, no such rate, not for so many.
  [3664, "SOLD_OUT"],
  [3494, "SOLD_OUT"],
  [3289, "SOLD_OUT"],
  [1297, "SOLD_OUT"],
  [1999, "SOLD_OUT"],
  [6698, "SOLD_OUT"],
  // Hotel offers live for minutes; "restart from the shopping" is what the documentation says to these.
  [38420, "OFFER_EXPIRED"],
  [36801, "OFFER_EXPIRED"],
  [15595, "OFFER_EXPIRED"],
  [41344, "OFFER_EXPIRED"],
  [38194, "RATE_LIMITED"],
  // The month's quota is used up: trying again does not help.
  [38195, "SUPPLIER_REJECTED"],
  // "Check that the booking is not created": nobody knows.
  [25860, "OUTCOME_UNKNOWN"],
]);

const systemError = 141;
/** Of Amadeus' gateway, not of the application behind it: says nothing about the order that was asked for. */
const noSuchResource = 38196;

const isWrite = ({ method, route }: SupplierRequest): boolean =>
  method === "DELETE" || (method === "POST" && (route === "flight-orders" || route === "hotel-orders"));

function meaningOf({ code, detail = "" }: Issue, request: SupplierRequest): VendorProblem["code"] {
  if (code === systemError) return isWrite(request) ? "OUTCOME_UNKNOWN" : "SUPPLIER_UNAVAILABLE";
  if (code === noSuchResource) return "SUPPLIER_UNAVAILABLE";
  const known = code === undefined ? undefined : meanings.get(code);
  if (known) return known;
  // The search is served from a cache; what it showed may not be there any more.
  if (/no fare applicable|need confirmed flight status/i.test(detail)) return "SOLD_OUT";
  return /schedule change detected/i.test(detail) ? "OFFER_EXPIRED" : undefined;
}

/** Amounts named in the detail of a price discrepancy: the current total and the one we sent, in either order. */
const totalsIn = ({ code, detail = "" }: Issue): string[] => (code === 37200 ? (detail.match(/\d+(?:\.\d+)?/g) ?? []) : []);

/** What Amadeus says went wrong. Its free texts may repeat what was sent, names included, and stay out. */
export function problemIn({ status, body }: Reply, request: SupplierRequest): VendorProblem | undefined {
  const token = tokenFailure.safeParse(body);
  if (status >= 400 && token.success) {
    const { code, title, error } = token.data;
    return { ...(code === undefined ? {} : { vendorCode: String(code) }), message: `Amadeus gives no access token: ${title ?? error}` };
  }
  const parsed = failure.safeParse(body);
  const errors = parsed.success ? parsed.data.errors : undefined;
  if (!errors || (status < 400 && parsed.data?.data !== undefined)) return undefined;
  const telling = errors.find((one) => meaningOf(one, request) !== undefined) ?? errors[0]!;
  const meaning = meaningOf(telling, request);
  const { code, title = "no reason given", source } = telling;
  const totals = totalsIn(telling);
  return {
    ...(meaning === undefined ? {} : { code: meaning }),
    ...(code === undefined ? {} : { vendorCode: String(code) }),
    message: `Amadeus says ${title}${source?.pointer === undefined ? "" : ` at ${source.pointer}`}`,
    details: {
      ...(source?.parameter === undefined ? {} : { parameter: source.parameter }),
      ...(totals.length === 0 ? {} : { totals }),
    },
  };
}
