import type { GatewayConfig } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { Bookings } from "@travelagent/tools-booking";
import { type IssuedInvoice, type PaperKind, type TripSheet, tripSheet } from "@travelagent/tools-booking/papers";
import type { Agency, Invoice, Itinerary } from "@travelagent/travel-documents";

/** A file as it is sent: whole and small. */
export interface PaperFile {
  name: string;
  mimeType: string;
  bytes: Uint8Array;
}

type Stored = NonNullable<Awaited<ReturnType<Bookings["get"]>>>;

const letterheadOf = ({ agency }: GatewayConfig): Agency => ({
  name: agency.name,
  address: agency.address,
  bank: agency.bank,
  ...(agency.email === undefined ? {} : { email: agency.email }),
  ...(agency.phone === undefined ? {} : { phone: agency.phone }),
  ...(agency.taxId === undefined ? {} : { taxId: agency.taxId }),
});

const goodToKnow = (trip: TripSheet): string[] => [
  ...(trip.items.some(({ kind }) => kind === "flight")
    ? ["Check in online with the reference above. Carry the document whose name is on the booking, valid as long as the countries on the way ask for."]
    : []),
  ...(trip.balance.amount.startsWith("-") || /^0(\.0+)?$/.test(trip.balance.amount)
    ? []
    : [`Still to be paid: ${trip.balance.amount} ${trip.balance.currency}`]),
];

/** The PDF maker is loaded when somebody asks for a paper: an idle gateway does not carry it. */
const printer = () => import("@travelagent/travel-documents");

async function itinerary(stored: Stored, config: GatewayConfig, now: number): Promise<PaperFile> {
  const trip = tripSheet(stored);
  const paper: Itinerary = {
    ...trip,
    agency: letterheadOf(config),
    notes: goodToKnow(trip),
    issuedAt: new Date(now).toISOString(),
    locale: config.agency.locale,
  };
  return { name: `itinerary-${trip.reference}.pdf`, mimeType: "application/pdf", bytes: await (await printer()).itineraryPdf(paper) };
}

async function calendar(stored: Stored, config: GatewayConfig, now: number): Promise<PaperFile> {
  const { reference, items, version, sandbox } = tripSheet(stored);
  const text = (await printer()).tripCalendar({
    name: reference,
    product: { company: config.agency.name, product: "Travel Agent OS" },
    at: new Date(now).toISOString(),
    events: items.map((item) => ({
      uid: `${stored.order.id}-${item.id}@travelagent`,
      // The booking's own version: it grows with every change, so that a later file always replaces an earlier one.
      sequence: version,
      cancelled: item.cancelled,
      summary: sandbox ? `SANDBOX ${item.title}` : item.title,
      start: item.start,
      end: item.end,
      description: [`Booking ${reference}`, ...item.locators.map((locator) => `Reference ${locator}`), ...item.lines].join("\n"),
      ...(item.place ? { location: item.place } : {}),
    })),
  });
  return { name: `trip-${reference}.ics`, mimeType: "text/calendar; charset=utf-8", bytes: Buffer.from(text) };
}

const plusDays = (iso: string, days: number): string => new Date(Date.parse(iso) + days * 86_400_000).toISOString().slice(0, 10);

async function invoice(stored: Stored, paper: IssuedInvoice, config: GatewayConfig): Promise<PaperFile> {
  const { order } = stored;
  const { paid, balance } = settledBy(stored, paper);
  const printed: Invoice = {
    number: paper.number,
    ...(paper.corrects ? { correctsNumber: paper.corrects } : {}),
    issuedOn: paper.issuedAt.slice(0, 10),
    ...(paper.kind === "invoice" ? { dueOn: plusDays(paper.issuedAt, config.agency.invoiceDays) } : {}),
    reference: order.reference,
    agency: letterheadOf(config),
    buyer: paper.buyer,
    lines: paper.lines,
    total: paper.total,
    paid,
    balance,
    locale: config.agency.locale,
    sandbox: paper.sandbox,
  };
  const kind = paper.kind === "invoice" ? "invoice" : "credit-note";
  return { name: `${kind}-${paper.number}.pdf`, mimeType: "application/pdf", bytes: await (await printer()).invoicePdf(printed) };
}

/** What was paid of the booking as a whole: papers of one booking share its account. */
function settledBy({ order }: Stored, paper: IssuedInvoice): { paid: IssuedInvoice["total"]; balance: IssuedInvoice["total"] } {
  const nothing = {
    amount: paper.total.amount
      .replace(/\d/g, "0")
      .replace("-", "")
      .replace(/^0+(?=\d)/, ""),
    currency: paper.total.currency,
  };
  if (paper.kind === "credit-note") return { paid: nothing, balance: paper.total };
  const sheet = tripSheet({ order, version: 0, createdAt: 0, updatedAt: 0 } as Stored);
  return { paid: order.paid, balance: sheet.balance };
}

/** Papers of one booking. Raises `NOT_FOUND` for an invoice that was never issued. */
export function paperOf(
  kind: PaperKind,
  stored: Stored,
  papers: readonly IssuedInvoice[],
  parts: { config: GatewayConfig; now: number; number?: string },
): Promise<PaperFile> {
  const { config, now, number } = parts;
  if (kind === "itinerary") return itinerary(stored, config, now);
  if (kind === "calendar") return calendar(stored, config, now);
  const paper = number === undefined ? papers.at(-1) : papers.find((one) => one.number === number);
  if (!paper)
    throw new TravelAgentError(
      "NOT_FOUND",
      number === undefined ? "no invoice was issued for this booking yet; issue one first" : `there is no invoice ${number} of this booking`,
    );
  return invoice(stored, paper, config);
}
