import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { describe, expect, it } from "vitest";
import { nextMove } from "./fold.ts";
import { allTools, converse, wednesday } from "./testing/conversation.ts";
import { sampleGazetteer } from "./testing/gazetteer.ts";

const without = (...names: string[]) => [...allTools.filter((name) => !names.includes(name)), "hand_off_to_agent"];
const booking = {
  reference: "ABC123",
  status: "ticketed",
  total: { amount: "120.00", currency: "EUR" },
  items: [
    { kind: "flight", status: "ticketed", summary: "LH1123 Barcelona BCN → Frankfurt FRA, Thu 12 Mar 2027 10:15", start: { local: "2027-03-12T10:15:00" } },
  ],
  travellers: ["Ana Silva"],
};

describe("the concierge with another agent beside it", () => {
  it("hands over what it has no tool for, says so, and the other one goes on where it stopped", async () => {
    const first = converse({ hand_off_to_agent: () => ({ status: "handed-off", agent: "service" }) }, { tools: without("cancel_booking", "modify_booking") });
    expect(await first.say("Please cancel my booking ABC123")).toContain("colleague");
    expect(first.calls.map(({ name, arguments: args }) => [name, args.needs])).toEqual([["hand_off_to_agent", "cancel_booking"]]);

    const note: TranscriptMessage = { role: "user", content: "(You have this conversation now.)", timestamp: wednesday, synthetic: true };
    const input = { now: wednesday, timeZone: "Europe/Madrid", gazetteer: sampleGazetteer, tools: new Set(without("create_booking")), currency: "EUR" };
    expect(nextMove({ ...input, messages: [...first.messages, note, note] }).move).toMatchObject({
      call: { name: "cancel_booking", arguments: { bookingReference: "ABC123" } },
    });
    const thanks: TranscriptMessage = { role: "user", content: "thanks", timestamp: wednesday };
    expect(nextMove({ ...input, messages: [...first.messages, note, thanks] }).move).toMatchObject({ text: expect.stringContaining("welcome") });
  });

  it("says what it cannot do when nobody takes over, and does not try twice", async () => {
    const talk = converse(
      { hand_off_to_agent: () => ({ error: { code: "LOOP_LIMIT", message: "too often" } }), get_booking_history: () => ({ bookings: [booking] }) },
      { tools: without("cancel_booking") },
    );
    expect(await talk.say("Please cancel my booking")).toContain("cannot do that");
    expect(talk.calls).toHaveLength(1);
  });
});
