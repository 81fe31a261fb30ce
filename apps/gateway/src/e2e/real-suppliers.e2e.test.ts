import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { openDatabase } from "@travelagent/engine";
import { type Fleet, openWorld, type Simulator, startFleet } from "@travelagent/tools-booking/simulators";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answers, answerTo, chromiumPath, faintTexts, newPerson, openBrowser, unnamedControls, write } from "../testing/browser.ts";
import { type Reply, type Talk, talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { card, day } from "../testing/journeys.ts";

const token = "a-token-of-this-test-that-is-long-enough";

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

async function until(what: string, happened: () => Promise<boolean> | boolean, withinMs = 20_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await happened())) {
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The gateway as a process that dies, Duffel's and Stripe's simulators as a world outside that does not. */
describe("a flight at Duffel, paid at Stripe", () => {
  const state = temporaryState();
  const db = openDatabase({ path: ":memory:" });
  let port: number;
  let fleet: Fleet;
  let duffel: Simulator;
  let stripe: Simulator;
  let gateway: GatewayProcess;

  const start = async () => {
    gateway = await startGateway({ stateDir: state.path, port, env: { TRAVELAGENT_GATEWAY_TOKEN: token } });
  };
  beforeAll(async () => {
    port = await freePort();
    fleet = await startFleet({ world: await openWorld({ db }), vendors: ["duffel", "stripe"], gatewayUrl: `http://127.0.0.1:${port}` });
    [duffel, stripe] = fleet.simulators as [Simulator, Simulator];
    const config = { suppliers: { sandbox: { enabled: false }, ...fleet.config.suppliers }, payments: { provider: "stripe", ...fleet.config.payments } };
    writeFileSync(join(state.path, "travelagent.json"), JSON.stringify(config), { mode: 0o600 });
    await start();
  });
  afterAll(async () => {
    await gateway?.stop();
    await fleet?.close();
    await db.close();
    state.remove();
  });

  const customer = (name: string) => talk({ url: `http://127.0.0.1:${port}`, token, sessionKey: `agent:main:${name}` });
  const choose = async (ana: Talk, days: number): Promise<Reply> => {
    const { offers } = card(await ana.say(`Flights from Barcelona to Frankfurt on ${day(days)} for one adult, one way`), "offers");
    await ana.say(String(offers[0]!.number));
    return ana.say(`Ana Silva, female, born 5 April 1988, ${ana.sessionKey.split(":").at(-1)}@example.com, +351910000000`);
  };
  const yes = (ana: Talk, question: Reply): Promise<Reply> =>
    ana.say("Yes, confirm", { action: { type: "confirm", id: card(question, "confirmation").confirmationId }, timeoutMs: 60_000 });
  const pay = (url: string) => fetch(url, { method: "POST", body: new URLSearchParams({ action: "pay" }), redirect: "manual" });
  const bookingOf = async (ana: Talk, reference: string) =>
    (await ana.client.call("bookings.list", { limit: 100 })).bookings.find((booking) => booking.reference === reference);
  const webhook = (body: string, secret: string) => {
    const stamp = Math.floor(Date.now() / 1000);
    const signature = createHmac("sha256", secret).update(`${stamp}.${body}`).digest("hex");
    return fetch(`http://127.0.0.1:${port}/webhooks/stripe`, { method: "POST", body, headers: { "stripe-signature": `t=${stamp},v1=${signature}` } });
  };

  it("is ordered once and charged once when the process is killed between the order and its reply", async () => {
    const ana = await customer("ana");
    const question = await choose(ana, 60);
    duffel.next({ scenario: "slow", ms: 1500, on: "create-order" });
    const answer = yes(ana, question);
    let asked: Reply | undefined;
    void answer.then((reply) => {
      asked = reply;
    });
    const ordered = () => duffel.requests.some(({ route }) => route === "create-order");
    await until("the order or the payment page", () => ordered() || asked !== undefined);
    if (asked) await pay(card(asked, "booking").booking.payUrl!);
    await until("the order", ordered);
    await gateway.kill();
    await until("what the killed process asked for", async () => (await duffel.ledger()).length === 1);
    await start();
    const { booking } = card(await answer, "booking");
    if (!asked) await pay(booking.payUrl!);
    await until("the ticket", async () => (await bookingOf(ana, booking.reference))?.status === "ticketed");
    const [order, ...others] = await duffel.ledger();
    expect([order?.status, others]).toEqual(["ticketed", []]);
    await until("the capture", async () => (await stripe.ledger()).some(({ net }) => net?.amount === order!.total!.amount));
    expect((await stripe.ledger()).map(({ net }) => net)).toEqual([order!.total]);
    await ana.close();
  });

  it("is ordered once and the customer told once when the process is killed between the payment and its webhook", async () => {
    const ana = await customer("rui");
    const { booking } = card(await yes(ana, await choose(ana, 75)), "booking");
    await stripe.happen("hold-webhooks", "");
    expect((await pay(booking.payUrl!)).status).toBe(303);
    await gateway.kill();
    await start();
    await stripe.happen("deliver-webhooks-twice", "");
    await until("the ticket", async () => (await bookingOf(ana, booking.reference))?.status === "ticketed");
    const told = async () => (await ana.history()).filter(({ role, content }) => role === "assistant" && /ticket/i.test(JSON.stringify(content))).length;
    await until("the news", async () => (await told()) > 0);
    await stripe.happen("deliver-webhooks", "");
    const orders = await duffel.ledger();
    expect(orders).toHaveLength(2);
    await until("the capture", async () => (await stripe.ledger()).filter(({ net }) => net?.amount !== "0.00").length === 2);
    expect((await stripe.ledger()).map(({ net }) => net?.amount).sort()).toEqual(orders.map(({ total }) => total!.amount).sort());
    expect(await told()).toBe(1);
    await ana.close();
  });

  it.skipIf(chromiumPath === undefined)("is chosen on a quote page and paid on the provider's page with the keyboard alone", async () => {
    const browser = await openBrowser();
    try {
      const dark = process.env.TRAVELAGENT_SHOTS_DARK === "1";
      const person = await newPerson(browser, dark ? { colorScheme: "dark" } : {});
      const { page, context, problems } = person;
      const shoot = async (name: string, of = page) => {
        if (process.env.TRAVELAGENT_SHOTS)
          await of.screenshot({ path: join(process.env.TRAVELAGENT_SHOTS, `${name}-${dark ? "dark" : "light"}.png`), fullPage: true });
      };
      await page.goto(`${gateway.url}/chat`);
      await answerTo(page, () => write(page, `Flights from Barcelona to Frankfurt on ${day(90)} for one adult, one way`));
      const { client, close } = await customer("agency");
      const { sessions } = await client.call("sessions.list", { limit: 50 });
      const mine = sessions.find(({ key }) => key.includes("webchat"))!;
      const { messages } = await client.call("chat.history", { sessionKey: mine.key, limit: 20 });
      const offered = messages.flatMap(({ cards = [] }) => cards).find((one) => one.kind === "offers");
      const offerIds = (offered as Extract<typeof offered, { kind: "offers" }>).offers.slice(0, 2).map(({ offerId }) => offerId);
      const made = await client.call("quotes.create", { sessionKey: mine.key, offerIds, title: "Frankfurt in spring", idempotencyKey: "quote-1" });

      const quote = await context.newPage();
      await quote.goto(made.url);
      expect([await unnamedControls({ ...person, page: quote }), await faintTexts(quote)]).toEqual([[], []]);
      await shoot("quote", quote);
      const before = await answers(page).count();
      await quote.keyboard.press("Tab");
      expect(await quote.evaluate<string>("document.activeElement.innerText")).toBe("Accept this offer");
      await quote.keyboard.press("Enter");
      await quote.getByText("Your choice").waitFor();
      expect(await quote.getByRole("button").count()).toBe(0);
      expect(await faintTexts(quote)).toEqual([]);
      await shoot("chosen", quote);
      await quote.close();
      // The agent hears of it and goes on in the conversation.
      await answers(page).nth(before).waitFor();
      await shoot("told");

      let question = answers(page).last();
      if ((await page.locator(".card-confirmation").count()) === 0)
        question = await answerTo(page, () => write(page, "Ana Silva, female, born 5 April 1988, eva@example.com, +351910000000"));
      await shoot("question");
      await answerTo(page, () => question.getByRole("button", { name: "Confirm", exact: true }).press("Enter"));
      await shoot("to-pay");
      const link = page.getByRole("link", { name: /\/pay\// }).last();
      const paying = context.waitForEvent("page");
      await link.press("Enter");
      const payment = await paying;
      await payment.getByRole("button").first().waitFor();
      await shoot("payment", payment);
      await payment.keyboard.press("Tab");
      await payment.keyboard.press("Enter");
      await payment.waitForURL((url) => url.origin === gateway.url);
      await page.getByText("Ticketed").first().waitFor();
      await shoot("ticketed");
      expect(problems).toEqual([]);
      await close();
    } finally {
      await browser.close();
    }
  });

  it("believes no forged webhook, and hears a repeated one once", async () => {
    const body = JSON.stringify({ id: "evt_again", type: "checkout.session.completed", data: { object: { object: "checkout.session", metadata: {} } } });
    expect((await webhook(body, "whsec_of_somebody_else")).status).toBe(401);
    const secret = String(fleet.config.payments.providers.stripe!.webhookSecret);
    const [first, second] = [await webhook(body, secret), await webhook(body, secret)];
    expect([first.status, await first.json()]).toEqual([200, { ok: true }]);
    expect([second.status, await second.json()]).toEqual([200, { ok: true, repeated: true }]);
  });
});
