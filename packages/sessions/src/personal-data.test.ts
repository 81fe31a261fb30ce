import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@travelagent/engine";
import { fakeClock, personalDataContract } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { fileTranscripts } from "./file-transcripts.ts";
import { type SaidInGroup, transcriptPersonalData } from "./personal-data.ts";
import { createSessions } from "./sessions.ts";

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

async function open(saidInGroups?: () => Promise<SaidInGroup[]>) {
  const directory = mkdtempSync(join(tmpdir(), "transcripts-"));
  const db = openDatabase({ path: ":memory:" });
  const clock = fakeClock();
  const sessions = createSessions({ db, transcripts: fileTranscripts({ directory, clock }), clock });
  const say = (key: string, id: string, content: string, messageId = id) =>
    sessions.append(key, [{ id, message: { role: "user", content, timestamp: 1, messageId } }]);
  for (const [index, { customerIds, sessionKeys, identities }] of [mine, other].entries()) {
    const key = sessionKeys[0]!;
    await sessions.ensure(key, {
      customerId: customerIds[0]!,
      channel: "whatsapp",
      peerId: identities[0]!.peerId,
      chatType: "direct",
      displayName: `Person Number${index}`,
    });
    await say(key, `e${index}`, `before the reset word${index}`);
    await sessions.reset(key);
    await say(key, `f${index}`, `after it word${index}`);
    await sessions.spill(key, "long", `a long text word${index}`);
    await sessions.archive(key);
    await sessions.ensure(key, { customerId: customerIds[0]!, channel: "whatsapp", peerId: identities[0]!.peerId, chatType: "direct" });
    await say(key, `h${index}`, `once more word${index}`);
  }
  await sessions.ensure(group, { channel: "whatsapp", peerId: "g1", chatType: "group" });
  await say(group, "m1", "Ana: I need the word0 room\nRui: And I the word1 room", "run1");
  await say(group, "m2", "nothing about anybody");
  const store = transcriptPersonalData({ db, sessions, directory, ...(saidInGroups ? { saidInGroups } : {}) });
  const close = async () => {
    await db.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { directory, db, sessions, store, close };
}

personalDataContract({ describe, it, expect }, "transcripts", async () => {
  const { store, db, close } = await open();
  const said = ["before the reset word0", "after it word0", "a long text word0", "once more word0"];
  return { store, mine, other, said, saidByOther: ["word1"], transaction: db.transaction.bind(db), close };
});

describe("transcripts of a person", () => {
  it("are found by whose they are, and by who wrote, also when the conversation is gone from the index", async () => {
    const { store, sessions, close } = await open();
    const nothing = { customerIds: [], sessionKeys: [], bookingIds: [], identities: [], identifiers: [] };
    expect((await store.discover!({ ...nothing, customerIds: ["cus_1"] })).sessionKeys).toEqual(mine.sessionKeys);
    await sessions.archive(mine.sessionKeys[0]!);
    expect((await store.discover!({ ...nothing, customerIds: ["cus_1"] })).sessionKeys).toEqual([]);
    expect((await store.discover!({ ...nothing, identities: mine.identities })).sessionKeys).toEqual(mine.sessionKeys);
    await close();
  });

  it("are those of one agency, by the account in the key or by the agency before a linked person", async () => {
    const { db, sessions, directory, close } = await open();
    const agencyOf = ({ accountId }: { accountId: string }) => (accountId === "north" ? "north" : undefined);
    const store = transcriptPersonalData({ db, sessions, directory, agencyOf });
    const keys = [
      ["agent:main:whatsapp:dm:+1", "agent:main:dm:+1", "agent:main:whatsapp:south:dm:+1"],
      ["agent:main:whatsapp:north:dm:+1", "agent:main:dm:north/+1"],
    ] as const;
    for (const key of keys.flat()) await sessions.ensure(key, { chatType: "direct" });
    const nothing = { customerIds: [], sessionKeys: [], bookingIds: [], identifiers: [] };
    const found = async (identity: { agency?: string }) =>
      (await store.discover!({ ...nothing, identities: [{ channel: "whatsapp", peerId: "+1", ...identity }] })).sessionKeys!.toSorted();
    expect(await found({})).toEqual([...keys[0]].sort());
    expect(await found({ agency: "north" })).toEqual([...keys[1]].sort());
    const there = { customerId: "cus_9", channel: "whatsapp", accountId: "north", peerId: "+2", chatType: "direct" } as const;
    await sessions.ensure("agent:main:whatsapp:north:dm:+2", there);
    expect((await store.discover!({ ...nothing, customerIds: ["cus_9"], identities: [] })).identities).toEqual([
      { channel: "whatsapp", peerId: "+2", agency: "north" },
    ]);
    await close();
  });

  it("lose the person's words and name in a group, and nobody else's", async () => {
    const { store, sessions, directory, close } = await open(async () => [
      { sessionKey: group, messageIds: ["g0", "run1"], text: "I need the word0 room", name: "Ana" },
    ]);
    const request = { reason: "asked", now: 0, signal: new AbortController().signal };
    await store.erase(mine, request);
    const [first, second] = await sessions.history(group);
    expect(first).toMatchObject({ id: "m1", message: { content: "[removed]: [removed]\nRui: And I the word1 room" } });
    expect(second).toMatchObject({ id: "m2", message: { content: "nothing about anybody" } });
    const folder = join(directory, "agents", "main", "sessions");
    expect(readdirSync(folder).filter((name) => name.endsWith(".jsonl") && readFileSync(join(folder, name), "utf8").includes("word0"))).toEqual([]);
    // The conversation goes on in the same file.
    await sessions.append(group, [{ id: "m3", message: { role: "user", content: "later", timestamp: 2, messageId: "m3" } }]);
    expect((await sessions.history(group)).map(({ id }) => id)).toEqual(["m1", "m2", "m3"]);
    expect((await store.erase(mine, request)).removed).toBe(0);
    await close();
  });
});
