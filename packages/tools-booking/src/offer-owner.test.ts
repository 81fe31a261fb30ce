import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { bookingBench } from "./testing/bench.ts";
import { flightQuery } from "./testing/simulator-bench.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});
async function bench() {
  const db = await testDatabase();
  opened.push(db);
  const made = await bookingBench({ db });
  const call = { requestId: "r", signal: made.signal };
  const search = async (sessionKey: string) => (await made.bookings.search({ kind: "flight", query: flightQuery }, { sessionKey }, call)).offers[0]!.offer;
  return { ...made, search };
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "no error",
    (error: unknown) => (TravelAgentError.is(error) ? error.code : String(error)),
  );

describe("whose an offer is", () => {
  it("stays with the conversation that found it first, also when another one gets the same answer moments later", async () => {
    const { search, bookings } = await bench();
    const [first, again, other] = [await search("s1"), await search("s1"), await search("s2")];
    expect(again.id).toBe(first.id);
    expect(other.id).not.toBe(first.id);
    expect((await bookings.getOffer(first.id))?.sessionKey).toBe("s1");
    expect((await bookings.getOffer(other.id))?.sessionKey).toBe("s2");
  });

  it("is each one's own when several find it at the same moment", async () => {
    const { search, bookings } = await bench();
    const sessions = ["s1", "s2", "s3", "s4"];
    const found = await Promise.all(sessions.map(search));
    expect(new Set(found.map(({ id }) => id)).size).toBe(sessions.length);
    for (const [at, { id }] of found.entries()) expect((await bookings.getOffer(id))?.sessionKey).toBe(sessions[at]);
  });

  it("becomes a customer's when a person of the agency gives it, and no other customer's ever", async () => {
    const { search, bookings } = await bench();
    const found = await search("operator:c1");
    const [given] = await bookings.giveOffers([found.id], { sessionKey: "s1" });
    expect((await bookings.getOffer(given!.id))?.sessionKey).toBe("s1");
    expect(await bookings.giveOffers([given!.id], { sessionKey: "s1" })).toEqual([given]);
    expect(await codeOf(bookings.giveOffers([given!.id], { sessionKey: "s2" }))).toBe("SCOPE_VIOLATION");
    expect(await codeOf(bookings.giveOffers(["none"], { sessionKey: "s1" }))).toBe("OFFER_NOT_FOUND");
  });
});
