import { openDatabase } from "@travelagent/engine";
import type { SqlValue } from "@travelagent/protocol/ports";
import { fakeClock, personalDataContract } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { gatewayPersonalData, groupMessagesOf } from "./personal-data.ts";
import { routingMigrations } from "./routing/tables.ts";
import { gatewayMigrations } from "./tables.ts";
import { createUsageLedger } from "./usage/ledger.ts";

const subject = (customerId: string, peerId: string) => ({
  customerIds: [customerId],
  sessionKeys: [`agent:main:whatsapp:dm:${peerId}`],
  bookingIds: [],
  identities: [{ channel: "whatsapp", peerId }],
  identifiers: [],
});
const mine = subject("cus_1", "+34600111222");
const other = subject("cus_2", "+34600111223");
const group = "agent:main:whatsapp:group:g1";

async function open() {
  const db = openDatabase({ path: ":memory:" });
  await db.migrate("gateway", gatewayMigrations);
  await db.migrate("routing", routingMigrations);
  await createUsageLedger({ db, clock: fakeClock() }).migrate();
  const insert = (table: string, row: Record<string, SqlValue>) =>
    db.transaction((tx) =>
      tx.run(
        `insert into ${table} (${Object.keys(row).join(", ")}) values (${Object.keys(row)
          .map(() => "?")
          .join(", ")})`,
        ...Object.values(row),
      ),
    );
  for (const [index, { customerIds, sessionKeys, identities }] of [mine, other].entries()) {
    const [session_key, { peerId }] = [sessionKeys[0]!, identities[0]!];
    const address = { channel: "whatsapp", accountId: "a", chatType: "direct", peerId };
    const from = { senderId: peerId, senderName: `Person Number${index}`, sentAt: 1 };
    const base = { channel: "whatsapp", account_id: "a" };
    const received = { epoch: 1, status: "answered", received_at: 1, ended_at: 2 };
    await insert("inbox", {
      id: `i${index}`,
      ...base,
      external_id: `x${index}`,
      session_key,
      message: JSON.stringify({ address, text: `hello word${index}`, ...from }),
      ...received,
    });
    await insert("inbox", {
      ...{ id: `g${index}`, ...base, external_id: `y${index}`, session_key: group, ...received },
      message: JSON.stringify({ address: { ...address, chatType: "group", peerId: "g1" }, text: `in a group word${index}`, ...from }),
    });
    await insert("outbox", {
      ...{ id: `o${index}`, session_key, ...base, address: JSON.stringify(address), message: JSON.stringify({ text: `answer word${index}` }), author: "agent" },
      ...{ epoch: 1, status: "sent", attempts: 1, next_at: 0, created_at: 1, expires_at: 2, updated_at: 1 },
    });
    await insert("conversation", {
      ...{ session_key, ...base, agent_id: "main", address: JSON.stringify(address), state: "agent", epoch: 1, customer_id: customerIds[0]! },
      ...{ display_name: `Person Number${index}`, unanswered: 0, last_at: 1, preview: `word${index}` },
    });
    await insert("dead_letter", {
      id: `l${index}`,
      kind: "turn",
      state: "open",
      run_id: "r",
      session_key,
      code: "INTERNAL",
      reason: "x",
      preview: `word${index}`,
      at: 1,
    });
    await insert("routing_assignment", { session_key, agent_id: "main", cause: "x", from_agent: "main", at: 1 });
    await insert("routing_handoff", {
      ...{
        id: `h${index}`,
        session_key,
        from_agent: "main",
        to_agent: "sales",
        reason: "x",
        summary: `word${index}`,
        tainted: 0,
        status: "active",
        requested_at: 1,
      },
    });
    await insert("usage_run", {
      ...{ run_id: `u${index}`, session_key, agent_id: "main", provider: "p", model: "m", day: "2027-01-14", at: 1 },
      ...{ input: 5, output: 5, cache_read: 0, cache_write: 0, total: 10 },
    });
  }
  await insert("conversation", {
    ...{ session_key: group, channel: "whatsapp", account_id: "a", agent_id: "main", state: "agent", epoch: 1, customer_id: "cus_1" },
    ...{
      address: JSON.stringify({ channel: "whatsapp", accountId: "a", chatType: "group", peerId: "g1" }),
      display_name: "Family trip",
      unanswered: 0,
      last_at: 1,
    },
  });
  return db;
}

personalDataContract({ describe, it, expect }, "messages", async () => {
  const db = await open();
  return {
    store: gatewayPersonalData({ db }),
    mine,
    other,
    said: ["word0"],
    saidByOther: ["word1"],
    transaction: db.transaction.bind(db),
    close: () => db.close(),
  };
});

describe("messages of a person", () => {
  it("are found from a customer's id, by conversations that are theirs alone", async () => {
    const db = await open();
    expect(await gatewayPersonalData({ db }).discover!({ ...mine, sessionKeys: [], identities: [] })).toEqual({
      sessionKeys: mine.sessionKeys,
      identities: mine.identities,
      identifiers: ["Person Number0"],
    });
    await db.close();
  });

  it("are those of one agency: the same peer at an account of another is somebody else, and is told as such", async () => {
    const db = await open();
    const store = gatewayPersonalData({ db, agencyOf: ({ accountId }) => (accountId === "a" ? "north" : undefined) });
    const { peerId } = mine.identities[0]!;
    const nothing = { customerIds: [], sessionKeys: [], bookingIds: [], identifiers: [] };
    expect(await store.discover!({ ...nothing, identities: mine.identities })).toEqual({ sessionKeys: [], identities: [], identifiers: [], shared: [peerId] });
    const there = [{ ...mine.identities[0]!, agency: "north" }];
    expect(await store.discover!({ ...nothing, identities: there, identifiers: ["+34 600 111 222"] })).toEqual({
      sessionKeys: mine.sessionKeys,
      identities: there,
      identifiers: ["Person Number0"],
    });
    await store.erase({ ...nothing, identities: mine.identities }, { reason: "asked", now: 0, signal: new AbortController().signal });
    expect(await db.all("select id from inbox order by id")).toHaveLength(4);
    await db.close();
  });

  it("leave what others wrote in the group, the group itself, and figures without anybody", async () => {
    const db = await open();
    expect((await groupMessagesOf(db, mine)).map(({ id }) => id)).toEqual(["g0"]);
    await gatewayPersonalData({ db }).erase(mine, { reason: "asked", now: 0, signal: new AbortController().signal });
    expect(await db.all("select id from inbox order by id")).toEqual([{ id: "g1" }, { id: "i1" }]);
    expect(await db.all("select session_key, total from usage_run order by run_id")).toEqual([
      { session_key: "erased", total: 10 },
      { session_key: other.sessionKeys[0], total: 10 },
    ]);
    expect(await db.all("select display_name from conversation order by session_key")).toEqual([
      { display_name: "Person Number1" },
      { display_name: "Family trip" },
    ]);
    await db.close();
  });
});
