import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Talk, talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { bookFlight, card, day } from "../testing/journeys.ts";

const state = temporaryState();
let gateway: GatewayProcess;
let ana: Talk;
const sessionKey = "agent:main:desk-ana";
const key = () => ({ idempotencyKey: randomUUID() });
const open = async (): Promise<void> => {
  gateway = await startGateway({ stateDir: state.path });
  ana = await talk({ url: gateway.url, token: gateway.token, sessionKey });
};
const soon = async <T>(read: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> => {
  for (let turn = 0; turn < 100; turn++) {
    const value = await read();
    if (isThere(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return read();
};
const promises = () => ana.client.call("promises.list", { sessionKey });

beforeAll(async () => {
  writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ templates: { quietHours: { from: "00:00", to: "00:00" } } }));
  mkdirSync(join(state.path, "templates", "one-time-code"), { recursive: true });
  writeFileSync(
    join(state.path, "templates", "one-time-code", "en.md"),
    "---\nkind: one-time-code\nvariables:\n  code: text\n  minutes: count\n---\nOurs: {{code}} for {{minutes | one: # minute | other: # minutes}}\n",
  );
  await open();
}, 30_000);
afterAll(async () => {
  await ana?.close();
  await gateway?.stop();
  state.remove();
});

describe("sales", { timeout: 60_000 }, () => {
  it("moves a lead on with quotes and bookings, and lets nobody accept an old version", async () => {
    const { client } = ana;
    const found = card(await ana.say(`Flights from Barcelona to Lisbon on ${day(50)} for one adult, one way`), "offers");
    const { lead } = await client.call("leads.create", { sessionKey, summary: "Lisbon in spring", ...key() });
    const offerIds = found.offers.slice(0, 2).map(({ offerId }: { offerId: string }) => offerId);
    const first = await client.call("quotes.create", { sessionKey, offerIds, title: "Lisbon", ...key() });
    await soon(
      () => client.call("leads.get", { id: lead.id }),
      ({ lead: { stage } }) => stage === "quoted",
    );
    const second = await client.call("quotes.create", { sessionKey, offerIds, title: "Lisbon, cheaper", supersedes: String(first.quote.id), ...key() });
    expect((await client.call("quotes.list", { sessionKey })).quotes.map(({ version, status }) => [version, status]).toSorted()).toEqual([
      [1, "superseded"],
      [2, "open"],
    ]);
    const old = await fetch(first.url);
    const page = await old.text();
    expect(page).toContain("newer version");
    expect(page).not.toContain(second.url.split("/").at(-1)!);
    const choose = (url: string) =>
      fetch(`${url}/accept`, {
        method: "POST",
        redirect: "manual",
        headers: { "content-type": "application/x-www-form-urlencoded", origin: gateway.url },
        body: new URLSearchParams({ offer: offerIds[0]! }),
      });
    expect((await choose(first.url)).status).toBe(409);
    expect(await (await fetch(second.url)).text()).toContain("Version 2");
    await bookFlight(ana, { from: "Barcelona", to: "Frankfurt", date: day(40), email: "ana.silva@example.com" });
    const { history } = await soon(
      () => client.call("leads.get", { id: lead.id }),
      ({ lead: { stage } }) => stage === "won",
    );
    expect(history.map(({ stage }) => stage)).toEqual(["new", "quoted", "won"]);
  });

  it("writes down what people promise, once, also over a crash", async () => {
    const { client } = ana;
    await client.call("conversations.reply", { conversationId: sessionKey, message: "Thank you! I'll get back to you by tomorrow 5 pm.", ...key() });
    const { promises: made } = await soon(promises, ({ promises: all }) => all.length > 0);
    expect(made.map(({ quote, promisedBy, status, assumed }) => [quote, promisedBy, status, assumed])).toEqual([
      ["I'll get back to you by tomorrow 5 pm.", "operator", "open", false],
    ]);
    await client.call("promises.settle", { id: made[0]!.id, status: "kept", ...key() });
    await client.call("conversations.reply", { conversationId: sessionKey, message: "We'll send you the documents within 2 hours.", ...key() });
    await ana.close();
    await gateway.kill();
    await open();
    const { promises: after } = await soon(promises, ({ promises: all }) => all.length === 2);
    expect(after.map(({ status }) => status).toSorted()).toEqual(["kept", "open"]);
    expect(after.find(({ status }) => status === "open")!.quote).toBe("We'll send you the documents within 2 hours.");
  });

  it("sends templates: the agency's words, once, and nothing to those who do not want it", async () => {
    const { client } = ana;
    expect(await client.call("templates.lint", {})).toMatchObject({ ok: true });
    const code = { name: "one-time-code", sessionKey, id: "code-1", values: { code: "482913", minutes: 10 } };
    expect(await client.call("templates.send", { ...code, ...key() })).toMatchObject({ id: "code-1", status: "sent" });
    expect(await client.call("templates.send", { ...code, ...key() })).toMatchObject({ status: "sent" });
    expect((await ana.history()).filter((message) => JSON.stringify(message).includes("482913"))).toHaveLength(1);
    expect(JSON.stringify(await ana.history())).toContain("Ours: 482913 for 10 minutes");
    await expect(client.call("templates.send", { ...code, id: "code-2", values: { code: "1" }, ...key() })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    const trip = {
      name: "follow-up-after-trip",
      sessionKey,
      id: "trip-1",
      values: { name: "Ana Silva", destination: "Lisbon", url: "https://example.com/trip" },
    };
    expect(await client.call("templates.send", { ...trip, ...key() })).toMatchObject({ status: "refused" });
    expect(JSON.stringify(await ana.history())).not.toContain("welcome back");
  });
});
