import { statSync } from "node:fs";
import { join } from "node:path";
import { openAiServer } from "@travelagent/agent-runtime/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Talk, talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { bookFlight, card, confirm, day } from "../testing/journeys.ts";

describe("a newcomer's gateway, from an empty home", () => {
  const state = temporaryState();
  let gateway: GatewayProcess;
  const talks: Talk[] = [];
  const customer = async (name: string): Promise<Talk> => {
    const opened = await talk({ url: gateway.url, token: gateway.token, sessionKey: `agent:main:${name}` });
    talks.push(opened);
    return opened;
  };

  beforeAll(async () => {
    gateway = await startGateway({ stateDir: state.path });
  }, 30_000);
  afterAll(async () => {
    for (const opened of talks) await opened.close();
    await gateway?.stop();
    state.remove();
  });

  it("keeps its state to its owner", () => {
    for (const name of ["", "data", "credentials", "logs"]) expect(statSync(join(state.path, name)).mode & 0o777).toBe(0o700);
    for (const name of ["gateway.token", "data/travelagent.db", "data/sandbox.db"]) expect(statSync(join(state.path, name)).mode & 0o777).toBe(0o600);
  });

  it("books a flight for two, and cancels it with the penalty shown before", async () => {
    const ana = await customer("ana");
    const booking = await bookFlight(ana, { from: "Barcelona", to: "Frankfurt", date: day(40) });
    expect(booking).toMatchObject({ status: "ticketed", travellers: [{ name: "Ana Silva" }, { name: "Rui Costa" }] });
    expect(booking.items[0]).toMatchObject({ kind: "flight", sandbox: true });

    const question = card(await ana.say("Please cancel my booking"), "confirmation");
    expect(question.title).toContain(booking.reference);
    expect(question.penalty).toBeDefined();
    const still = await ana.client.call("bookings.get", { id: booking.id });
    expect(still.booking.status).toBe("ticketed");
    const cancelled = card(await ana.say("yes"), "booking").booking;
    expect(["cancelled", "voided", "refunded"]).toContain(cancelled.status);
    expect(cancelled.id).toBe(booking.id);
  });

  it("books a hotel after a change of mind", async () => {
    const joana = await customer("joana");
    await joana.say(`A hotel in Rome from ${day(50)} for 3 nights, 2 adults`);
    const offers = card(await joana.say("Actually make it Lisbon"), "offers");
    expect(offers.vertical).toBe("hotel");
    expect(JSON.stringify(offers.offers)).toMatch(/Lisbo/);
    await joana.say("the first one");
    const booking = await confirm(joana, await joana.say("Joana Reis and Tom Reis, joana@example.com"));
    expect(booking.items).toMatchObject([{ kind: "hotel", sandbox: true }]);
    expect(["confirmed", "ticketed"]).toContain(booking.status);
  });

  it("books a car", async () => {
    const max = await customer("max");
    const offers = card(await max.say(`I need a rental car in Madrid from ${day(30)} to ${day(33)}`), "offers");
    expect(offers.vertical).toBe("car");
    await max.say("1");
    const booking = await confirm(max, await max.say("Max Weber, max@example.com"));
    expect(booking.items).toMatchObject([{ kind: "car" }]);
  });

  it("a no books nothing, and neither does a yes with a condition", async () => {
    const eva = await customer("eva");
    const offers = card(await eva.say(`Flights from Madrid to Paris on ${day(60)} for one, one way`), "offers");
    expect(offers.offers.length).toBeGreaterThan(0);
    await eva.say("1");
    card(await eva.say("Eva Moreno, eva@example.com"), "confirmation");
    await eva.say("yes but in business class");
    await eva.say("no");
    const { bookings } = await eva.client.call("bookings.list", {});
    expect(bookings.filter((booking) => booking.sessionKey === eva.sessionKey)).toEqual([]);
  });

  it("shows no customer another one's booking", async () => {
    const ben = await customer("ben");
    const booking = await bookFlight(ben, { from: "Lisbon", to: "Madrid", date: day(45), email: "ben@example.com" });
    const stranger = await customer("stranger");
    const reply = await stranger.say(`Cancel booking ${booking.reference}`);
    expect(reply.cards).toEqual([]);
    expect((await ben.client.call("bookings.get", { id: booking.id })).booking.status).toBe("ticketed");
  });

  it("hands over to a person, who answers and hands back", async () => {
    const lena = await customer("lena");
    await lena.say("I want to talk to a person");
    const { conversations } = await lena.client.call("conversations.list", { state: "needs-person" });
    expect(conversations.map(({ id }) => id)).toContain(lena.sessionKey);
    await lena.client.call("conversations.reply", { conversationId: lena.sessionKey, message: "Hello, this is the agency.", idempotencyKey: "reply-1" });
    const history = await lena.history();
    expect(history.at(-1)).toMatchObject({ role: "assistant", author: "operator" });
    await lena.client.call("conversations.handBack", { conversationId: lena.sessionKey, idempotencyKey: "back-1" });
    expect((await lena.say("hello again")).text).not.toBe("");
  });

  it("serves health without a secret, and the rest only with one", async () => {
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${gateway.url}/status`)).status).toBe(401);
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(401);
    const metrics = await (await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${gateway.token}` } })).text();
    expect(metrics).toContain("travelagent_turns_total");
    expect((await fetch(`${gateway.url}/chat`)).headers.get("content-type")).toContain("text/html");
  });

  it("refuses a second process on the same state", async () => {
    await expect(startGateway({ stateDir: state.path })).rejects.toThrow(/ended with 1[\s\S]*(CONFLICT|already)/);
  });

  it("stops cleanly on SIGTERM and has everything after a restart", async () => {
    const before = await (await customer("ana")).history();
    expect(await gateway.stop()).toBe(0);
    gateway = await startGateway({ stateDir: state.path });
    expect(await (await customer("ana")).history()).toEqual(before);
  });
});

describe("with an OpenAI-compatible server", () => {
  it("books through its tool calls, under the same rules", async () => {
    const state = temporaryState();
    const date = new Date(Date.now() + 35 * 86_400_000).toISOString().slice(0, 10);
    let offerId = "";
    const server = await openAiServer({
      reply(request) {
        const last = JSON.stringify((request.body.messages as unknown[]).at(-1));
        offerId = /offerId\\*":\s*\\*"([^"\\]+)/.exec(last)?.[1] ?? offerId;
        if (last.includes("booked")) return { text: "Booked. Enjoy your trip." };
        if (last.includes("confirmation-required")) return { text: "Please confirm." };
        if (offerId)
          return {
            toolCalls: [
              {
                name: "create_booking",
                arguments: { offerIds: [offerId], travellers: [{ givenName: "Ana", familyName: "Silva" }], contact: { email: "ana@example.com" } },
              },
            ],
          };
        return { toolCalls: [{ name: "search_flights", arguments: { origin: "BCN", destination: "FRA", departureDate: date, adults: 1 } }] };
      },
    });
    const gateway = await startGateway({
      stateDir: state.path,
      env: {
        TRAVELAGENT_CONFIG: await writeConfig(state.path, {
          models: { providers: { local: { api: "openai-completions", baseUrl: server.url, models: [{ id: "m1" }] } } },
          agents: { defaults: { model: { primary: "local/m1" } } },
        }),
      },
    });
    const ana = await talk({ url: gateway.url, token: gateway.token });
    try {
      const asked = await ana.say("Book me the first flight to Frankfurt");
      expect(asked.text).toBe("Please confirm.");
      expect((await confirm(ana, asked)).status).toBe("ticketed");
    } finally {
      await ana.close();
      await gateway.stop();
      await server.close();
      state.remove();
    }
  }, 30_000);
});

async function writeConfig(directory: string, config: unknown): Promise<string> {
  const { writeFile } = await import("node:fs/promises");
  const path = join(directory, "travelagent.json");
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}
