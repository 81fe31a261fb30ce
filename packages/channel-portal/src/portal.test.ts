import { type ChannelBench, channelContract, type PlatformMessage } from "@travelagent/channel-kit/testing";
import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import type { Database } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { portalAdapter } from "./adapter.ts";
import { createPortal, type PortalDesk, type PortalRequest, portalAddress, portalPersonalData } from "./index.ts";

const dayMs = 86_400_000;
const databases: Database[] = [];
afterEach(async () => {
  for (const db of databases.splice(0)) await (db as unknown as { close(): Promise<void> }).close();
});

const bytes = (text: string) => new TextEncoder().encode(text);
/** Two customers whose things bear their names. */
const deskOf = (gone: Set<string>, accepted: string[]): PortalDesk => ({
  agency: () => ({ name: "Blue Sky Travel" }),
  customer: async (id) => (["ana", "bo"].includes(id) && !gone.has(id) ? { name: `${id} canary` } : null),
  trips: async (id) => [
    {
      id: `trip-${id}`,
      reference: id.toUpperCase(),
      status: "confirmed",
      total: { amount: "10.00", currency: "EUR" },
      balance: { amount: "0.00", currency: "EUR" },
      items: [],
      travellers: [`${id} canary`],
      papers: ["itinerary"],
    },
  ],
  paper: async (id, tripId, kind) =>
    tripId === `trip-${id}` && kind === "itinerary" ? { name: "trip.pdf", mimeType: "application/pdf", bytes: bytes(id) } : null,
  quotes: async (id) => [{ id: `quote-${id}`, title: `for ${id}`, status: "open", version: 1, expiresAt: "2027-01-02T00:00:00Z", offers: [] }],
  async accept(id, quoteId, offer) {
    if (quoteId !== `quote-${id}`) throw new TravelAgentError("NOT_FOUND", "there is no such quote");
    accepted.push(`${id}:${offer}`);
  },
});

async function open() {
  const db = await testDatabase();
  databases.push(db);
  const clock = fakeClock("2027-01-01T10:00:00Z");
  const gone = new Set<string>();
  const accepted: string[] = [];
  const told: { sessionKey: string; text: string }[] = [];
  const opened: string[] = [];
  const portal = createPortal({
    db,
    clock,
    desk: deskOf(gone, accepted),
    hub: { deliver: async () => undefined, delivered: async () => true },
    secret: "s".repeat(32),
    pageUrl: () => "https://travel.example/portal",
    sessionKeyOf: ({ peerId }) => `agent:main:portal:dm:${peerId}`,
    onOpened: async ({ customerId, sessionKey }) => void opened.push(`${customerId} ${sessionKey}`),
    tell: async ({ sessionKey, text }) => void told.push({ sessionKey, text }),
  });
  await portal.migrate();

  const ask = async (method: "GET" | "POST", path: string, { cookie, body }: { cookie?: string | undefined; body?: unknown } = {}) => {
    const route = portal.routes.find(
      (one) => one.method === method && (one.path === path || (one.path.endsWith("/*") && path.startsWith(one.path.slice(0, -1)))),
    );
    if (!route) return { status: 404, code: "NOT_FOUND", text: "", cookie: undefined };
    const request: PortalRequest = {
      url: new URL(`https://travel.example${path}`),
      headers: cookie === undefined ? {} : { cookie: `other=1; ta_portal=${cookie}` },
      peer: { secure: true },
      json: async () => body,
    };
    try {
      const { status = 200, headers = {}, body: text = "" } = await route.handle(request);
      const set = headers["set-cookie"] as string | undefined;
      return { status, headers, text: typeof text === "string" ? text : Buffer.from(text).toString(), cookie: set?.match(/ta_portal=([^;]*)/)?.[1], set };
    } catch (error) {
      if (!TravelAgentError.is(error)) throw error;
      return { status: 0, code: error.code, details: error.details, text: error.message, cookie: undefined };
    }
  };
  const tokenOf = (url: string) => url.split("#")[1]!;
  const enter = async (customerId: string) => {
    const { url } = await portal.invite({ customerId, by: "test", sessionKey: `chat-of-${customerId}` });
    const { cookie } = await ask("POST", "/portal/api/open", { body: { token: tokenOf(url) } });
    return { url, token: tokenOf(url), cookie: cookie! };
  };
  return { db, clock, portal, gone, accepted, told, opened, ask, enter, tokenOf };
}

channelContract({ describe, it, expect }, "portal", (): ChannelBench => {
  const shown: PlatformMessage[] = [];
  const known = new Set<string>();
  let failure: "refused" | "lost" | undefined;
  return {
    adapter: portalAdapter({
      async deliver(to, id, message) {
        const how = failure;
        failure = undefined;
        if (how === "refused") throw new TravelAgentError("NOT_FOUND", "there is no such account");
        if (!known.has(id)) shown.push({ to, text: message.text });
        known.add(id);
        if (how === "lost") throw new Error("the process was interrupted");
      },
      delivered: async (_, id) => known.has(id),
    }),
    customer: portalAddress("p1"),
    shown: () => shown,
    failNext: (how) => {
      failure = how;
    },
  };
});

describe("a link to the page", () => {
  it("lets one browser in, and shows that customer's things", async () => {
    const { ask, enter, opened } = await open();
    const { cookie, url } = await enter("ana");
    expect(url).toMatch(/^https:\/\/travel\.example\/portal#[\w.-]+$/);
    const home = await ask("GET", "/portal/api/home", { cookie });
    expect(JSON.parse(home.text)).toMatchObject({ agency: { name: "Blue Sky Travel" }, customer: { name: "ana canary" }, trips: [{ reference: "ANA" }] });
    expect(opened).toEqual([expect.stringMatching(/^ana agent:main:portal:dm:p[0-9a-f]{24}$/)]);
  });

  it("sets a cookie that no script reads and no other site sends", async () => {
    const { portal, ask, tokenOf } = await open();
    const { url } = await portal.invite({ customerId: "ana", by: "test" });
    const { set } = await ask("POST", "/portal/api/open", { body: { token: tokenOf(url) } });
    expect(set).toMatch(/^ta_portal=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000; Secure$/);
  });

  it("opens nothing a second time, so that a forwarded one is worth nothing", async () => {
    const { ask, enter } = await open();
    const { token } = await enter("ana");
    expect(await ask("POST", "/portal/api/open", { body: { token } })).toMatchObject({ code: "CONFLICT", details: { renewable: true }, cookie: undefined });
  });

  it("lets in one of two browsers that open it at once", async () => {
    const { portal, ask, tokenOf } = await open();
    const { url } = await portal.invite({ customerId: "ana", by: "test" });
    const both = await Promise.all([1, 2].map(() => ask("POST", "/portal/api/open", { body: { token: tokenOf(url) } })));
    expect(both.filter(({ cookie }) => cookie !== undefined)).toHaveLength(1);
  });

  it("is over after its days", async () => {
    const { portal, ask, tokenOf, clock } = await open();
    const { url, expiresAt } = await portal.invite({ customerId: "ana", by: "test", days: 2 });
    expect(expiresAt).toBe("2027-01-03T10:00:00.000Z");
    await clock.advance(2 * dayMs);
    expect(await ask("POST", "/portal/api/open", { body: { token: tokenOf(url) } })).toMatchObject({ code: "CONFLICT" });
  });

  it("opens nothing with one character changed, whichever it is", async () => {
    const { portal, ask, tokenOf } = await open();
    const token = tokenOf((await portal.invite({ customerId: "ana", by: "test" })).url);
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === "A" ? "B" : "A";
      // The last character of base64 has bits that mean nothing.
      if (at === token.length - 1 || token[at] === ".") continue;
      const answer = await ask("POST", "/portal/api/open", { body: { token: token.slice(0, at) + other + token.slice(at + 1) } });
      expect([at, answer.code]).toEqual([at, "NOT_FOUND"]);
    }
    expect((await ask("POST", "/portal/api/open", { body: { token } })).cookie).toBeDefined();
  });

  it("is not made for somebody who is no customer", async () => {
    const { portal } = await open();
    await expect(portal.invite({ customerId: "carl", by: "test" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("leaves neither token nor cookie in the database", async () => {
    const { db, enter } = await open();
    const { token, cookie } = await enter("ana");
    const rows = JSON.stringify(await Promise.all(["portal_account", "portal_link", "portal_visit"].map((table) => db.all(`select * from ${table}`))));
    expect(rows).not.toContain(cookie);
    expect(rows).not.toContain(token.split(".")[2]);
  });
});

describe("asking for a new link", () => {
  it("sends one to the conversation of the old link, and tells the asker nothing", async () => {
    const { ask, enter, told, clock } = await open();
    const { token } = await enter("ana");
    await clock.advance(11 * 60_000);
    const answer = await ask("POST", "/portal/api/renew", { body: { token } });
    expect([answer.status, answer.text]).toEqual([202, '{"ok":true}']);
    expect(told).toEqual([{ sessionKey: "chat-of-ana", text: expect.stringContaining("https://travel.example/portal#") }]);
    expect((await ask("POST", "/portal/api/renew", { body: { token: "nonsense" } })).text).toBe(answer.text);
  });

  it("sends one in ten minutes, however often somebody asks", async () => {
    const { ask, enter, told, clock } = await open();
    const { token } = await enter("ana");
    await clock.advance(11 * 60_000);
    for (let count = 0; count < 5; count += 1) await ask("POST", "/portal/api/renew", { body: { token } });
    expect(told).toHaveLength(1);
  });
});

describe("isolation", () => {
  it("shows nothing without a cookie, with a made-up one, and after leaving", async () => {
    const { ask, enter } = await open();
    const { cookie } = await enter("ana");
    const addresses = ["/portal/api/home", "/portal/api/trips/trip-ana/itinerary"];
    for (const path of addresses)
      for (const wrong of [undefined, "", "x".repeat(43), `${cookie.slice(0, 42)}!`])
        expect((await ask("GET", path, { cookie: wrong })).code).toBe("UNAUTHORIZED");
    await ask("POST", "/portal/api/leave", { cookie });
    for (const path of addresses) expect((await ask("GET", path, { cookie })).code).toBe("UNAUTHORIZED");
  });

  it("gives no paper, quote or trip of another customer", async () => {
    const { ask, enter, accepted } = await open();
    const [ana, bo] = [await enter("ana"), await enter("bo")];
    const seen = (await ask("GET", "/portal/api/home", { cookie: bo.cookie })).text;
    expect(seen).toContain("bo canary");
    expect(seen).not.toMatch(/\bana\b/i);
    expect((await ask("GET", "/portal/api/trips/trip-ana/itinerary", { cookie: bo.cookie })).code).toBe("NOT_FOUND");
    expect((await ask("GET", "/portal/api/trips/trip-bo/itinerary", { cookie: bo.cookie })).text).toBe("bo");
    expect((await ask("POST", "/portal/api/quotes/quote-ana/accept", { cookie: bo.cookie, body: { offer: "o1" } })).code).toBe("NOT_FOUND");
    expect((await ask("POST", "/portal/api/quotes/quote-ana/accept", { cookie: ana.cookie, body: { offer: "o1" } })).status).toBe(200);
    expect(accepted).toEqual(["ana:o1"]);
  });

  it("knows no path below a paper or a quote", async () => {
    const { ask, enter } = await open();
    const { cookie } = await enter("ana");
    for (const path of ["trip-ana", "trip-ana/ledger", "trip-ana/itinerary/more", "..%2Ftrip-ana/itinerary"])
      expect((await ask("GET", `/portal/api/trips/${path}`, { cookie })).code).toBe("NOT_FOUND");
    expect((await ask("POST", "/portal/api/quotes/quote-ana/withdraw", { cookie, body: { offer: "o1" } })).code).toBe("NOT_FOUND");
  });

  it("names the customer of the cookie to the gateway, and ends their connections when the page is closed", async () => {
    const { portal, ask, enter } = await open();
    const { cookie, token } = await enter("ana");
    const guest = await portal.guests.verify(cookie);
    expect(guest).toMatchObject({ name: "ana canary", address: { channel: "portal", peerId: guest!.id }, sessionKey: `agent:main:portal:dm:${guest!.id}` });
    const ended: string[] = [];
    portal.guests.onEnded((id) => void ended.push(id));
    const unopened = await portal.invite({ customerId: "ana", by: "test" });
    expect(await portal.revoke("ana")).toEqual({ links: 1, pages: 1 });
    expect(ended).toEqual([guest!.id]);
    expect(await portal.guests.verify(cookie)).toBe(undefined);
    for (const url of [unopened.url, `x#${token}`])
      expect((await ask("POST", "/portal/api/open", { body: { token: url.split("#")[1] } })).code).toBe("NOT_FOUND");
  });

  it("closes the page of a customer who is gone", async () => {
    const { portal, gone, ask, enter } = await open();
    const { cookie } = await enter("ana");
    gone.add("ana");
    expect((await ask("GET", "/portal/api/home", { cookie })).code).toBe("UNAUTHORIZED");
    expect(await portal.guests.verify(cookie)).toBe(undefined);
  });
});

describe("a page that stays open", () => {
  it("lives on while it is used, and ends when it is not, and after half a year at the latest", async () => {
    const { ask, enter, clock } = await open();
    const { cookie } = await enter("ana");
    for (let days = 0; days < 174; days += 29) {
      await clock.advance(29 * dayMs);
      expect([days, (await ask("GET", "/portal/api/home", { cookie })).status]).toEqual([days, 200]);
    }
    await clock.advance(7 * dayMs);
    expect((await ask("GET", "/portal/api/home", { cookie })).code).toBe("UNAUTHORIZED");
    const other = await enter("bo");
    await clock.advance(30 * dayMs);
    expect((await ask("GET", "/portal/api/home", { cookie: other.cookie })).code).toBe("UNAUTHORIZED");
  });
});

describe("two records that were one for a while", () => {
  it("share no page afterwards: what was sent or opened meanwhile ends, what was there before stays", async () => {
    const { db, ask, enter, portal, clock, tokenOf } = await open();
    const [ana, bo] = [await enter("ana"), await enter("bo")];
    await clock.advance(1_000);
    const since = clock.now();
    const ended: string[] = [];
    const store = portalPersonalData(db, (ids) => void ended.push(...ids));
    const moved = await db.transaction((tx) => store.reassign!({ from: "ana", to: "bo" }, tx));
    const meanwhile = await enter("bo");
    const { url } = await portal.invite({ customerId: "bo", by: "eva" });
    await db.transaction(async (tx) => {
      await store.reassign!({ from: "bo", to: "ana", only: moved }, tx);
      await store.parted!({ customerIds: ["ana", "bo"], since }, tx);
    });
    expect((await ask("GET", "/portal/api/home", { cookie: meanwhile.cookie })).code).toBe("UNAUTHORIZED");
    expect((await ask("POST", "/portal/api/open", { body: { token: tokenOf(url) } })).code).toBe("NOT_FOUND");
    expect(ended).toHaveLength(1);
    for (const [name, { cookie }] of [
      ["ana canary", ana],
      ["bo canary", bo],
    ] as const)
      expect(JSON.parse((await ask("GET", "/portal/api/home", { cookie })).text).customer.name).toBe(name);
  });
});

describe("what is known about a person", () => {
  it("is told, handed over and back, and erased, and nothing of others", async () => {
    const { db, ask, enter } = await open();
    const [ana, bo] = [await enter("ana"), await enter("bo")];
    const store = portalPersonalData(db);
    const subject = (customerId: string) => ({ customerIds: [customerId], sessionKeys: [], bookingIds: [], identities: [], identifiers: [] });
    const exported = async (customerId: string) => {
      const files = [];
      for await (const one of store.export(subject(customerId), new AbortController().signal)) files.push(one);
      return files;
    };
    expect(await exported("ana")).toHaveLength(1);
    const moved = await db.transaction((tx) => store.reassign!({ from: "ana", to: "bo" }, tx));
    expect(JSON.parse((await ask("GET", "/portal/api/home", { cookie: ana.cookie })).text).customer.name).toBe("bo canary");
    expect(await db.transaction((tx) => store.reassign!({ from: "bo", to: "ana", only: moved }, tx))).toEqual(moved);
    expect(JSON.parse((await ask("GET", "/portal/api/home", { cookie: bo.cookie })).text).customer.name).toBe("bo canary");
    const before = await exported("bo");
    const request = { reason: "asked", now: 0, signal: new AbortController().signal };
    expect((await store.erase(subject("ana"), request)).removed).toBe(3);
    expect((await store.erase(subject("ana"), request)).removed).toBe(0);
    expect(await exported("ana")).toEqual([]);
    expect(await exported("bo")).toEqual(before);
    expect((await ask("GET", "/portal/api/home", { cookie: ana.cookie })).code).toBe("UNAUTHORIZED");
  });
});
