import type { Agency, Itinerary } from "./document.ts";
import { createSheet, type Sheet } from "./sheet.ts";
import { sayLocal, sayMoney } from "./wording.ts";

/** Name, address and how to reach the agency. */
export function letterhead(sheet: Sheet, { name, address = [], email, phone, taxId }: Agency): void {
  sheet.lines([name], { bold: true });
  sheet.lines([...address, [email, phone].filter(Boolean).join(" · "), ...(taxId ? [taxId] : [])].filter(Boolean), { faint: true });
  sheet.rule();
}

export const sandboxBanner = "SANDBOX: practice only. Nothing in this document is real travel or real money.";

/** The trip as a PDF to print and to carry. */
export async function itineraryPdf(itinerary: Itinerary): Promise<Uint8Array> {
  const { reference, title, agency, travellers, items, total, notes = [], issuedAt, locale = "en-GB", sandbox } = itinerary;
  const sheet = createSheet({
    title: `${title} (${reference})`,
    author: agency.name,
    language: locale,
    at: new Date(issuedAt),
    footer: `${agency.name} · ${reference}`,
  });
  letterhead(sheet, agency);
  if (sandbox) sheet.banner(sandboxBanner);
  sheet.title(title);
  sheet.facts([["Booking", reference], ["Travellers", travellers.join(", ")], ...(total ? ([["Total price", sayMoney(total, locale)]] as const) : [])]);
  for (const item of items) {
    sheet.heading(item.title);
    sheet.facts([
      ["Status", item.status],
      [{ flight: "Departure", hotel: "Check-in", car: "Pick-up" }[item.kind], `${sayLocal(item.start, locale)} (${item.start.timeZone})`],
      [{ flight: "Arrival", hotel: "Check-out", car: "Return" }[item.kind], `${sayLocal(item.end, locale)} (${item.end.timeZone})`],
      ...(item.place ? ([["Place", item.place]] as const) : []),
      ...(item.locators.length > 0 ? ([["Reference at the desk", item.locators.join(", ")]] as const) : []),
      ...(item.documents?.length ? ([["Ticket or voucher", item.documents.join(", ")]] as const) : []),
    ]);
    sheet.lines(item.lines, { faint: true });
  }
  if (notes.length > 0) {
    sheet.heading("Good to know");
    sheet.lines(notes);
  }
  sheet.lines([`All times are local. As of ${issuedAt.slice(0, 16).replace("T", " ")} UTC.`], { faint: true });
  return sheet.end();
}
