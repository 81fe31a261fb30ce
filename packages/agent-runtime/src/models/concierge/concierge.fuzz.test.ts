import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { array, assert, asyncProperty, constantFrom, oneof, string, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelEvent } from "../../model.ts";
import { createConcierge, wordGroups } from "./concierge.ts";
import { booking, cars, flights, hotels, pending } from "./testing/canned.ts";
import { allTools, converse, wednesday } from "./testing/conversation.ts";
import { sampleGazetteer } from "./testing/gazetteer.ts";

const pieces = constantFrom(
  "flight",
  "hotel",
  "car",
  "from",
  "to",
  "in",
  "Lisbon",
  "London",
  "San Jose",
  "barcelna",
  "12 March",
  "3/4",
  "tomorrow",
  "next Friday",
  "for two",
  "for a week",
  "2",
  "the second one",
  "yes",
  "no",
  "cancel",
  "change my booking",
  "K7PQ2M",
  "Ana Silva",
  "ana@example.com",
  "and a hotel too",
  "cheaper",
  "business class",
  "under 500 euros",
  "a child of 5",
  "family of four",
  "status",
  "instead",
  "31 February",
  "one day later",
  "option 99",
  "without the hotel",
  "talk to a person",
  "start over",
  "?",
  "\n",
  "from 19 to 12 March",
  "0 people",
  "30 adults",
  "99 nights",
  "book it",
  "the Lufthansa one",
  "born 3 May 2021",
  "4111111111111111",
);
const message = oneof(
  string({ unit: "grapheme", maxLength: 60 }),
  array(pieces, { maxLength: 6 }).map((words) => words.join(" ")),
);

const desk = {
  search_flights: flights,
  search_hotels: hotels,
  search_cars: cars,
  create_booking: pending("create_booking"),
  modify_booking: pending("modify_booking"),
  cancel_booking: pending("cancel_booking"),
  get_booking_history: () => ({ bookings: [booking("K7PQ2M"), booking("R3ST5V")] }),
  hand_over_to_person: () => ({ status: "ok" }),
};

describe("whatever is said", () => {
  it("ends every turn with words, and calls tools only with sound arguments", async () => {
    await assert(
      asyncProperty(array(message, { minLength: 1, maxLength: 8 }), async (texts) => {
        const customer = converse(desk);
        for (const text of texts) expect((await customer.say(text)).trim()).not.toBe("");
        for (const { name, arguments: args } of customer.calls) {
          expect(allTools).toContain(name);
          for (const [key, value] of Object.entries(args)) {
            if (/Date$|^check(?:In|Out)$/.test(key)) expect(value).toMatch(/^\d{4}-\d{2}-\d{2}$/);
            if (/At$/.test(key)) expect(value).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/);
            if (/^(?:origin|destination|place|pickUp|dropOff)$/.test(key)) expect(value).toMatch(/^[A-Z]{3}$/);
            if (key === "adults") expect(Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 9).toBe(true);
          }
        }
        expect(new Set(customer.calls.map(({ id }) => id)).size).toBe(customer.calls.length);
      }),
      { numRuns: 400 },
    );
  });

  it("reads any transcript, also broken ones", async () => {
    const odd = tuple(
      constantFrom("search_flights", "create_booking", "get_booking_history", "cancel_booking", "unheard_of"),
      oneof(
        string(),
        constantFrom('{"offers":3}', '{"bookings":[null,{}]}', '{"error":null}', "[]", '{"vertical":"flight","offers":[{}]}', '{"status":"booked"}'),
      ),
    );
    const model = createConcierge({ places: sampleGazetteer });
    await assert(
      asyncProperty(array(odd, { maxLength: 4 }), message, async (results, text) => {
        const messages: TranscriptMessage[] = [
          ...results.map(
            ([toolName, content]): TranscriptMessage => ({
              role: "toolResult",
              toolCallId: "x",
              toolName,
              content: [{ type: "text", text: content }],
              isError: false,
              timestamp: wednesday,
            }),
          ),
          { role: "user", content: text, timestamp: wednesday },
        ];
        const events: ModelEvent[] = [];
        for await (const event of model.stream({ system: "", messages, tools: [], now: wednesday, timeZone: "UTC" }, new AbortController().signal))
          events.push(event);
        expect(events.at(-1)?.type).toBe("end");
        expect(events.some(({ type }) => type === "text")).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("streams pieces that join to the whole text", async () => {
    await assert(
      asyncProperty(string(), async (text) => {
        expect([...wordGroups(text)].join("")).toBe(text);
      }),
    );
  });
});

it("answers within milliseconds, also late in a long conversation and to a long message", async () => {
  const customer = converse(desk);
  for (let i = 0; i < 20; i++) {
    await customer.say("flight from Barcelona to Lisbon on 12 March for two");
    await customer.say("actually make it Rome, one day later");
  }
  const started = performance.now();
  for (let i = 0; i < 20; i++) await customer.say("thank you");
  const perTurn = (performance.now() - started) / 20;
  const long = performance.now();
  await converse(desk).say("we would like to go from here to there and back again in two days ".repeat(60));
  expect(perTurn).toBeLessThan(60);
  expect(performance.now() - long).toBeLessThan(200);
});

it.each(["#", "ok", "the one ", "1,", "4 and ", "a@a.", "my ", "12-", "Ana Silva, "])("is not slowed down by repeats of %j", async (unit) => {
  const customer = converse(desk);
  await customer.say("flight from Madrid to Oslo tomorrow for one");
  const started = performance.now();
  await customer.say(`${unit.repeat(4000 / unit.length)}x`);
  expect(performance.now() - started).toBeLessThan(1000);
});

it("stops when it is cancelled", async () => {
  const controller = new AbortController();
  controller.abort();
  const stream = createConcierge({ places: () => sampleGazetteer }).stream(
    { system: "", messages: [{ role: "user", content: "hi", timestamp: 0 }], tools: [], now: wednesday, timeZone: "UTC" },
    controller.signal,
  );
  await expect(
    (async () => {
      for await (const _ of stream);
    })(),
  ).rejects.toMatchObject({ code: "CANCELLED" });
});
