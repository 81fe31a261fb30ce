import { openDatabase } from "@travelagent/engine";
import type { DataSubject } from "@travelagent/protocol/personal-data";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, expect, it } from "vitest";
import { whatsappPersonalData } from "./personal-data.ts";
import { createSends } from "./sends.ts";

const db = openDatabase({ path: ":memory:" });
afterEach(() => db.close());
const { signal } = new AbortController();
const person = (peerId: string, agency?: string): DataSubject => ({
  customerIds: [],
  sessionKeys: [],
  bookingIds: [],
  identities: [{ channel: "whatsapp", peerId, ...(agency === undefined ? {} : { agency }) }],
  identifiers: [],
});

it("tells and forgets what was sent to one person by one agency, and nothing of others", async () => {
  const accounts = [
    { accountId: "default", agency: undefined },
    { accountId: "north", agency: "north" },
  ];
  const agencyOf = ({ accountId }: { accountId: string }) => accounts.find((one) => one.accountId === accountId)?.agency;
  const stores = accounts.map(({ accountId }) => whatsappPersonalData({ db, accountId, agencyOf }));
  for (const { accountId } of accounts) {
    const sends = createSends({ db, accountId, clock: fakeClock() });
    await sends.migrate();
    for (const peerId of ["+34600111222", "+34600111333"]) {
      await sends.begin({ sendId: `to ${peerId}`, part: 0, parts: 1, peerId });
      await sends.accepted(`to ${peerId}`, 0, `wamid.${peerId}`);
    }
  }
  expect(stores.map(({ name }) => name)).toEqual(["whatsapp", "whatsapp-north"]);
  const told = async (subject: DataSubject) => {
    const files = [];
    for (const store of stores) for await (const { content } of store.export(subject, signal)) files.push(content);
    return files;
  };
  expect(await told(person("+34600111222"))).toEqual([
    [{ to: "+34600111222", message: "wamid.+34600111222", state: "accepted", at: Date.parse("2027-01-15T09:00:00Z") }],
  ]);
  const removed = [];
  for (const store of stores) removed.push((await store.erase(person("+34600111222", "north"), { reason: "asked for", now: 0, signal })).removed);
  expect(removed).toEqual([0, 1]);
  expect((await db.all("select account_id, peer_id from whatsapp_send order by account_id, peer_id")).map((row) => Object.values(row))).toEqual([
    ["default", "+34600111222"],
    ["default", "+34600111333"],
    ["north", "+34600111333"],
  ]);
});
