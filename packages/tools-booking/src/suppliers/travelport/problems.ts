import * as z from "zod";
import type { Reply, SupplierRequest, VendorProblem } from "../http/index.ts";

const Fault = z.looseObject({ StatusCode: z.coerce.number().optional(), Message: z.string().optional() });
const WithResult = z.looseObject({ Result: z.looseObject({ Error: z.array(Fault).optional() }).optional() });

interface Meaning {
  pattern: RegExp;
  name: string;
  code: NonNullable<VendorProblem["code"]>;
}

const meanings: readonly Meaning[] = [
  { pattern: /NO (FLIGHTS|OFFERS|FARES|ITINERARIES)\b.*(FOUND|AVAILABLE)/, name: "NOTHING_FOUND", code: "SUPPLIER_REJECTED" },
  { pattern: /TELEPHONE IS A REQUIRED FIELD/, name: "TELEPHONE_REQUIRED", code: "SUPPLIER_REJECTED" },
  { pattern: /INVALID INPUT FORMAT/, name: "INVALID_INPUT_FORMAT", code: "SUPPLIER_REJECTED" },
  { pattern: /TST EXPIRED|PRICE (IS )?NO LONGER GUARANTEED/, name: "HELD_PRICE_EXPIRED", code: "OFFER_EXPIRED" },
  { pattern: /PRICE (HAS )?CHANGED|FARE (HAS )?CHANGED/, name: "PRICE_CHANGED", code: "PRICE_CHANGED" },
  { pattern: /(OFFER|CATALOG|CACHE|IDENTIFIER).*(EXPIRED|NOT FOUND|NO LONGER)/, name: "OFFER_NOT_IN_CACHE", code: "OFFER_EXPIRED" },
  { pattern: /UNABLE TO SELL|SEGMENT SELL|NO SEATS|SOLD OUT|FLIGHTS? (IS |ARE )?NOT AVAILABLE|WAITLIST/, name: "NOT_AVAILABLE", code: "SOLD_OUT" },
  { pattern: /TICKETS? (HAS |HAVE )?ALREADY/, name: "ALREADY_TICKETED", code: "OUTCOME_UNKNOWN" },
  { pattern: /TIME(D)? ?OUT/, name: "TIMED_OUT", code: "OUTCOME_UNKNOWN" },
];

/** Errors stand inside the answer of whichever name, often with status 200. */
export function faultsIn(body: unknown): z.infer<typeof Fault>[] {
  if (typeof body !== "object" || body === null) return [];
  return [body, ...Object.values(body)].flatMap((part) => {
    const parsed = WithResult.safeParse(part);
    return parsed.success ? (parsed.data.Result?.Error ?? []) : [];
  });
}

const Committed = z.looseObject({
  ReservationResponse: z.looseObject({
    Reservation: z.looseObject({
      Receipt: z.array(z.looseObject({ Confirmation: z.looseObject({ Locator: z.looseObject({ value: z.string(), source: z.string().optional() }) }) })),
    }),
  }),
});

const reads: ReadonlySet<string> = new Set(["search", "price", "retrieve"]);

export function problemIn(reply: Reply, { route, method }: SupplierRequest): VendorProblem | undefined {
  const tracking = reply.headers.get("e2etrackingid");
  const details = tracking === null ? {} : { e2eTrackingId: tracking };
  const [fault] = faultsIn(reply.body);
  if (!fault) return reply.status >= 400 ? { message: `Travelport answered ${reply.status}`, details } : undefined;
  const text = (fault.Message ?? "").toUpperCase();
  const meaning = meanings.find(({ pattern }) => pattern.test(text));
  const status = fault.StatusCode ?? reply.status;
  // Messages may repeat what was sent; only those known to be fixed words go further.
  const message = `Travelport answered ${meaning?.name ?? `error ${status}`} to ${method} ${route}`;
  const committed = route === "commit" ? Committed.safeParse(reply.body) : undefined;
  const locator = committed?.success
    ? committed.data.ReservationResponse.Reservation.Receipt.find(({ Confirmation }) => Confirmation.Locator.source === "1G")?.Confirmation.Locator.value
    : undefined;
  if (locator !== undefined)
    return {
      code: "OUTCOME_UNKNOWN",
      vendorCode: meaning?.name ?? String(status),
      message: `${message} and made a reservation; a person has to look at it`,
      details: { ...details, reference: locator, needsPerson: true },
    };
  const known = { vendorCode: meaning?.name ?? String(status), message, details };
  // A server that broke says nothing about what it did before.
  if (reply.status >= 500) return known;
  const code = meaning?.code ?? (status >= 500 ? "OUTCOME_UNKNOWN" : "SUPPLIER_REJECTED");
  return { ...known, code: code === "OUTCOME_UNKNOWN" && reads.has(route) ? "SUPPLIER_UNAVAILABLE" : code };
}
