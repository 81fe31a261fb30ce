import type { Decision } from "@travelagent/agent-runtime/gate";
import { type FakeDesk, fakeDesk } from "@travelagent/channel-kit/testing";
import { GatewayConfig } from "@travelagent/config";
import { openDatabase } from "@travelagent/engine";
import type { Correspondence, WrittenMessage } from "@travelagent/gateway-core";
import { type Call, type Handlers, TravelAgentError } from "@travelagent/protocol";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import type { Desk } from "./desk.ts";
import { openDesk } from "./open-desk.ts";

const room = "CDESK0001";
const key = "agent:main:telegram:dm:4001";
const [clara, bruno, mallory] = ["U00CLARA", "U00BRUNO", "U0MALLORY"];
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Conversation = NonNullable<Awaited<ReturnType<Correspondence["conversation"]>>>;

/** An agency with a room, whose gateway is a few lists. */
async function bench({ surface = fakeDesk({ rooms: [room] }), agencies = {} }: { surface?: FakeDesk; agencies?: Record<string, unknown> } = {}) {
  const clock = fakeClock("2027-03-01T10:00:00Z");
  const db = openDatabase({ path: ":memory:" });
  const given = {
    agencies,
    desk: {
      rooms: [{ channel: "slack", room }],
      operators: {
        clara: { name: "Clara", users: [`slack:${clara}`], role: "approver" },
        bruno: { name: "Bruno", users: [`slack:${bruno}`], role: "manager" },
      },
    },
  };
  let config = GatewayConfig.parse(given);
  const decisions = new Map<string, Decision>();
  const conversations = new Map<string, Conversation>();
  const written: WrittenMessage[] = [];
  const called: { method: string; actor: string; params: unknown }[] = [];
  const noted: unknown[] = [];
  const change = (change: Partial<Conversation>) => conversations.set(key, { ...conversations.get(key)!, ...change });
  const log = (method: string, params: unknown, { actor }: Call) => called.push({ method, actor, params });
  const handlers: Handlers = {
    "conversations.list": () => ({ conversations: [...conversations].filter(([, { state }]) => state === "needs-person").map(([id]) => ({ id })) }) as never,
    "conversations.takeOver": (params, call) => {
      log("takeOver", params, call);
      change({ state: "person", assignee: call.actor });
      return { conversation: {} } as never;
    },
    "conversations.handBack": (params, call) => {
      log("handBack", params, call);
      const { assignee: _, ...rest } = conversations.get(key)!;
      conversations.set(key, { ...rest, state: "agent" });
      return { conversation: {} } as never;
    },
    "conversations.reply": (params, call) => {
      log("reply", params, call);
      const messageId = `reply-${params.idempotencyKey}`;
      if (!written.some(({ id }) => id === messageId)) written.push({ id: messageId, text: params.message, author: "operator", at: clock.now(), files: 0 });
      return { messageId };
    },
    "approvals.resolve": ({ id, decision }, call) => {
      log("resolve", { id, decision }, call);
      const one = decisions.get(id)!;
      if (one.status !== "pending") throw new TravelAgentError("CONFLICT", `this approval is ${one.status} already`);
      decisions.set(id, { ...one, status: decision === "approve" ? "approved" : "denied", decidedBy: call.actor, decidedAt: clock.now() });
      return { approval: {} } as never;
    },
    "approvals.list": () => ({ approvals: [] }),
  };
  const correspondence = {
    conversation: async (sessionKey: string) => conversations.get(sessionKey) ?? null,
    writtenSince: async (_: string, at: number) => written.filter((one) => one.at >= at),
  } as unknown as Correspondence;
  let desk: Desk;
  let parts: Awaited<ReturnType<typeof openDesk>>;
  const open = async () => {
    parts = await openDesk(db);
    desk = parts.connect({
      db,
      clock,
      log: recordingLogger(),
      config: () => config,
      surfaces: [surface],
      handlers: () => handlers,
      decisions: {
        get: async (id) => decisions.get(id) ?? null,
        // Newest first.
        list: async () => ({ decisions: [...decisions.values()].filter(({ status }) => status === "pending").reverse() }),
      },
      correspondence,
      crm: { addNote: async (...note) => void noted.push(note) as never },
    });
    await desk.start();
  };
  await open();
  closing.push(async () => {
    await desk.stop();
    await db.close();
  });
  return {
    clock,
    db,
    surface,
    decisions,
    written,
    called,
    noted,
    change,
    ask(more: Partial<Decision> = {}) {
      const decision = {
        id: "d-1",
        kind: "approval",
        tool: "create_booking",
        args: {},
        actionHash: "a".repeat(64),
        title: "Book LH1123",
        lines: ["Barcelona to Frankfurt", "Ana Silva"],
        total: { amount: "189.40", currency: "EUR" },
        turn: { sessionKey: key, channel: "telegram", accountId: "default" },
        ruleId: "agency.dear",
        reason: "dear",
        role: "manager",
        status: "pending",
        requestedAt: clock.now(),
        expiresAt: clock.now() + 600_000,
        ...more,
      } as Decision;
      decisions.set(decision.id, decision);
    },
    customer(state: Conversation["state"] = "needs-person", accountId = "default") {
      conversations.set(key, {
        agentId: "main",
        address: { channel: "telegram", accountId, chatType: "direct", peerId: "4001" },
        displayName: "Ana Silva",
        state,
      });
      written.push({ id: "in-1", text: "I want a person", author: "customer", at: clock.now(), files: 0 });
    },
    hire(operators: Record<string, unknown>) {
      config = GatewayConfig.parse({ ...given, desk: { ...given.desk, operators } });
    },
    /** Until everything has been brought up to date. */
    async settled(event = "conversation") {
      parts.hear(event);
      for (let at = 0; at < 8; at += 1) {
        await clock.advance(250);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async restart() {
      await desk.stop();
      await open();
    },
    erase: (subject: { sessionKeys: string[] }) =>
      parts.personalData.erase(
        { customerIds: [], bookingIds: [], identities: [], identifiers: [], ...subject },
        { reason: "asked", now: clock.now(), signal: new AbortController().signal },
      ),
    exported: async () => {
      const found = [];
      const subject = { customerIds: [], bookingIds: [], identities: [], identifiers: [], sessionKeys: [key] };
      for await (const file of parts.personalData.export(subject, new AbortController().signal)) found.push(file.path);
      return found;
    },
    value: (label: string, at = 0) => surface.posts[at]!.card.buttons!.find((button) => button.label === label)!.value,
  };
}

describe("an approval in a room", () => {
  it("shows all that a yes covers, is decided as whoever pressed, and says so", async () => {
    const { ask, settled, surface, value, called } = await bench();
    ask();
    await settled("approval");
    const [{ card }] = surface.posts as [FakeDesk["posts"][number]];
    expect([card.title, ...card.lines].join("\n")).toMatch(
      /Book LH1123\nBarcelona to Frankfurt\nAna Silva\nTotal: 189.40 EUR\n.*\n.*agency.dear.*\nFor: manager. Valid until 2027-03-01 10:10 UTC/,
    );
    expect(await surface.press({ room, user: bruno, value: value("Approve") })).toBe("Approved.");
    await settled("approval");
    expect(called).toEqual([{ method: "resolve", actor: "desk:bruno", params: { id: "d-1", decision: "approve" } }]);
    expect(surface.posts).toHaveLength(1);
    expect(surface.posts[0]!.card).toMatchObject({ title: "Approved: Book LH1123" });
    expect(surface.posts[0]!.card.buttons).toBe(undefined);
    expect(surface.posts[0]!.card.lines.at(-1)).toContain("Approved by Bruno");
  });

  it("is decided by nobody who is no operator, is one no more, or has pressed the button of another question", async () => {
    const { ask, settled, surface, value, called, hire, decisions } = await bench();
    ask();
    await settled("approval");
    const old = value("Approve");
    expect(await surface.press({ room, user: mallory, value: old })).toMatch(/^Only operators/);
    hire({ clara: { users: [`slack:${clara}`], role: "support" } });
    expect(await surface.press({ room, user: bruno, value: old })).toMatch(/^Only operators/);
    expect(await surface.press({ room, user: clara, value: old })).toBe("Nothing happened: your role at this agency does not include that.");
    hire({ bruno: { users: [`slack:${bruno}`], role: "manager" } });
    for (const value of ["yes:d-2:aaaaaaaaaaaaaaaa", "yes:d-1:bbbbbbbbbbbbbbbb", "yes:d-1", "drop table", ""])
      expect(await surface.press({ room, user: bruno, value })).toMatch(/^This is over, or another question/);
    decisions.set("d-1", { ...decisions.get("d-1")!, actionHash: "c".repeat(64) });
    expect(await surface.press({ room, user: bruno, value: old })).toMatch(/^This is over, or another question/);
    expect(called).toEqual([]);
  });

  it("is shown as decided when somebody did so elsewhere, or nobody did in time", async () => {
    const { ask, settled, surface, decisions, clock } = await bench();
    ask();
    ask({ id: "d-2", title: "Refund" });
    await settled("approval");
    decisions.set("d-1", { ...decisions.get("d-1")!, status: "denied", decidedBy: "device:1", decidedAt: clock.now() });
    await settled("approval");
    expect(surface.posts[0]!.card).toMatchObject({ title: "Denied: Book LH1123" });
    decisions.set("d-2", { ...decisions.get("d-2")!, status: "expired" });
    // Nobody says so: its time is known.
    await clock.advance(600_000);
    await expect.poll(() => surface.posts[1]!.card.title).toBe("Over: Refund");
  });

  it("is posted once over lost answers, refusals and restarts", async () => {
    const { ask, settled, surface, restart } = await bench();
    surface.failNext("lost");
    ask();
    await settled("approval");
    await restart();
    await settled("approval");
    surface.failNext("refused");
    ask({ id: "d-2", title: "Refund" });
    await settled("approval");
    await restart();
    await settled("approval");
    expect(surface.posts.map(({ card }) => card.title)).toEqual(["Approval: Book LH1123", "Approval: Refund"]);
  });
});

describe("a conversation in a room", () => {
  const below = (surface: FakeDesk) => surface.posts.filter(({ thread }) => thread !== undefined).map(({ card }) => card.lines.join(" "));

  it("is taken over, answered in its thread, and handed back", async () => {
    const { customer, settled, surface, value, called, written, clock, noted } = await bench();
    customer();
    await settled();
    expect(surface.posts[0]!.card.title).toBe("Ana Silva needs a person");
    expect(below(surface)).toEqual(["Ana Silva: I want a person"]);
    const thread = surface.posts[0]!.externalId;
    const take = value("Take over");
    expect(await surface.write({ room, user: mallory, text: "hello", thread })).toMatch(/^Only operators/);
    expect(await surface.press({ room, user: clara, value: take })).toMatch(/^It is yours/);
    await settled();
    expect(await surface.write({ room, user: bruno, text: "me too", thread })).toMatch(/^Clara has this conversation. Nothing was sent/);
    expect(await surface.press({ room, user: bruno, value: take })).toMatch(/^Clara has it meanwhile/);
    expect(await surface.write({ room, user: clara, text: "// between us", thread })).toBe(undefined);
    expect(await surface.write({ room, user: clara, text: "good morning all" })).toBe(undefined);
    expect(await surface.write({ room, user: clara, text: "note: prefers trains", thread })).toMatch(/^Noted/);
    for (let at = 0; at < 2; at += 1) expect(await surface.write({ room, user: clara, text: "Hello Ana", thread, externalId: "w-1" })).toBe(undefined);
    written.push({ id: "in-2", text: "Thank you", author: "customer", at: clock.now(), files: 1 });
    await settled();
    expect(below(surface)).toEqual(["Ana Silva: I want a person", "Ana Silva: Thank you (a file: see the console)"]);
    expect(noted).toMatchObject([[{ sessionKey: key }, { text: "prefers trains", author: "desk:clara" }, {}]]);
    expect(await surface.press({ room, user: clara, value: value("Hand back to the agent") })).toBe("The agent answers again.");
    await settled();
    expect(surface.posts[0]!.card.title).toBe("Ana Silva: the agent answers again");
    expect(await surface.write({ room, user: clara, text: "one more thing", thread })).toMatch(/^The agent answers this customer/);
    expect(await surface.press({ room, user: clara, value: take })).toMatch(/^This is over/);
    expect(called.map(({ method, actor }) => [method, actor])).toEqual([
      ["takeOver", "desk:clara"],
      ["reply", "desk:clara"],
      ["reply", "desk:clara"],
      ["handBack", "desk:clara"],
    ]);
    expect(new Set(called.filter(({ method }) => method === "reply").map(({ params }) => JSON.stringify(params))).size).toBe(1);
  });

  it("is a manager's to take from somebody, and to hand back for them", async () => {
    const { customer, settled, surface, value, change } = await bench();
    customer();
    await settled();
    change({ state: "person", assignee: "device:1" });
    await settled();
    expect(await surface.press({ room, user: clara, value: value("Take over from device:1") })).toMatch(/Only a manager/);
    expect(await surface.press({ room, user: clara, value: value("Hand back to the agent") })).toMatch(/or a manager does/);
    expect(await surface.press({ room, user: bruno, value: value("Take over from device:1") })).toMatch(/^It is yours/);
  });

  it("comes anew when the same customer needs somebody again, and is not told of another agency's", async () => {
    const { customer, change, settled, surface, restart } = await bench();
    customer();
    await settled();
    change({ state: "agent" });
    await settled();
    await restart();
    change({ state: "needs-person" });
    await settled();
    expect(surface.posts.filter(({ thread }) => thread === undefined).map(({ card }) => card.title)).toEqual([
      "Ana Silva: the agent answers again",
      "Ana Silva needs a person",
    ]);
    const other = await bench({ agencies: { north: { accounts: ["telegram:north"] } } });
    other.customer("needs-person", "north");
    other.ask({ turn: { sessionKey: key, channel: "telegram", accountId: "north" } as Decision["turn"] });
    await other.settled();
    expect(other.surface.posts).toEqual([]);
  });

  it("is forgotten with the person: the platform's copies too, and the rows with them", async () => {
    const {
      customer,
      ask,
      settled,
      surface,
      erase,
      exported,
      db,
      surface: { posts },
    } = await bench();
    customer();
    ask();
    await settled();
    expect(posts.length).toBe(3);
    expect(await exported()).toEqual(["desk-case.json"]);
    await erase({ sessionKeys: [key] });
    for (const table of ["desk_case", "desk_post"]) expect(await db.all(`select * from ${table} where session_key is not null`)).toEqual([]);
    surface.failNext("refused");
    await settled("erasure");
    await settled("conversation");
    expect(posts.slice(0, 3).every(({ deleted }) => deleted)).toBe(true);
  });
});
