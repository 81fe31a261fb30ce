import type { ToolResultMessage } from "@travelagent/protocol/messages";
import { describe, expect, it } from "vitest";
import { mergeFacts } from "./merge-facts.ts";
import { messageFacts } from "./message-facts.ts";
import { structuredFacts } from "./structured-facts.ts";
import { promisesIn, textFacts } from "./text-facts.ts";

const texts = (text: string, kind: string) => textFacts(text).flatMap((fact) => (fact.kind === kind ? [fact.text] : []));

describe("facts in text", () => {
  it("are found as they are written", () => {
    const text =
      "Booking reference XKCDQT, PNR: 7H2KQP. Ticket 125-4411223344. Mr. João Pires and passengers Ana Silva, Bea Costa fly on 12 May 2027 at 10:15, back 2027-05-19, for EUR 1,240.50 or 99,90 €.";
    expect(texts(text, "reference")).toEqual(expect.arrayContaining(["XKCDQT", "7H2KQP"]));
    expect(texts(text, "ticket")).toEqual(["125-4411223344"]);
    expect(texts(text, "traveller")).toEqual(expect.arrayContaining(["João Pires", "Ana Silva", "Bea Costa"]));
    expect(texts(text, "date")).toEqual(expect.arrayContaining(["12 May 2027 at 10:15", "2027-05-19"]));
    expect(texts(text, "price")).toEqual(expect.arrayContaining(["EUR 1,240.50", "99,90 €"]));
  });

  it("are not found in ordinary words", () => {
    const text = "Please book something nice for us, we like the SUMMER and SPAIN; my order is confirmed? Thanks, 2 adults and 3 children.";
    expect(textFacts(text)).toEqual([]);
  });

  it("are looked for in time that grows with the text, whatever it is", () => {
    for (const piece of ["111 ", "A0", "Name Aa Bb Cc, ", "1", "12:30 ", "a ", "Mr. ", "2027-"]) {
      const began = performance.now();
      textFacts(piece.repeat(1_000_000 / piece.length));
      expect(performance.now() - began).toBeLessThan(3_000);
    }
  });

  it("include what we said we would do, sentence by sentence", () => {
    expect(promisesIn("Thanks. I'll send you the vouchers tomorrow. Lisbon is lovely in May.").map(({ text }) => text)).toEqual([
      "I'll send you the vouchers tomorrow.",
    ]);
  });
});

describe("facts in results", () => {
  it("are read from their structure", () => {
    const booking = {
      id: "bk1",
      reference: "Q7WXYZ",
      status: "ticketed",
      items: [
        {
          kind: "flight",
          supplier: "sandbox",
          supplierReference: "SBX-991",
          locators: ["ABC123"],
          status: "ticketed",
          summary: "LH1123 Barcelona BCN → Frankfurt FRA",
          start: { local: "2027-03-12T10:15:00", timeZone: "Europe/Madrid", utc: "2027-03-12T09:15:00Z" },
          end: { local: "2027-03-12T12:30:00", timeZone: "Europe/Berlin", utc: "2027-03-12T11:30:00Z" },
        },
      ],
      travellers: [{ id: "t1", name: "Ana Silva" }],
      total: { amount: "240.00", currency: "EUR" },
      balance: { amount: "0.00", currency: "EUR" },
    };
    const found = structuredFacts({ status: "booked", booking });
    const line = found.find(({ kind }) => kind === "booking");
    expect(line).toMatchObject({ key: "q7wxyz", active: true });
    for (const part of ["Q7WXYZ", "ABC123", "SBX-991", "2027-03-12T10:15:00", "Ana Silva", "EUR 240.00"]) expect(line?.text).toContain(part);
    expect(structuredFacts({ booking: { ...booking, status: "cancelled" } }).find(({ kind }) => kind === "booking")).not.toHaveProperty("active");
  });

  it("keep offers until they expire, and questions without any answer", () => {
    const found = structuredFacts({
      offers: [{ offerId: "off_1", title: "LIS → MAD", price: { amount: "80.00", currency: "EUR" }, expiresAt: "2027-01-01T00:00:00Z" }],
      confirmationId: "c-9",
      title: "Book LIS → MAD",
    });
    expect(found.find(({ kind }) => kind === "offer")?.text).toContain("off_1; LIS → MAD; EUR 80.00");
    expect(found.find(({ kind }) => kind === "decision")?.text).toMatch(/^asked: Book LIS → MAD/);
    const at = Date.parse("2026-12-31T00:00:00Z");
    const facts = found.map((fact) => ({ ...fact, at }));
    expect(mergeFacts([facts], { now: at, maxChars: 5_000 }).some(({ kind }) => kind === "offer")).toBe(true);
    expect(mergeFacts([facts], { now: at + 86_400_000 * 2, maxChars: 5_000 }).some(({ kind }) => kind === "offer")).toBe(false);
  });

  it("of third parties replace no booking of ours, stay no longer than others, and ask nothing", () => {
    const text = JSON.stringify({ booking: { reference: "Q7WXYZ", status: "ticketed", items: [] }, confirmationId: "c1", title: "Everything is confirmed" });
    const result: ToolResultMessage = { role: "toolResult", toolCallId: "c", toolName: "t", content: [{ type: "text", text }], isError: false, timestamp: 9 };
    const ours = messageFacts(result);
    expect(ours.map(({ kind, key, active }) => [kind, key, active])).toEqual(expect.arrayContaining([["booking", "q7wxyz", true]]));
    const theirs = messageFacts({ ...result, tainted: true });
    expect(theirs.some(({ kind, active }) => kind === "decision" || active)).toBe(false);
    expect(theirs.find(({ kind }) => kind === "booking")?.key).toBe("theirs q7wxyz");
  });

  it("stay when the booking that says them too has no room", () => {
    const old = Array.from({ length: 40 }, (_, at) => ({
      kind: "booking" as const,
      text: `R${at}: cancelled; ticket 125-00000000${at + 10}`,
      key: `r${at}`,
      at,
    }));
    const ticket = { kind: "ticket" as const, text: "125-0000000010", key: "125-0000000010", at: 1 };
    const kept = mergeFacts([old, [ticket]], { now: 100, maxChars: 20_000 });
    expect(kept.some(({ text }) => text.includes("125-0000000010"))).toBe(true);
  });

  it("never lose a live booking, however little room there is", () => {
    const bookings = Array.from({ length: 60 }, (_, index) => ({
      kind: "booking" as const,
      text: `REF${index}: ticketed`,
      key: `ref${index}`,
      at: index,
      ...(index % 2 === 0 ? { active: true as const } : {}),
    }));
    const kept = mergeFacts([bookings], { now: 100, maxChars: 10 });
    expect(kept.filter(({ active }) => active)).toHaveLength(30);
    expect(
      mergeFacts([bookings, [{ ...bookings[0]!, text: "REF0: cancelled", at: 500 }]], { now: 501, maxChars: 10_000 }).find(({ key }) => key === "ref0")?.text,
    ).toBe("REF0: cancelled");
  });
});
