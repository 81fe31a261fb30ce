import type { Invoice } from "./document.ts";
import { letterhead, sandboxBanner } from "./itinerary-pdf.ts";
import { createSheet } from "./sheet.ts";
import { sayDate, sayMoney } from "./wording.ts";

/** An invoice or credit note as a PDF. It states what it is given and computes nothing. */
export async function invoicePdf(invoice: Invoice): Promise<Uint8Array> {
  const {
    number,
    correctsNumber,
    issuedOn,
    dueOn,
    reference,
    agency,
    buyer,
    lines,
    taxes = [],
    total,
    paid,
    balance,
    notes = [],
    locale = "en-GB",
    sandbox,
  } = invoice;
  const kind = correctsNumber ? "Credit note" : "Invoice";
  const sheet = createSheet({
    title: `${kind} ${number}`,
    author: agency.name,
    language: locale,
    at: new Date(`${issuedOn}T00:00:00Z`),
    footer: `${agency.name} · ${kind} ${number}`,
  });
  letterhead(sheet, agency);
  if (sandbox) sheet.banner(sandboxBanner);
  sheet.title(`${kind} ${number}`);
  sheet.facts([
    ["To", [buyer.name, ...(buyer.address ?? []), ...(buyer.taxId ? [buyer.taxId] : [])].join("\n")],
    ["Date", sayDate(issuedOn, locale)],
    ...(correctsNumber ? ([["Corrects invoice", correctsNumber]] as const) : []),
    ...(dueOn ? ([["Due", sayDate(dueOn, locale)]] as const) : []),
    ["Booking", reference],
  ]);
  sheet.heading("Services");
  sheet.table(
    ["Description", "Quantity", "Each", "Amount"],
    lines.map((line) => [line.description, String(line.quantity), sayMoney(line.unit, locale), sayMoney(line.total, locale)]),
    [48, 12, 20, 20],
  );
  sheet.sums([
    ...taxes.map(({ label, amount }) => ({ label: `Included: ${label}`, value: sayMoney(amount, locale) })),
    { label: "Total", value: sayMoney(total, locale), bold: true },
    { label: "Paid", value: sayMoney(paid, locale) },
    { label: balance.amount.startsWith("-") ? "To be refunded" : "To be paid", value: sayMoney(balance, locale), bold: true },
  ]);
  if (agency.bank?.length && !balance.amount.startsWith("-") && !/^0+(\.0+)?$/.test(balance.amount)) {
    sheet.heading("Payment by transfer");
    sheet.lines([...agency.bank, `Purpose: ${number}`]);
  }
  if (notes.length > 0) {
    sheet.heading("Notes");
    sheet.lines(notes);
  }
  return sheet.end();
}
