import { openDatabase } from "@travelagent/engine";
import type { DataSubject } from "@travelagent/protocol/personal-data";
import { personalDataContract } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { emailPersonalData } from "./index.ts";
import { createKnownMails } from "./known-mail.ts";
import { tables, tablesOwner } from "./tables.ts";

const subject = (peerId: string): DataSubject => ({
  customerIds: [],
  sessionKeys: [],
  bookingIds: [],
  identities: [{ channel: "email", peerId }],
  identifiers: [],
});

async function filled() {
  const db = openDatabase({ path: ":memory:" });
  await db.migrate(tablesOwner, tables);
  const known = createKnownMails(db, "default");
  const mail = (messageId: string, peerId: string, subjectLine: string) =>
    db.transaction((tx) =>
      known.put(tx, { messageId, peerId, threadId: "t1", direction: "in", state: "done", subject: subjectLine, parents: [], at: 1_800_000_000_000 }),
    );
  await mail("<1@example.com>", "ana_s@example.com", "Honeymoon in Lisbon");
  await mail("<2@example.com>", "unverified:t2:ana_s@example.com", "Refund for Lisbon");
  await mail("<3@example.com>", "anaxs@example.com", "Porto by train");
  return db;
}

personalDataContract({ describe, it, expect }, "mail", async () => {
  const db = await filled();
  return {
    store: emailPersonalData(db),
    mine: subject("ana_s@example.com"),
    other: subject("anaxs@example.com"),
    said: ["Honeymoon in Lisbon"],
    saidByOther: ["Porto by train"],
    close: () => db.close(),
  };
});

describe("mail in somebody's name", () => {
  it("is not told to whoever wrote it in that name, nor to the one it names, and goes with both", async () => {
    const db = await filled();
    const store = emailPersonalData(db);
    const told = async (peerId: string) => {
      const texts: string[] = [];
      for await (const { content } of store.export(subject(peerId), new AbortController().signal)) texts.push(JSON.stringify(content));
      return texts.join("\n");
    };
    expect(await told("unverified:t2:ana_s@example.com")).not.toContain("Honeymoon");
    expect(await told("ana_s@example.com")).not.toContain("Refund");
    const { removed } = await store.erase(subject("ana_s@example.com"), { reason: "asked", now: 0, signal: new AbortController().signal });
    expect(removed).toBe(2);
    await db.close();
  });
});

describe("mail of another agency", () => {
  it("is somebody else's", async () => {
    const db = await filled();
    const store = emailPersonalData(db, () => "second");
    const erased = await store.erase(subject("ana_s@example.com"), { reason: "asked", now: 0, signal: new AbortController().signal });
    expect(erased.removed).toBe(0);
    await db.close();
  });
});
