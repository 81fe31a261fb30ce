import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { minorUnits } from "../money.ts";
import { bookingBench } from "../testing/bench.ts";
import { sampleCar, sampleFlight, sampleHotel } from "../testing/sample-offers.ts";
import { compareOffers } from "./comparison.ts";
import { createInvoices } from "./invoices.ts";
import { createPaperLinks } from "./links.ts";
import { createProposals } from "./proposals.ts";
import { tripSheet } from "./trip-sheet.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});
async function database() {
  const db = await testDatabase();
  opened.push(db);
  return db;
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "no error",
    (error: unknown) => (TravelAgentError.is(error) ? error.code : String(error)),
  );

async function booked() {
  const db = await database();
  const bench = await bookingBench({ db });
  await bench.findAll();
  const stored = await bench.book([sampleFlight().id, sampleHotel().id]);
  return { ...bench, db, stored };
}

describe("a trip sheet", () => {
  it("has one entry for each flight and stay, in the order they happen, under ids that stay", async () => {
    const { stored } = await booked();
    const sheet = tripSheet(stored);
    expect(sheet.items.map(({ id, kind }) => [id, kind])).toEqual([
      ["1.1", "flight"],
      ["2.1", "hotel"],
    ]);
    const starts = sheet.items.map(({ start }) => Date.parse(start.utc));
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(sheet.items.every(({ locators, cancelled }) => locators.length > 0 && !cancelled)).toBe(true);
    expect(sheet).toMatchObject({ reference: stored.order.reference, travellers: ["Ana Silva"], version: stored.version });
  });
});

describe("invoices", () => {
  it("are issued once for what is owed, corrected by papers of their own, and numbered without gaps", async () => {
    const { db, stored, clock, bookings, signal } = await booked();
    const invoices = createInvoices({ db, clock });
    await invoices.migrate();
    const buyer = { name: "Ana Silva" };
    const [first, ...more] = await invoices.issue(stored, buyer);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ number: "2027-0001", kind: "invoice", reference: stored.order.reference, buyer });
    expect(first!.lines.reduce((sum, { total }) => sum + minorUnits(total), 0n)).toBe(minorUnits(first!.total));
    expect(await invoices.issue(stored, buyer)).toEqual([first]);

    const terms = await bookings.quoteCancel(stored.order.reference, { requestId: "r", signal });
    const { stored: after } = await bookings.cancel({ reference: stored.order.reference, confirmed: terms }, { idempotencyKey: "c", waitMs: 5000, signal });
    const papers = await invoices.issue(after, buyer);
    expect(papers.map(({ number, kind }) => [number, kind])).toEqual([
      ["2027-0001", "invoice"],
      ["2027-0002", "credit-note"],
    ]);
    expect(papers[1]!.corrects).toBe("2027-0001");
    const asked = papers.reduce((sum, { total }) => sum + minorUnits(total), 0n);
    expect(asked).toBe(minorUnits(tripSheet(after).balance) + minorUnits(after.order.paid));
    expect(await invoices.ofOrder(after.order.id)).toEqual(papers);
    expect(await codeOf(invoices.get("2027-9999"))).toBe("NOT_FOUND");
  });

  it("get one number each when many are issued at once", async () => {
    const { db, stored, clock } = await booked();
    const invoices = createInvoices({ db, clock });
    await invoices.migrate();
    const orders = Array.from({ length: 12 }, (_, i) => ({ ...stored, order: { ...stored.order, id: `bk${i}` } }));
    const papers = (await Promise.all(orders.map((one) => invoices.issue(one, { name: "Ana" })))).flat();
    expect(papers.map(({ number }) => number).toSorted()).toEqual(Array.from({ length: 12 }, (_, i) => `2027-${String(i + 1).padStart(4, "0")}`));
  });
});

describe("links to papers", () => {
  it("open what they were made for, until they end, and are not in the database themselves", async () => {
    const db = await database();
    const clock = fakeClock();
    const links = createPaperLinks({ db, clock });
    await links.migrate();
    const link = { orderId: "bk1", kind: "itinerary" as const, expiresAt: "2027-01-16T09:00:00.000Z" };
    const token = await links.create(link);
    expect(await links.open(token)).toEqual(link);
    expect(await links.open(`${token}x`)).toBe(null);
    expect(JSON.stringify(await db.all("select * from paper_link"))).not.toContain(token);
    await clock.advance(86_400_000);
    expect(await links.open(token)).toBe(null);
    await links.prune();
    expect(await db.all("select * from paper_link")).toEqual([]);
  });
});

describe("quotes", () => {
  async function bench() {
    const db = await database();
    const clock = fakeClock();
    const proposals = createProposals({ db, clock });
    await proposals.migrate();
    const offers = [sampleFlight(), sampleHotel()];
    const made = await proposals.create({ sessionKey: "s1", title: "Frankfurt", offers, expiresAt: "2027-01-20T09:00:00.000Z" });
    return { proposals, clock, offers, ...made };
  }

  it("are accepted once, whoever clicks how often", async () => {
    const { proposals, token, offers } = await bench();
    const all = await Promise.all(Array.from({ length: 6 }, () => proposals.accept(token, offers[0]!.id)));
    expect(all.filter(({ first }) => first)).toHaveLength(1);
    expect(await codeOf(proposals.accept(token, offers[1]!.id))).toBe("CONFLICT");
    expect(await proposals.open(token)).toMatchObject({ status: "accepted", accepted: { offerId: offers[0]!.id } });
  });

  it("end, can be taken back, and know their own offers only", async () => {
    const { proposals, token, offers, clock, proposal } = await bench();
    expect(await codeOf(proposals.accept(token, "other"))).toBe("OFFER_NOT_FOUND");
    expect(await codeOf(proposals.accept("made-up-token-of-some-length", offers[0]!.id))).toBe("NOT_FOUND");
    await clock.advance(5 * 86_400_000);
    expect(await codeOf(proposals.accept(token, offers[0]!.id))).toBe("OFFER_EXPIRED");
    const again = await bench();
    await again.proposals.withdraw(again.proposal.id);
    expect(await codeOf(again.proposals.accept(again.token, again.offers[0]!.id))).toBe("CONFLICT");
    expect((await proposals.list({ sessionKey: "s1", limit: 5 })).map(({ id }) => id)).toEqual([proposal.id]);
    expect(await proposals.list({ sessionKey: "s2", limit: 5 })).toEqual([]);
  });
});

describe("versions of quotes", () => {
  async function bench() {
    const db = await database();
    const clock = fakeClock();
    const proposals = createProposals({ db, clock });
    await proposals.migrate();
    const offers = [sampleFlight(), sampleHotel()];
    const quote = (sessionKey: string, supersedes?: string) =>
      proposals.create({ sessionKey, title: "Frankfurt", offers, expiresAt: "2027-01-20T09:00:00.000Z", ...(supersedes === undefined ? {} : { supersedes }) });
    return { db, clock, proposals, offers, quote };
  }

  it("count on, and leave only the newest to accept", async () => {
    const { proposals, quote, offers } = await bench();
    const first = await quote("s1");
    const second = await quote("s1", first.proposal.id);
    const third = await quote("s1", second.proposal.id);
    expect([first, second, third].map(({ proposal }) => proposal.version)).toEqual([1, 2, 3]);
    for (const { token, proposal } of [first, second]) {
      expect(await codeOf(proposals.accept(token, offers[0]!.id))).toBe("CONFLICT");
      expect((await proposals.open(token))!.status).toBe("superseded");
      expect(await codeOf(quote("s1", proposal.id))).toBe("CONFLICT");
      expect(await codeOf(proposals.withdraw(proposal.id))).toBe("CONFLICT");
    }
    await expect(proposals.accept(first.token, offers[0]!.id)).rejects.toMatchObject({ details: { reason: "superseded" } });
    expect((await proposals.get(first.proposal.id))!.supersededBy).toBe(second.proposal.id);
    expect((await proposals.accept(third.token, offers[0]!.id)).first).toBe(true);
    expect(await codeOf(quote("s1", third.proposal.id))).toBe("CONFLICT");
  });

  it("are of one conversation, and nothing is made when the old one cannot go", async () => {
    const { proposals, quote } = await bench();
    const theirs = await quote("s2");
    expect(await codeOf(quote("s1", theirs.proposal.id))).toBe("NOT_FOUND");
    expect(await codeOf(quote("s1", "qnone"))).toBe("NOT_FOUND");
    expect(await proposals.list({ limit: 10 })).toHaveLength(1);
    expect((await proposals.get(theirs.proposal.id))!.status).toBe("open");
  });

  it("take the place of those that ended or were taken back, too", async () => {
    const { proposals, quote, clock } = await bench();
    const first = await quote("s1");
    await proposals.withdraw(first.proposal.id);
    expect((await quote("s1", first.proposal.id)).proposal.version).toBe(2);
    const other = await proposals.create({ sessionKey: "s1", title: "T", offers: [sampleFlight()], expiresAt: "2027-01-16T09:00:00.000Z" });
    await clock.advance(2 * 86_400_000);
    expect((await quote("s1", other.proposal.id)).proposal.version).toBe(2);
  });

  it("let exactly one of an acceptance and a newer version win", async () => {
    for (let round = 0; round < 20; round++) {
      const { proposals, quote, offers } = await bench();
      const { proposal, token } = await quote("s1");
      const accept = () => codeOf(proposals.accept(token, offers[0]!.id));
      const supersede = () => codeOf(quote("s1", proposal.id));
      const codes = await Promise.all(round % 2 === 0 ? [accept(), supersede()] : [supersede(), accept()]);
      expect(codes.toSorted()).toEqual(["CONFLICT", "no error"]);
      const { status } = (await proposals.get(proposal.id))!;
      const accepted = codes[round % 2] === "no error";
      expect([status, (await proposals.list({ limit: 9 })).length]).toEqual(accepted ? ["accepted", 1] : ["superseded", 2]);
    }
  });

  it("read what was stored before there were any", async () => {
    const { db, proposals, quote } = await bench();
    const { proposal } = await quote("s1");
    const { version: _version, ...old } = proposal;
    await db.transaction((tx) => tx.run("update booking_proposal set document = ? where id = ?", JSON.stringify(old), proposal.id));
    expect((await proposals.get(proposal.id))!.version).toBe(1);
    expect((await quote("s1", proposal.id)).proposal.version).toBe(2);
  });
});

describe("a comparison", () => {
  it("puts price for everybody, taxes, bags and conditions side by side, and leaves out what no offer has", () => {
    const { titles, rows } = compareOffers([sampleFlight(), sampleCar()]);
    expect(titles).toHaveLength(2);
    const labels = rows.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(["Price for everybody", "Of it taxes and fees", "Baggage", "Cancelling", "Changing", "Price stands until"]));
    expect(labels).not.toContain("To be paid there on top");
    expect(rows.every(({ values }) => values.length === 2)).toBe(true);
    expect(rows.find(({ label }) => label === "Baggage")!.values[1]).toEqual([]);
  });
});
