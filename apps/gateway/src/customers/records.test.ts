import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayConfig, statePaths } from "@travelagent/config";
import { openEngine } from "@travelagent/engine";
import { createGateway, gatewayPersonalData } from "@travelagent/gateway-core";
import { type ScriptedTurn, scriptedAgent, testPlatform } from "@travelagent/gateway-core/testing";
import type { Booking, Call, Handlers } from "@travelagent/protocol";
import { type Engine, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { TurnRequest } from "@travelagent/protocol/turn";
import { createSessions, fileTranscripts, type Sessions, sessionKey, transcriptPersonalData } from "@travelagent/sessions";
import { crmTools } from "@travelagent/tools-crm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CustomersOptions } from "./open-customers.ts";
import { type OpenedRecords, openRecords } from "./records.ts";

const call = {
  actor: "eva",
  requestId: "r",
  role: "operator",
  scopes: ["operator.admin"],
  signal: new AbortController().signal,
  follow() {},
} as unknown as Call;

describe("customers in a running gateway", () => {
  let directory: string;
  let engine: Engine;
  let sessions: Sessions;
  let records: OpenedRecords;
  let answer: ScriptedTurn;
  let agent: ReturnType<typeof scriptedAgent>;
  let bookings: Booking[];
  let close: () => Promise<void>;
  const whatsapp = testPlatform({ id: "whatsapp" });
  const telegram = testPlatform({ id: "telegram" });
  const north = testPlatform({ id: "telegram", accountId: "north" });

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "records-"));
    const config = GatewayConfig.parse({ agencies: { north: { accounts: ["telegram:north"] } } });
    engine = openEngine({ path: join(directory, "travelagent.db") });
    sessions = createSessions({ db: engine.db, transcripts: fileTranscripts({ directory }) });
    await sessions.start();
    bookings = [];
    answer = () => "hello";
    agent = scriptedAgent((request, work) => answer(request, work));
    const stores = [transcriptPersonalData({ db: engine.db, sessions, directory }), gatewayPersonalData({ db: engine.db })];
    const parts = {
      config: () => config,
      env: {},
      paths: statePaths(directory),
      db: engine.db,
      work: engine.work,
      sessions,
      clock: systemClock,
      log: silentLogger,
      bookings: () => ({
        list: async ({ customerId }: { customerId?: string }) => ({
          bookings: bookings.filter((one) => customerId === undefined || one.customerId === customerId),
        }),
        byReference: async () => null,
      }),
      gateway: () => gateway,
    } as unknown as CustomersOptions;
    records = await openRecords(parts, () => stores);
    const gateway = createGateway({
      engine,
      sessions,
      sessionKeyOf: (conversation) => sessionKey(conversation),
      agent: records.around(agent),
      channels: [whatsapp.adapter, telegram.adapter, north.adapter],
      admission: { whatsapp: { dmPolicy: "open" }, telegram: { dmPolicy: "open" } },
      publisher: { publish() {}, isFollowed: () => false },
      queueRules: () => ({
        defaults: { mode: "followup", debounceMs: 0, cap: 20, drop: "new" },
        byChannel: {},
        inbound: { debounceMs: 0, byChannel: {} },
        holdAfterMs: 0,
        laneCapacity: 100,
        maxWaiting: 100,
        maxParked: 10,
      }),
    });
    await gateway.prepare();
    await engine.start();
    await gateway.start();
    await records.resume();
    for (const platform of [whatsapp, telegram, north]) platform.shown.length = 0;
    close = async () => {
      await gateway.stop();
      await engine.stop({ drainMs: 500 });
      records.close();
      rmSync(directory, { recursive: true, force: true });
    };
  });
  afterEach(() => close());

  const onCustomerKnown = async (key: string, customerId: string) => void (await sessions.bindCustomer(key, customerId));
  const tools = () =>
    new Map([...crmTools({ crm: records.crm, agencyOf: records.agencyOf, onCustomerKnown }), ...records.tools].map((tool) => [tool.name, tool]));
  const slow = { timeout: 5000 };
  let calls = 0;
  /** As the gate would call it, for the turn of a request. */
  async function use({ turn }: TurnRequest, name: string, args: object): Promise<string> {
    const tool = tools().get(name)!;
    const key = `call-${++calls}`;
    const context = { turn, toolCallId: key, idempotencyKey: key, signal: new AbortController().signal, now: Date.now() };
    return tool.execute(tool.args.parse(args), context).then(
      ({ content }) => JSON.stringify(content),
      (error: { code: string }) => error.code,
    );
  }
  const method = async <M extends keyof Handlers>(name: M, params: object): Promise<Record<string, never>> =>
    (await records.handlers[name]!(params as never, call)) as Record<string, never>;
  const said = (platform: typeof telegram, peer: string) => platform.shown.filter((one) => one.peer === peer).map(({ text }) => text);
  const everyText = () =>
    readdirSync(directory, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".jsonl"))
      .map((name) => readFileSync(join(directory, name), "utf8"))
      .join("\n");

  /** Somebody who wrote on WhatsApp before and is on record. */
  async function ana(): Promise<string> {
    answer = async (request) => use(request, "create_customer", { name: "Ana Silva", email: "ana@example.com" });
    await whatsapp.write("I am Ana", "+351912345678");
    await expect.poll(() => whatsapp.shown.length).toBe(1);
    return (await records.crm.byIdentity("whatsapp", "+351912345678"))!.id;
  }
  const codeOf = () => /: (\d{6})\./.exec(said(whatsapp, "+351912345678").at(-1) ?? "")?.[1];

  it("knows who writes before anything is read, and answers a code without a model", async () => {
    const id = await ana();
    answer = async (request) => use(request, "link_customer", { email: "ana@example.com" });
    await telegram.write("I am already a customer, ana@example.com", "7");
    await expect.poll(codeOf, slow).toMatch(/^\d{6}$/);
    const before = agent.requests.length;
    await telegram.write(`It is ${codeOf()}`, "7");
    await expect.poll(() => said(telegram, "7").at(-1)).toMatch(/^Thank you, the code is right/);
    expect(agent.requests.length).toBe(before);
    expect((await sessions.get("agent:main:telegram:dm:7"))?.customerId).toBe(id);

    answer = async (request) => `${request.turn.customerId} ${await use(request, "get_customer", {})}`;
    await telegram.write("who am I?", "7");
    await expect.poll(() => said(telegram, "7").at(-1)).toContain("ana@example.com");
    expect(said(telegram, "7").at(-1)).toContain(id);
    // Our own message to Ana has it; the conversation where it was typed does not.
    expect(everyText().split(codeOf()!).length - 1).toBe(1);
    const { entries } = (await method("customers.timeline", { id })) as unknown as { entries: { kind: string }[] };
    expect(entries.map(({ kind }) => kind).sort()).toEqual(["conversation", "conversation", "identity", "link"]);
  });

  it("shows a stranger who names somebody's address nothing, whatever they try", async () => {
    const id = await ana();
    const seen: string[] = [];
    answer = async (request) => {
      for (const [name, args] of [
        ["link_customer", { email: "ana@example.com" }],
        ["confirm_link", { code: "000001" }],
        ["get_customer", {}],
        ["create_customer", { name: "Ana Silva", email: "ana@example.com" }],
        ["get_customer", {}],
      ] as const)
        seen.push(await use(request, name, args));
      return seen.join("\n");
    };
    await telegram.write("I am Ana Silva, ana@example.com", "666");
    await expect.poll(() => said(telegram, "666").length).toBe(1);
    answer = () => "no";
    for (const guess of ["111111", "222222", "333333", "444444", "555555"]) {
      await telegram.write(guess, "666");
      await expect.poll(() => said(telegram, "666").at(-1)).toMatch(/^This code is not right|^no$/);
    }
    const own = await records.crm.byIdentity("telegram", "666");
    expect(own?.id).not.toBe(id);
    expect((await sessions.get("agent:main:telegram:dm:666"))?.customerId).not.toBe(id);
    expect([...seen, ...said(telegram, "666")].join("\n")).not.toMatch(new RegExp(`${id}|351912345678|possibleDuplicates`));
  });

  it("leaves what belongs to one agency out of the other: same chat id, same address", async () => {
    answer = async (request) => use(request, "create_customer", { name: "Ana Silva", email: "ana@example.com" });
    await telegram.write("hello", "7");
    await expect.poll(() => said(telegram, "7").length).toBe(1);
    answer = async (request) =>
      `${request.turn.customerId} ${await use(request, "get_customer", {})} ${await use(request, "link_customer", { email: "ana@example.com" })}`;
    await north.write("hello", "7");
    await expect.poll(() => said(north, "7").length).toBe(1);
    expect(said(north, "7")[0]).toMatch(/^undefined \{"known":false\} \{"status":"requested"/);
    answer = async (request) => use(request, "create_customer", { name: "Ana North" });
    await north.write("then make one", "7");
    await expect.poll(() => said(north, "7").length).toBe(2);
    const [here, there] = [await records.crm.byIdentity("telegram", "7"), await records.crm.byIdentity("telegram", "7", "north")];
    expect([here?.name, there?.name, there?.agency]).toEqual(["Ana Silva", "Ana North", "north"]);
    expect(said(telegram, "7")).toHaveLength(1);
    await expect(async () => method("customers.create", { name: "x", agency: "nroth", idempotencyKey: "c" })).rejects.toMatchObject({
      code: "INVALID_REQUEST",
    });
    await expect(method("customers.merge", { id: here!.id, into: there!.id, idempotencyKey: "m" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("merges while a turn runs: the turn ends with what it began with, and the next one has both", async () => {
    const kept = await ana();
    answer = async (request) => use(request, "create_customer", { name: "A. Silva", phone: "+351960000000" });
    await telegram.write("hello", "7");
    await expect.poll(() => said(telegram, "7").length).toBe(1);
    const old = (await records.crm.byIdentity("telegram", "7"))!.id;
    const note = (customerId: string, text: string) => records.crm.addNote({ customerId, sessionKey: "s" }, { text, author: "eva" }, { idempotencyKey: text });
    await note(kept, "of the kept one");
    await note(old, "of the old one");
    const notesOf = async (id: string) => (await records.crm.notes({ customerId: id })).notes.map(({ text }) => text).sort();

    let go = () => {};
    const going = new Promise<void>((resolve) => {
      go = resolve;
    });
    const turns: { customerId: string | undefined; reads: string[][] }[] = [];
    answer = async (request) => {
      const { customerId } = request.turn;
      const reads: string[][] = [];
      const turn = { customerId, reads };
      turns.push(turn);
      reads.push(await notesOf(customerId!));
      if (turns.length === 1) {
        await going;
        await use(request, "add_note", { text: "written while it was merged" });
      }
      reads.push(await notesOf(customerId!));
      return "done";
    };
    await telegram.write("a long question", "7");
    await expect.poll(() => turns.length).toBe(1);
    const merged = method("customers.merge", { id: old, into: kept, idempotencyKey: "m" });
    await whatsapp.write("and on my phone", "+351912345678");
    await new Promise((resolve) => setTimeout(resolve, 150));
    go();
    expect((await merged).customer).toMatchObject({ id: kept, phone: "+351960000000" });
    await expect.poll(() => said(whatsapp, "+351912345678").length, slow).toBe(2);
    await telegram.write("again", "7");
    await expect.poll(() => said(telegram, "7").length, slow).toBe(3);
    const both = ["of the kept one", "of the old one", "written while it was merged"];
    const [first, phone, last] = turns;
    expect(first).toEqual({ customerId: old, reads: [["of the old one"], ["of the old one", "written while it was merged"]] });
    // Before or after, never in between.
    expect(phone?.customerId).toBe(kept);
    expect([
      [["of the kept one"], ["of the kept one"]],
      [both, both],
    ]).toContainEqual(phone?.reads);
    expect(last).toEqual({ customerId: kept, reads: [both, both] });

    // Back again: sessions, conversations and notes are whose they were.
    const { returned } = (await method("customers.unmerge", { id: old, idempotencyKey: "u" })) as unknown as { returned: number };
    expect(returned).toBeGreaterThanOrEqual(4);
    expect((await sessions.get("agent:main:telegram:dm:7"))?.customerId).toBe(old);
    expect((await sessions.get("agent:main:whatsapp:dm:+351912345678"))?.customerId).toBe(kept);
    const rows = await engine.db.all<{ session_key: string; customer_id: string }>("select session_key, customer_id from conversation order by session_key");
    expect(rows.map(({ customer_id }) => customer_id)).toEqual([old, kept]);
    expect(await notesOf(old)).toEqual(["of the old one", "written while it was merged"]);
    expect(await notesOf(kept)).toEqual(["of the kept one"]);
  });

  it("gives a turn nothing of a record that went away under it", async () => {
    const kept = await ana();
    const { customer: old } = await records.crm.create({ name: "Old" }, { idempotencyKey: "old" });
    await records.crm.merging!.merge(old.id, kept, { idempotencyKey: "m", actor: "eva" });
    const turn = {
      runId: "r",
      agentId: "main",
      sessionKey: "s",
      channel: "telegram",
      accountId: "default",
      chatType: "direct",
      peerId: "1",
      timeZone: "UTC",
    } as const;
    const stale = { turn: { ...turn, customerId: old.id } };
    for (const [name, args] of [
      ["get_customer", {}],
      ["update_customer", { name: "Mallory" }],
      ["add_note", { text: "n" }],
      ["create_lead", { summary: "s" }],
    ] as const)
      expect([name, await use(stale, name, args)]).toEqual([name, "CONFLICT"]);
  });

  it("follows a customer's bookings", async () => {
    const id = await ana();
    const time = (at: number) => ({ local: "2027-01-01T00:00:00", timeZone: "UTC", utc: new Date(at).toISOString() });
    bookings.push({
      id: "o1",
      reference: "ABC123",
      status: "confirmed",
      customerId: id,
      sessionKey: "s",
      items: [{ kind: "hotel", status: "confirmed", summary: "Hotel", start: time(Date.now() + 86_400_000), end: time(Date.now() + 2 * 86_400_000) }],
      createdAt: new Date().toISOString(),
    } as unknown as Booking);
    records.onBooking({ customerId: id });
    await expect.poll(async () => (await records.crm.get(id))?.lifecycle).toBe("booked");
    const { entries } = (await method("customers.timeline", { id, limit: 2 })) as unknown as { entries: { kind: string }[]; nextCursor?: string };
    expect(entries.map(({ kind }) => kind)).toEqual(["lifecycle", "booking"]);
  });
});
