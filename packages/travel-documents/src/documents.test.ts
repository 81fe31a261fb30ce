import ICAL from "ical.js";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import { describe, expect, it } from "vitest";
import { tripCalendar } from "./calendar.ts";
import type { Invoice, Itinerary } from "./document.ts";
import { invoicePdf } from "./invoice-pdf.ts";
import { itineraryPdf } from "./itinerary-pdf.ts";
import { sayLocal, sayMoney } from "./wording.ts";

const time = (local: string, utc: string, timeZone = "Europe/Madrid") => ({ local, utc, timeZone });
const agency = {
  name: "Reisebüro Łódź",
  address: ["Hauptstraße 1", "10115 Berlin"],
  email: "hello@example.com",
  phone: "+49 30 000000",
  bank: ["IBAN DE00 0000"],
};
const itinerary: Itinerary = {
  reference: "K7QPLM",
  title: "Barcelona to Frankfurt",
  agency,
  travellers: ["Ana Silva", "Ευα Παππά"],
  items: [
    {
      kind: "flight",
      title: "LH1123 Barcelona BCN → Frankfurt FRA",
      start: time("2027-03-12T10:15:00", "2027-03-12T09:15:00Z"),
      end: time("2027-03-12T12:25:00", "2027-03-12T11:25:00Z", "Europe/Berlin"),
      lines: ["Terminal 1", "One checked bag each"],
      locators: ["ABC123"],
      documents: ["2201234567890"],
      status: "Ticketed",
    },
  ],
  total: { amount: "1240.50", currency: "EUR" },
  notes: ["Carry a valid passport."],
  issuedAt: "2027-01-15T09:00:00Z",
};
const invoice: Invoice = {
  number: "2027-0001",
  issuedOn: "2027-01-15",
  dueOn: "2027-01-29",
  reference: "K7QPLM",
  agency,
  buyer: { name: "Ana Silva", address: ["Rua Augusta 1", "Lisboa"] },
  lines: [
    { description: "Flight Barcelona to Frankfurt", quantity: 2, unit: { amount: "620.25", currency: "EUR" }, total: { amount: "1240.50", currency: "EUR" } },
  ],
  total: { amount: "1240.50", currency: "EUR" },
  paid: { amount: "240.50", currency: "EUR" },
  balance: { amount: "1000.00", currency: "EUR" },
};

async function read(bytes: Uint8Array) {
  const task = getDocument({ data: new Uint8Array(bytes), verbosity: 0 });
  const pdf = await task.promise;
  const pages: string[] = [];
  const tags: string[] = [];
  const walk = (node: unknown): void => {
    const { role, children = [] } = node as { role?: string; children?: unknown[] };
    if (role) tags.push(role);
    for (const child of children) walk(child);
  };
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    pages.push(items.map((item) => ("str" in item ? item.str : "")).join(" "));
    const tree = await page.getStructTree();
    if (tree) walk(tree);
  }
  const { info } = await pdf.getMetadata();
  const answer = { pages, tags, info: info as Record<string, unknown>, text: pages.join(" ").replaceAll(/\s+/g, " ") };
  await task.destroy();
  return answer;
}

describe("an itinerary as PDF", () => {
  it("says everything a traveller needs, in the letters names are written in", async () => {
    const { text, info } = await read(await itineraryPdf(itinerary));
    for (const part of [
      "K7QPLM",
      "Ana Silva",
      "Ευα Παππά",
      "Reisebüro Łódź",
      "LH1123",
      "→",
      "Fri, 12 Mar 2027, 10:15 (Europe/Madrid)",
      "ABC123",
      "2201234567890",
      "1,240.50 EUR",
      "passport",
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain("SANDBOX");
    expect(info.Title).toBe("Barcelona to Frankfurt (K7QPLM)");
  });

  it("is tagged for screen readers", async () => {
    const { tags, info } = await read(await itineraryPdf(itinerary));
    expect(tags).toEqual(expect.arrayContaining(["H1", "H2", "P"]));
    expect(info.Language).toBe("en-GB");
  });

  it("says on its first page that a sandbox trip is none", async () => {
    const { pages } = await read(await itineraryPdf({ ...itinerary, sandbox: true }));
    expect(pages[0]).toContain("SANDBOX");
  });

  it("goes on to further pages, each with its number", async () => {
    const items = Array.from({ length: 20 }, (_, i) => ({ ...itinerary.items[0]!, title: `Flight ${i + 1}` }));
    const { pages, text } = await read(await itineraryPdf({ ...itinerary, items }));
    expect(pages.length).toBeGreaterThan(2);
    for (const [i, page] of pages.entries()) expect(page).toContain(`${i + 1} / ${pages.length}`);
    for (let i = 1; i <= 20; i += 1) expect(text).toContain(`Flight ${i} `);
  });
});

describe("an invoice as PDF", () => {
  it("shows lines, sums and how to pay", async () => {
    const { text, tags } = await read(await invoicePdf(invoice));
    expect(tags).toEqual(expect.arrayContaining(["Table", "TR", "TH", "TD"]));
    for (const part of [
      "Invoice 2027-0001",
      "Rua Augusta 1",
      "15 January 2027",
      "620.25 EUR",
      "1,240.50 EUR",
      "240.50 EUR",
      "1,000.00 EUR",
      "To be paid",
      "IBAN DE00 0000",
    ])
      expect(text).toContain(part);
  });

  it("is a credit note when it corrects one, and asks for no transfer then", async () => {
    const { text } = await read(
      await invoicePdf({ ...invoice, number: "2027-0002", correctsNumber: "2027-0001", balance: { amount: "-100.00", currency: "EUR" } }),
    );
    expect(text).toContain("Credit note 2027-0002");
    expect(text).toContain("Corrects invoice 2027-0001");
    expect(text).toContain("To be refunded -100.00 EUR");
    expect(text).not.toContain("IBAN");
  });
});

describe("a trip as calendar", () => {
  const event = {
    uid: "bk1-1@agency",
    sequence: 0,
    cancelled: false,
    summary: "LH1123 to Frankfurt",
    start: itinerary.items[0]!.start,
    end: itinerary.items[0]!.end,
    description: "Terminal 1; bring: passport, patience\nand a book",
    location: "Barcelona, Spain",
  };
  const parse = (events: (typeof event)[]) => {
    const text = tripCalendar({ name: "K7QPLM", product: { company: "Agency", product: "Travel" }, events, at: "2027-01-15T09:00:00Z" });
    const root = new ICAL.Component(ICAL.parse(text));
    return { text, root, entries: root.getAllSubcomponents("vevent").map((one) => new ICAL.Event(one)) };
  };

  it("has the instant of departure, whatever the zone of the calendar", () => {
    const { entries, root } = parse([event]);
    expect(root.getFirstPropertyValue("method")).toBe("PUBLISH");
    expect(entries[0]!.startDate.toJSDate().toISOString()).toBe("2027-03-12T09:15:00.000Z");
    expect(entries[0]).toMatchObject({ uid: "bk1-1@agency", summary: "LH1123 to Frankfurt", location: "Barcelona, Spain" });
    expect(entries[0]!.description).toBe(
      "Terminal 1; bring: passport, patience\nand a book\nLocal times: 2027-03-12 10:15 (Europe/Madrid) to 2027-03-12 12:25 (Europe/Berlin)",
    );
  });

  it("updates under the same UID with a higher sequence, and cancels in words", () => {
    const changed = parse([
      { ...event, sequence: 2 },
      { ...event, uid: "bk1-2@agency", sequence: 1, cancelled: true },
    ]);
    expect(changed.entries.map(({ uid, sequence, component }) => [uid, sequence, component.getFirstPropertyValue("status")])).toEqual([
      ["bk1-1@agency", 2, "CONFIRMED"],
      ["bk1-2@agency", 1, "CANCELLED"],
    ]);
    const gone = parse([{ ...event, sequence: 3, cancelled: true }]);
    expect(gone.root.getFirstPropertyValue("method")).toBe("CANCEL");
    expect(gone.entries[0]!.sequence).toBe(3);
  });

  it("lets nobody smuggle lines into it", () => {
    const { root, entries } = parse([{ ...event, summary: "Trip\r\nEND:VEVENT\r\nBEGIN:VALARM" }]);
    expect(root.getAllSubcomponents("vevent")).toHaveLength(1);
    expect(entries[0]!.component.getAllSubcomponents("valarm")).toHaveLength(0);
  });
});

describe("wording", () => {
  it.each([
    ["1240.50", "EUR", "en-GB", "1,240.50 EUR"],
    ["1240.50", "EUR", "de-DE", "1.240,50 EUR"],
    ["-1000000", "JPY", "en-GB", "-1,000,000 JPY"],
  ])("writes %s %s in %s", (amount, currency, locale, text) => expect(sayMoney({ amount, currency }, locale)).toBe(text));
  it("keeps the wall clock as it is", () => expect(sayLocal({ local: "2027-03-28T02:30:00" }, "de-DE")).toContain("02:30"));
});
