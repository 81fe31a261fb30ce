import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAgent, handOverTool } from "@travelagent/agent-runtime";
import { createGate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { loadSkills, readSkillTool } from "@travelagent/agent-runtime/skills";
import { type ScriptedAnswer, type ScriptedCall, scriptedModel } from "@travelagent/agent-runtime/testing";
import { testEngine } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { type Clock, type Engine, systemClock } from "@travelagent/protocol/ports";
import type { TurnOutcome } from "@travelagent/protocol/turn";
import { createRecall, hashEmbeddings, memoryFiles, sqliteRecallIndex } from "@travelagent/sessions/recall";
import { memoryTools } from "@travelagent/tools-automation";
import { bookingTools, createBookings } from "@travelagent/tools-booking";
import { createSandbox } from "@travelagent/tools-booking/suppliers/sandbox";
import { crmTools, databaseCrm } from "@travelagent/tools-crm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filesOfPacks } from "./policy-files.ts";
import { skillFacts, skillFiles } from "./skill-files.ts";

const { skills, leftOut } = loadSkills({
  directories: [{ path: fileURLToPath(new URL("../../../../skills", import.meta.url)), source: "bundled" }],
  reader: skillFiles,
  facts: skillFacts({}, {}),
});
const policy = parsePolicy(filesOfPacks(fileURLToPath(new URL("../../policy", import.meta.url)), ["agency-default"]));

/** Runs like time, from a day on which the sandbox has what the stories want. */
const began = Date.now();
const clock: Clock = { now: () => Date.parse("2027-01-15T09:00:00Z") + Date.now() - began, after: systemClock.after };
const [there, back] = ["2027-03-12", "2027-03-15"];
const ana = { travellers: [{ givenName: "Ana", familyName: "Silva" }], contact: { email: "ana@example.com" } };
const flights = { origin: "BCN", destination: "FRA", departureDate: there, returnDate: back, adults: 1 };
const hotels = { place: "FRA", checkIn: there, checkOut: back, adults: 1, refundableOnly: true };
const cars = { pickUp: "FRA", pickUpAt: `${there}T16:00`, dropOffAt: `${back}T09:00`, driverAge: 40 };

/** What a tool said, as the model reads it. */
type Said = Record<string, never> & { offers: { offerId: string }[]; bookings: { reference: string }[]; error?: unknown };
/** The model's next move, from what the tools of this turn said so far, by name. */
type Move = (said: Record<string, Said>) => ScriptedAnswer | string;
const call = (name: string, args: Record<string, unknown> = {}): ScriptedCall => ({ name, arguments: args });
const calls =
  (...wanted: ScriptedCall[]): Move =>
  () => ({ toolCalls: wanted });
const first = (said: Said | undefined): string => said!.offers[0]!.offerId;

const isReading = (message: TranscriptMessage): boolean =>
  message.role === "assistant" && message.content.some((block) => block.type === "toolCall" && block.name === "read_skill");

/** One customer in front of the agent with every bundled skill, the gate with the rules that come along, and the sandbox. */
async function agency(skill: string) {
  const engine = await testEngine();
  const world = await testEngine();
  engines.push(engine, world);
  const { db, work } = engine;
  const turn = {
    agentId: "main",
    sessionKey: "agent:main:webchat:dm:v1",
    channel: "webchat",
    accountId: "default",
    chatType: "direct",
    peerId: "v1",
    timeZone: "UTC",
  } as const;
  let customerId: string | undefined;
  const crm = await databaseCrm({ db, clock });
  const sandbox = createSandbox({ db: world.db, clock });
  const bookings = createBookings({
    db,
    work,
    suppliers: [sandbox.supplier],
    payments: sandbox.payments,
    clock,
    customers: {
      async ensure(person) {
        ({ customerId } = await crm.ensureCustomer(person));
        return { customerId };
      },
    },
  });
  await bookings.migrate();
  const index = sqliteRecallIndex({ db });
  await index.migrate();
  const tools = [
    ...bookingTools(bookings),
    ...crmTools({
      crm,
      bookings: {
        forCustomer: async (id) => (await bookings.list({ customerId: id })).bookings,
        forSession: async () => [],
      },
      onCustomerKnown: async (_, id) => {
        customerId = id;
      },
    }),
    ...memoryTools(createRecall({ files: memoryFiles({ directory: memoryDirectory }), index, embeddings: hashEmbeddings(), clock })),
    handOverTool(),
    readSkillTool(() => skills),
  ];
  const gate = createGate({ db, clock, tools, policy: () => policy });
  await gate.migrate();

  const entries: { id: string; message: TranscriptMessage }[] = [];
  let moves: readonly Move[] = [];
  const { body } = skills.find(({ name }) => name === skill)!;
  const model = scriptedModel((request) => {
    // It knows what to do from what the agency wrote: its prompt names the skill, and it reads that first.
    if (!request.system.includes(`<skill name="${skill}">`)) return "I have not learned this.";
    const learned = request.messages.some(
      (message) => message.role === "toolResult" && JSON.stringify(message.content).includes(JSON.stringify(JSON.stringify(body)).slice(3, -3)),
    );
    if (!learned) return { toolCalls: [call("read_skill", { name: skill })] };
    const own = request.messages.slice(request.messages.findLastIndex(({ role }) => role === "user"));
    const said = Object.fromEntries(
      own.flatMap((message) =>
        message.role === "toolResult"
          ? [[message.toolName, JSON.parse(message.content.map((block) => ("text" in block ? block.text : "")).join("")) as Said]]
          : [],
      ),
    );
    // A confirmed action comes before the model's first word.
    const asked = own.filter((message) => message.role === "assistant" && message.model !== "confirmed-action" && !isReading(message)).length;
    return moves[asked]?.(said) ?? "There it is.";
  });
  const agent = createAgent({
    gate,
    transcript: {
      messages: async () => entries.map(({ message }) => message),
      append: async (_, added) => void entries.push(...added.filter(({ id }) => !entries.some((known) => known.id === id))),
    },
    clock,
    models: () => [model],
    prompt: { agencyName: "Silva Travel", agentName: "Sol", skills, tools: tools.map(({ name }) => name) },
  });
  let turns = 0;

  const say = async (text: string, ...script: Move[]): Promise<TurnOutcome> => {
    moves = script;
    const runId = `run-${++turns}`;
    let outcome: TurnOutcome | undefined;
    work.define(runId, async (context) => {
      const message = { text, sentAt: clock.now(), receivedAt: clock.now() };
      outcome = await agent.run({ turn: { ...turn, runId, ...(customerId === undefined ? {} : { customerId }) }, message }, context, () => {});
      await context.transaction("reply", (tx) => outcome!.commit(tx));
      entries.push({ id: `${runId}:final`, message: outcome.message });
    });
    await work.submit({ name: runId, id: runId });
    const { error } = await work.result(runId, 10_000);
    if (error) throw TravelAgentError.fromShape(error);
    const failed = entries.flatMap(({ message }) => (message.role === "toolResult" && message.isError ? [message.content] : []));
    expect(failed).toEqual([]);
    return outcome!;
  };
  const about = () => (customerId === undefined ? { sessionKey: turn.sessionKey } : { customerId, sessionKey: turn.sessionKey });
  return {
    say,
    crm,
    bought: async () => (await sandbox.ledger.orders()).map(({ status }) => status),
    async leads() {
      return (await crm.leads({})).leads;
    },
    notes: async () => (await crm.notes(about())).notes.map(({ text }) => text),
    customer: async () => (customerId === undefined ? null : crm.get(customerId)),
    /** A trip that is there before the story begins. */
    async booked() {
      await say("A flight to Frankfurt.", calls(call("search_flights", flights)), ({ search_flights }) => ({
        toolCalls: [call("create_booking", { offerIds: [first(search_flights)], ...ana })],
      }));
      const { cards } = await say("Yes");
      const [card] = cards;
      if (card?.kind !== "booking") throw new Error("nothing was booked");
      return card.booking.reference;
    },
  };
}

type Agency = Awaited<ReturnType<typeof agency>>;
const engines: Engine[] = [];
let memoryDirectory: string;
beforeEach(() => {
  memoryDirectory = mkdtempSync(join(tmpdir(), "travel-skills-"));
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
  rmSync(memoryDirectory, { recursive: true, force: true });
});

const stories: Record<string, (desk: Agency) => Promise<void>> = {
  async "flight-booking"({ say, bought }) {
    const shown = await say("Barcelona to Frankfurt and back, one adult.", calls(call("search_flights", flights)), () => "Five flights. Which one?");
    expect(shown).toMatchObject({ kind: "replied", cards: [{ kind: "offers", vertical: "flight" }] });
    const asked = await say(
      "The first. Ana Silva, ana@example.com.",
      calls(call("search_flights", flights)),
      ({ search_flights }) => ({ toolCalls: [call("check_availability", { offerId: first(search_flights) })] }),
      ({ search_flights }) => ({ toolCalls: [call("create_booking", { offerIds: [first(search_flights)], ...ana })] }),
    );
    expect(asked.cards).toContainEqual(expect.objectContaining({ kind: "confirmation" }));
    expect(await bought()).toEqual([]);
    expect((await say("Yes")).cards).toMatchObject([{ kind: "booking" }]);
    expect(await bought()).toEqual(["ticketed"]);
  },

  async "hotel-booking"({ say, bought }) {
    const shown = await say("A hotel there, I may have to cancel.", calls(call("search_hotels", hotels)), () => "I would take number 1.");
    expect(shown.cards).toMatchObject([{ kind: "offers", vertical: "hotel" }]);
    const [card] = shown.cards;
    const offers = card?.kind === "offers" ? card.offers : [];
    expect(offers.length).toBeGreaterThanOrEqual(3);
    await say("Number 1, for Ana Silva.", calls(call("create_booking", { offerIds: [offers[0]!.offerId], ...ana })));
    await say("Yes, please");
    expect(await bought()).toEqual(["confirmed"]);
  },

  async "car-rental"({ say, bought }) {
    const asked = await say("And a car from the airport, for Ana Silva.", calls(call("search_cars", cars)), ({ search_cars }) => ({
      toolCalls: [call("create_booking", { offerIds: [first(search_cars)], ...ana })],
    }));
    expect(asked.cards.map(({ kind }) => kind).sort()).toEqual(["confirmation", "offers"]);
    await say("No");
    expect(await bought()).toEqual([]);
  },

  async "customer-care"({ say, notes, booked }) {
    const reference = await booked();
    const outcome = await say("The seat was broken on my flight, I want my money back!", calls(call("get_booking_history")), ({ get_booking_history }) => {
      const note = call("add_note", { text: `Complaint on ${get_booking_history!.bookings[0]!.reference}: broken seat, wants a refund` });
      return { toolCalls: [note, call("hand_over_to_person", { reason: "complaint, wants a refund" })] };
    });
    expect(outcome).toMatchObject({ kind: "handed-over", reason: "complaint, wants a refund" });
    expect(await notes()).toEqual([expect.stringContaining(reference)]);
  },

  async "visa-processing"({ say, leads, bought }) {
    const lead = { summary: "Visa help: Brazilian to India", destination: "India", dates: "from 1 February" };
    const outcome = await say(
      "I am Brazilian, do I need a visa for India?",
      calls(call("create_lead", lead), call("hand_over_to_person", { reason: "visa Brazil to India, leaves within four weeks" })),
      () => "Please look at the embassy's page; a colleague helps you.",
    );
    expect(outcome).toMatchObject({ kind: "handed-over", reason: expect.stringContaining("India") });
    expect(await leads()).toMatchObject([{ ...lead, stage: "new", source: "webchat" }]);
    expect(await bought()).toEqual([]);
  },

  async "travel-insurance"({ say, leads, booked }) {
    await booked();
    const outcome = await say("Can you insure my trip?", calls(call("get_booking_history")), () => ({
      toolCalls: [call("create_lead", { summary: "Travel insurance: one adult, cancellation", destination: "Frankfurt", dates: there, budget: "200 EUR" })],
    }));
    expect(outcome.kind).toBe("replied");
    expect(await leads()).toMatchObject([{ summary: expect.stringContaining("insurance"), customerId: expect.any(String) }]);
  },

  async "customer-onboarding"({ say, customer, notes }) {
    const details = { name: "Ana Silva", email: "ana@example.com", phone: "+34600111222", language: "pt" };
    const outcome = await say(
      "Hello, I am Ana Silva, ana@example.com, +34 600 111 222. I like aisle seats, and yes, send me offers.",
      calls(call("get_customer")),
      ({ get_customer }) => (get_customer!.known ? "Welcome back." : { toolCalls: [call("create_customer", details)] }),
      calls(call("add_note", { text: "Aisle seat. Wants offers by e-mail: yes" })),
    );
    expect(outcome.kind).toBe("replied");
    expect(await customer()).toMatchObject(details);
    expect(await notes()).toEqual([expect.stringContaining("Aisle seat")]);
  },

  async "group-travel"({ say, leads, notes, bought }) {
    const outcome = await say(
      "A school class of 28 to Frankfurt.",
      calls(call("search_flights", flights)),
      calls(
        call("create_lead", { summary: "School class, 28 people, three nights", destination: "Frankfurt", dates: there }),
        call("add_note", { text: "Rooms: 4 per room. Decides within two weeks." }),
        call("hand_over_to_person", { reason: "group of 28 with minors" }),
      ),
    );
    expect(outcome.kind).toBe("handed-over");
    expect(await leads()).toMatchObject([{ summary: expect.stringContaining("28") }]);
    expect(await notes()).toHaveLength(1);
    expect(await bought()).toEqual([]);
  },

  async "disruption-care"({ say, notes, booked, bought }) {
    const reference = await booked();
    const outcome = await say("They cancelled my flight, I am at the airport!", calls(call("get_booking_history")), ({ get_booking_history }) => ({
      toolCalls: [
        call("add_note", { text: `${get_booking_history!.bookings[0]!.reference}: cancelled by the airline, customer at BCN, wants to fly today` }),
        call("hand_over_to_person", { reason: "flight cancelled, customer at the airport" }),
      ],
    }));
    expect(outcome.kind).toBe("handed-over");
    expect(await notes()).toEqual([expect.stringContaining(reference)]);
    // What the airline owes is lost when the customer's side cancels first.
    expect(await bought()).toEqual(["ticketed"]);
  },

  async "itinerary-building"({ say, bought }) {
    const offered: string[] = [];
    const asked = await say(
      "Three days in Frankfurt with hotel and car, all of it for Ana Silva.",
      calls(call("search_flights", flights), call("search_hotels", hotels), call("search_cars", cars)),
      ({ search_flights, search_hotels, search_cars }) => {
        offered.push(...[search_flights, search_hotels, search_cars].map(first));
        return { toolCalls: offered.map((offerId) => call("check_availability", { offerId })) };
      },
      () => ({ toolCalls: [call("create_booking", { offerIds: offered, ...ana })] }),
    );
    expect(asked.cards.map(({ kind }) => kind).sort()).toEqual(["confirmation", "offers", "offers", "offers"]);
    const booked = await say("Yes");
    expect(booked.cards).toMatchObject([{ kind: "booking", booking: { items: [{}, {}, {}] } }]);
    expect((await bought()).sort()).toEqual(["confirmed", "confirmed", "ticketed"]);
  },

  async "expense-and-invoice"({ say, notes, booked }) {
    const reference = await booked();
    const outcome = await say(
      "I need an invoice for my company, Silva Ltd, Main Street 1, Porto.",
      calls(call("get_booking_history")),
      ({ get_booking_history }) => {
        const { reference: own } = get_booking_history!.bookings[0]!;
        return {
          toolCalls: [
            call("add_note", { text: `Invoice request: ${own}, Silva Ltd, Main Street 1, Porto` }),
            call("hand_over_to_person", { reason: `invoice for ${own}` }),
          ],
        };
      },
    );
    expect(outcome).toMatchObject({ kind: "handed-over", reason: `invoice for ${reference}` });
    expect(await notes()).toEqual([expect.stringMatching(/^Invoice request:/)]);
  },

  async loyalty({ say, notes, booked }) {
    const reference = await booked();
    const outcome = await say(
      "Please add my frequent flyer number 12345678 to my booking.",
      calls(call("memory_search", { query: "loyalty programme" }), call("get_booking_history")),
      ({ get_booking_history }) => ({
        toolCalls: [
          call("add_note", { text: `Loyalty: SkyClub, 12345678, Ana Silva, booking ${get_booking_history!.bookings[0]!.reference}` }),
          call("hand_over_to_person", { reason: "add a membership number" }),
        ],
      }),
    );
    expect(outcome.kind).toBe("handed-over");
    expect(await notes()).toEqual([expect.stringContaining(reference)]);
  },
};

describe("the travel skills that come along", () => {
  it("are sound, and each has a story below", () => {
    expect(leftOut).toEqual([]);
    expect(skills.map(({ name }) => name)).toEqual(Object.keys(stories).sort());
    expect(skills.every(({ eligible }) => eligible)).toBe(true);
  });

  it("speak of no tool that there is not, and are short", () => {
    const tools = ["search_flights", "search_hotels", "search_cars", "check_availability", "create_booking", "modify_booking", "cancel_booking"];
    const others = ["get_booking_history", "get_customer", "create_customer", "update_customer", "create_lead", "add_note", "memory_search", "memory_get"];
    for (const { name, body } of skills) {
      const named = body.match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? [];
      expect([...tools, ...others, "hand_over_to_person"], name).toEqual(expect.arrayContaining(named));
      expect(named.length, name).toBeGreaterThan(0);
      const lines = body.split("\n").filter((line) => line.trim() !== "").length;
      expect(lines >= 12 && lines <= 60, `${name}: ${lines} lines`).toBe(true);
    }
  });

  it.each(Object.keys(stories))("%s does its work", async (name) => stories[name]!(await agency(name)));
});
