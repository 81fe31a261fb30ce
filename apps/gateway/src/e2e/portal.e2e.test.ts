import { randomUUID } from "node:crypto";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, composer, faintTexts, newPerson, openBrowser, overflow, type Person, textOf, unnamedControls, write } from "../testing/browser.ts";
import { type Talk, talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { bookFlight, card, day } from "../testing/journeys.ts";
import { openWire, type WireClient } from "../testing/wire-client.ts";

const state = temporaryState();
let gateway: GatewayProcess;
const talks: Talk[] = [];
beforeAll(async () => {
  gateway = await startGateway({ stateDir: state.path });
}, 20_000);
afterAll(async () => {
  for (const each of talks) await each.close();
  await gateway?.stop();
  state.remove();
});

interface Traveller {
  customerId: string;
  reference: string;
  bookingId: string;
  talk: Talk;
}

/** A customer with a booked flight, in a conversation of their own. */
async function traveller(name: string, email: string): Promise<Traveller> {
  const conversation = await talk({ url: gateway.url, token: gateway.token, sessionKey: `agent:main:desk-${name}` });
  talks.push(conversation);
  const booking = await bookFlight(conversation, { from: "Barcelona", to: "Frankfurt", date: day(40), email });
  return { customerId: booking.customerId, reference: booking.reference, bookingId: booking.id, talk: conversation };
}
const invite = async ({ customerId, talk: { client } }: Traveller, conversationId?: string): Promise<string> =>
  (await client.call("portal.invite", { customerId, idempotencyKey: randomUUID(), ...(conversationId ? { conversationId } : {}) })).url;

const post = (path: string, body: unknown, cookie?: string) =>
  fetch(`${gateway.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-travelagent-csrf": "1", origin: gateway.url, ...(cookie ? { cookie } : {}) },
    body: JSON.stringify(body),
  });
const read = (path: string, cookie: string) => fetch(`${gateway.url}${path}`, { headers: { cookie } });
/** Opens a link without a browser. */
async function enter(link: string): Promise<string> {
  const answer = await post("/portal/api/open", { token: link.split("#")[1] });
  expect(answer.status).toBe(200);
  return answer.headers.get("set-cookie")!.split(";")[0]!;
}

async function connect(cookie: string): Promise<{ wire: WireClient; sessionKey: string }> {
  const wire = await openWire(gateway.url, { headers: { cookie }, origin: gateway.url });
  const hello = await wire.ask("connect", {
    minProtocol: 3,
    maxProtocol: 4,
    role: "visitor",
    client: { id: "webchat-ui", version: "1", platform: "web", mode: "portal" },
  });
  expect(hello.error).toBeUndefined();
  return { wire, sessionKey: (hello.payload!.snapshot as { sessionDefaults: { mainSessionKey: string } }).sessionDefaults.mainSessionKey };
}

describe("the portal of two customers", { timeout: 60_000 }, () => {
  let ana: Traveller;
  let bo: Traveller;
  beforeAll(async () => {
    [ana, bo] = await Promise.all([traveller("ana", "ana.silva@example.com"), traveller("bo", "bo.li@example.com")]);
    expect(ana.customerId).not.toBe(bo.customerId);
  }, 40_000);

  it("gives each their own trips, papers and quotes, and never the other's", async () => {
    const [anaCookie, boCookie] = await Promise.all([ana, bo].map(async (one) => enter(await invite(one))));
    const home = await (await read("/portal/api/home", anaCookie!)).text();
    expect(home).toContain(ana.reference);
    for (const theirs of [bo.reference, bo.bookingId, bo.customerId, ana.customerId]) expect(home).not.toContain(theirs);
    const pdf = await read(`/portal/api/trips/${ana.bookingId}/itinerary`, anaCookie!);
    expect([
      pdf.status,
      pdf.headers.get("content-type"),
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ]).toEqual([200, "application/pdf", "%PDF-"]);
    for (const kind of ["itinerary", "calendar", "invoice"]) expect((await read(`/portal/api/trips/${ana.bookingId}/${kind}`, boCookie!)).status).toBe(404);
    for (const path of ["home", `trips/${ana.bookingId}/itinerary`]) {
      expect((await fetch(`${gateway.url}/portal/api/${path}`)).status).toBe(401);
      expect((await read(`/portal/api/${path}`, `${boCookie}x`)).status).toBe(401);
    }
  });

  it("keeps their conversations apart, and ends them when the page is closed", async () => {
    const cookies = await Promise.all([ana, bo].map(async (one) => enter(await invite(one))));
    const [own, other] = await Promise.all(cookies.map(connect));
    expect(own!.sessionKey).not.toBe(other!.sessionKey);
    const secret = `canary-${randomUUID()}`;
    const sent = await own!.wire.ask("chat.send", {
      sessionKey: own!.sessionKey,
      message: `My reference is ${ana.reference}. ${secret}`,
      idempotencyKey: "k1",
    });
    expect(sent.ok).toBe(true);
    for (const [method, params] of Object.entries({ "chat.history": {}, "chat.abort": {}, "chat.send": { message: "hello", idempotencyKey: "k2" } }))
      expect((await other!.wire.ask(method, { sessionKey: own!.sessionKey, ...params })).error).toMatchObject({ code: "FORBIDDEN" });
    expect((await other!.wire.ask("bookings.list", {})).ok).toBe(false);
    await ana.talk.client.call("agent.wait", { runId: sent.payload!.runId as string, timeoutMs: 20_000 });
    // The conversation belongs to the customer from its first message on.
    const { conversations } = await ana.talk.client.call("conversations.list", { channel: "portal" });
    expect(conversations.find(({ id }) => id === own!.sessionKey)).toMatchObject({ customerId: ana.customerId });
    expect(JSON.stringify(other!.wire.frames)).not.toContain(secret);
    expect(await ana.talk.client.call("portal.revoke", { customerId: ana.customerId })).toMatchObject({ pages: 2 });
    await own!.wire.closed;
    expect((await read("/portal/api/home", cookies[0]!)).status).toBe(401);
    expect((await read("/portal/api/home", cookies[1]!)).status).toBe(200);
    other!.wire.end();
  });

  it("sends a link into a conversation of that customer and into no other", async () => {
    const url = await invite(ana, ana.talk.sessionKey);
    await expect.poll(async () => JSON.stringify(await ana.talk.history())).toContain(url);
    await expect(invite(bo, ana.talk.sessionKey)).rejects.toMatchObject({ code: "SCOPE_VIOLATION" });
  });

  it("survives kill -9: who was let in stays, a used link stays used", async () => {
    const link = await invite(bo);
    const cookie = await enter(link);
    await gateway.kill();
    gateway = await startGateway({ stateDir: state.path, port: gateway.port });
    expect((await read("/portal/api/home", cookie)).status).toBe(200);
    expect((await post("/portal/api/open", { token: link.split("#")[1] })).status).toBe(409);
  });

  describe.skipIf(!chromiumPath)("in a browser", () => {
    let browser: Browser;
    let person: Person;
    beforeAll(async () => {
      browser = await openBrowser();
      person = await newPerson(browser, { viewport: { width: 390, height: 844 } });
    }, 20_000);
    afterAll(() => browser?.close());

    it("opens by a press, shows the trip, takes a choice and answers a message", async () => {
      const { page } = person;
      const found = card(await bo.talk.say(`Flights from Barcelona to Lisbon on ${day(50)} for one adult, one way`), "offers");
      await bo.talk.client.call("quotes.create", {
        sessionKey: bo.talk.sessionKey,
        offerIds: found.offers.slice(0, 2).map(({ offerId }) => offerId),
        title: "Lisbon in spring",
        idempotencyKey: randomUUID(),
      });
      await page.goto(await invite(bo));
      await page.getByRole("button", { name: "Open my page" }).click();
      await page.getByRole("heading", { name: `Booking ${bo.reference}` }).waitFor();
      expect(new URL(page.url()).hash).toBe("#trips");
      expect(await overflow(page)).toBe(0);
      expect(await unnamedControls(person)).toEqual([]);
      expect(await faintTexts(page)).toEqual([]);

      await page.getByRole("link", { name: /^Quotes/ }).click();
      const quote = page.getByRole("article", { name: "Lisbon in spring" });
      await quote
        .getByRole("button", { name: /^Choose this/ })
        .first()
        .click();
      await quote.getByText("Your choice", { exact: true }).waitFor();
      expect(await textOf(quote)).toContain("Nothing is booked before you have said yes");

      await page.getByRole("link", { name: /^Messages/ }).click();
      await composer(page).waitFor();
      await write(page, "What is the status of my booking?");
      await page.locator(".message.from-agent:not([aria-busy=true])").last().waitFor();
      await expect.poll(() => textOf(page.locator(".thread"))).toContain(bo.reference);
      expect(await overflow(page)).toBe(0);
      expect(person.problems).toEqual([]);
    });

    it("opens again where it was opened, and offers a new link elsewhere", async () => {
      const link = await invite(bo);
      const stranger = await newPerson(browser);
      const { page } = stranger;
      await page.goto(link);
      await page.getByRole("button", { name: "Open my page" }).click();
      await page.getByRole("heading", { name: `Booking ${bo.reference}` }).waitFor();
      await page.goto("about:blank");
      await page.goto(link);
      await page.getByRole("button", { name: "Open my page" }).click();
      await page.getByRole("heading", { name: `Booking ${bo.reference}` }).waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByText("Open it with the link that the agency sent you").waitFor();
      await page.goto("about:blank");
      await page.goto(link);
      await page.getByRole("button", { name: "Open my page" }).click();
      await page.getByRole("alert").waitFor();
      expect(await textOf(page.getByRole("alert"))).toContain("opened in another browser");
      await stranger.context.close();
    });
  });
});
