import { testEngine } from "@travelagent/engine/testing";
import type { Address, InboundMessage } from "@travelagent/protocol/messages";
import type { Engine } from "@travelagent/protocol/ports";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { sessionKey } from "@travelagent/sessions";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { route } from "../route.ts";
import { type Assignments, createAssignments } from "./assignments.ts";
import type { Binding, BindingMatch, Place } from "./binding.ts";
import { linkedAs } from "./identity-links.ts";
import { quoted } from "./quoted.ts";
import { createRoutes, type RoutingFacts } from "./routes.ts";
import { type Routing, warnOfUnknownAgents } from "./routing.ts";
import { routingMigrations } from "./tables.ts";

const sessionKeyOf = (conversation: Parameters<typeof sessionKey>[0]) => sessionKey(conversation);
const address = (over: Partial<Address> = {}): Address => ({ channel: "chat", accountId: "default", chatType: "direct", peerId: "ana", ...over });
const group = address({ chatType: "group", peerId: "team" });
const binding = (agentId: string, match: BindingMatch): Binding => ({ agentId, match });

/** From the most to the least specific; each holds for the message below. */
const tiers: [matchedBy: string, BindingMatch][] = [
  ["binding.booking", { booking: "abc123" }],
  ["binding.booking", { booking: "*" }],
  ["binding.customer", { customerId: "cus_1" }],
  ["binding.tag", { tag: "VIP" }],
  ["binding.peer", { channel: "chat", peer: { kind: "dm", id: "ana" } }],
  ["binding.guild", { channel: "chat", guildId: "g1" }],
  ["binding.team", { channel: "chat", teamId: "t1" }],
  ["binding.account", { channel: "Chat", accountId: "default" }],
  ["binding.channel", { channel: "chat", accountId: "*" }],
];
const place: Place = { address: address(), guildId: "g1", teamId: "t1" };

describe("routing", () => {
  let engine: Engine;
  let assignments: Assignments;
  const clock = fakeClock();
  const log = recordingLogger();
  beforeEach(async () => {
    engine = await testEngine();
    await engine.db.migrate("routing", routingMigrations);
    assignments = createAssignments({ db: engine.db, clock });
  });
  afterEach(() => engine.stop());

  const ana: RoutingFacts = {
    customerOf: async ({ address: from }) => (from.peerId === "ana" ? { id: "cus_1", tags: ["vip"] } : undefined),
    referencesOf: async (id) => (id === "cus_1" ? ["ABC123", "SBX-77001"] : []),
  };
  const routesOf = (bindings: readonly Binding[], options: { facts?: RoutingFacts; agentIds?: string[] } = {}) => {
    const routing: Routing = { bindings, defaultAgentId: "main", agentIds: options.agentIds ?? ["main", "x", ...bindings.map(({ agentId }) => agentId)] };
    return createRoutes({ routing: () => routing, sessionKeyOf, assignments, facts: options.facts ?? ana, clock, log: log });
  };
  const message = (text: string, from: Partial<Place> = {}): InboundMessage => ({ ...place, ...from, externalId: "1", senderId: "ana", text, sentAt: 0 });

  it.each(tiers.map(([matchedBy, match], index) => ({ matchedBy, match, rank: index })))(
    "prefers $match to everything less specific, wherever it stands",
    async ({ matchedBy, rank }) => {
      const rest = tiers.slice(rank).map(([, match], index) => binding(`a${index}`, match));
      for (const bindings of [rest, [...rest].reverse()])
        expect(await routesOf(bindings).explain(place, "where is ABC123?")).toMatchObject({ agentId: "a0", matchedBy });
    },
  );

  it("takes the first of several that are alike, and the default agent when none holds", async () => {
    for (const [matchedBy, match] of tiers)
      expect(await routesOf([binding("first", match), binding("second", match)]).explain(place, "abc123")).toMatchObject({ agentId: "first", matchedBy });
    const others = tiers.map(([, match]) => binding("x", match));
    expect(await routesOf(others).explain({ address: address({ channel: "mail", peerId: "bo" }) }, "ABC123")).toMatchObject({
      agentId: "main",
      matchedBy: "default",
    });
  });

  it("needs everything a binding names, and reads an absent account as the default one", async () => {
    const routes = routesOf([binding("x", { channel: "chat", tag: "vip" }), binding("y", { channel: "chat" })]);
    expect(await routes.explain({ address: address({ channel: "mail" }) })).toMatchObject({ matchedBy: "default" });
    expect(await routes.explain({ address: address({ peerId: "bo" }) })).toMatchObject({ agentId: "y", matchedBy: "binding.account" });
    expect(await routes.explain({ address: address({ peerId: "bo", accountId: "second" }) })).toMatchObject({ matchedBy: "default" });
    expect(await routesOf([binding("x", { channel: "chat", peer: { kind: "group", id: "ana" } })]).explain({ address: address() })).toMatchObject({
      matchedBy: "default",
    });
  });

  it("gives the default agent what was bound to one that is gone, and says so once for a routing", async () => {
    const routing: Routing = { bindings: [binding("gone", { channel: "chat" }), binding("gone", { tag: "vip" })], defaultAgentId: "main", agentIds: ["main"] };
    const heard = recordingLogger();
    warnOfUnknownAgents(routing, heard);
    expect(heard.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    expect(await routesOf(routing.bindings, { agentIds: ["main"] }).explain(place)).toMatchObject({ agentId: "main", matchedBy: "default" });
  });

  it("keeps the session of the address whoever answers in it", async () => {
    const bindings = [binding("x", { tag: "vip" }), binding("desk", { channel: "chat" })];
    const routed = await routesOf(bindings).explain({ address: address() });
    expect(routed).toEqual({ agentId: "x", sessionKey: "agent:desk:chat:dm:ana", matchedBy: "binding.tag" });
    expect(routed.sessionKey).toBe(route(address(), { bindings, defaultAgentId: "main", sessionKeyOf }).sessionKey);
  });

  it("moves nobody by the booking of somebody else, and asks for no booking but the customer's own", async () => {
    const asked: string[] = [];
    const facts: RoutingFacts = {
      customerOf: async ({ address: from }) => ({ id: from.peerId === "ana" ? "cus_1" : "cus_2", tags: [] }),
      referencesOf: async (id) => {
        asked.push(id);
        return id === "cus_1" ? ["ABC123"] : [];
      },
    };
    const routes = routesOf([binding("care", { booking: "ABC123" }), binding("care", { booking: "*" })], { facts });
    expect(await routes.explain({ address: address() }, "ABC123?")).toMatchObject({ agentId: "care" });
    expect(await routes.explain({ address: address({ peerId: "eve" }) }, "ABC123?")).toMatchObject({ agentId: "main", matchedBy: "default" });
    expect(asked).toEqual(["cus_1", "cus_2"]);
    expect(await routes.explain({ address: group }, "ABC123?")).toMatchObject({ matchedBy: "default" });
  });

  it("goes on by the bindings for everybody when customers cannot be looked up", async () => {
    const facts: RoutingFacts = { customerOf: () => Promise.reject(new Error("the records are away")), referencesOf: async () => [] };
    expect(await routesOf([binding("x", { tag: "vip" }), binding("y", { channel: "chat" })], { facts }).explain(place)).toMatchObject({ agentId: "y" });
  });

  it("asks nobody who a customer is as long as no binding wants to know", async () => {
    const facts: RoutingFacts = { customerOf: () => expect.fail("was asked"), referencesOf: () => expect.fail("was asked") };
    expect(await routesOf([binding("y", { channel: "chat" })], { facts }).explain(place)).toMatchObject({ agentId: "y" });
  });

  it("stays with the agent of a booking for a day after it was quoted", async () => {
    const routes = routesOf([binding("care", { booking: "*" })]);
    const settle = async (text: string) => {
      const routed = await routes.of(message(text));
      return engine.db.transaction((tx) => routes.settle(tx, routed));
    };
    expect(await settle("hello")).toMatchObject({ agentId: "main" });
    expect(await settle("about sbx-77001, please")).toMatchObject({ agentId: "care" });
    expect(await settle("and the seats?")).toMatchObject({ agentId: "care", matchedBy: "binding.booking" });
    await clock.advance(23 * 3_600_000);
    expect(await settle("thanks")).toMatchObject({ agentId: "care" });
    await clock.advance(2 * 3_600_000);
    expect(await settle("a new trip")).toMatchObject({ agentId: "main", matchedBy: "default" });
  });

  it("leaves a conversation with whom a colleague or a person gave it to", async () => {
    const routes = routesOf([binding("care", { booking: "*" }), binding("vips", { tag: "vip" })]);
    const { sessionKey: key } = await routes.of(message("hello"));
    await engine.db.transaction((tx) => assignments.set(tx, key, { agentId: "x", cause: "handoff", from: "vips" }));
    const routed = await routes.of(message("ABC123"));
    expect(await engine.db.transaction((tx) => routes.settle(tx, routed))).toMatchObject({ agentId: "x", matchedBy: "handoff" });
    await engine.db.transaction((tx) => assignments.set(tx, key, { agentId: "deleted", cause: "operator", from: "x" }));
    expect(await engine.db.transaction((tx) => routes.settle(tx, routed))).toMatchObject({ agentId: "care" });
  });

  it("never gives two peers one session, whatever the bindings are, unless their addresses are linked", () => {
    const text = fc
      .oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom("ana", "bo", "default", "a:dm:b", "x:thread:1", "default/ana", "*"))
      .filter((one) => one.trim() === one && one !== "");
    const channel = fc.constantFrom("chat", "mail", "phone");
    const account = fc.constantFrom("default", "second", "third");
    const somewhere = fc.record({ channel, accountId: account, chatType: fc.constantFrom("direct" as const, "group" as const), peerId: text });
    const match = fc.oneof(
      fc.record({ channel, accountId: fc.oneof(account, fc.constant("*")) }),
      fc.record({ channel, accountId: fc.constant("*"), peer: fc.record({ kind: fc.constantFrom("dm" as const, "group" as const), id: text }) }),
    );
    const bindings = fc.array(fc.record({ agentId: fc.constantFrom("main", "x", "y"), match }), { maxLength: 5 });
    const links = fc.constantFrom({}, { ana: ["chat:ana", "mail:ana"] }, { "chat:dm:bo": ["phone:bo", "mail:x:thread:1"] });
    fc.assert(
      fc.property(somewhere, somewhere, bindings, links, (one, other, given, identityLinks) => {
        const keyOf = (from: Address) => route(from, { bindings: given, defaultAgentId: "main", identityLinks, sessionKeyOf }).sessionKey;
        const names = [one, other].map((from) => linkedAs(identityLinks, from));
        const same =
          one.channel === other.channel &&
          one.accountId === other.accountId &&
          one.chatType === other.chatType &&
          one.peerId.toLowerCase() === other.peerId.toLowerCase();
        if (!same && !(names[0] !== undefined && names[0] === names[1])) expect(keyOf(one)).not.toBe(keyOf(other));
      }),
      { numRuns: 1000 },
    );
  });

  it("joins the addresses of one person, and nobody who merely has the same id", () => {
    const identityLinks = { ana: ["chat:Ana", "mail:ana@example.com"] };
    const keyOf = (over: Partial<Address>) => route(address(over), { defaultAgentId: "main", identityLinks, sessionKeyOf }).sessionKey;
    expect(keyOf({ peerId: "ana" })).toBe("agent:main:dm:ana");
    expect(keyOf({ channel: "mail", peerId: "Ana@example.com" })).toBe("agent:main:dm:ana");
    expect(keyOf({ channel: "mail", peerId: "ana" })).toBe("agent:main:mail:dm:ana");
    expect(keyOf({ chatType: "group", peerId: "ana" })).toBe("agent:main:chat:group:ana");
  });
});

describe("a quoted booking", () => {
  it.each([
    ["is ABC123 on time?", ["ABC123"]],
    ["abc123", ["ABC123"]],
    ["(ref. AbC123, please)", ["ABC123"]],
    ["XABC123 and ABC1234", []],
    ["SBX-77001!", ["SBX-77001"]],
    ["nothing", []],
  ])("in %j is %j", (text, found) => {
    expect(quoted(text, ["ABC123", "SBX-77001", "abc"])).toEqual(found);
  });
});
