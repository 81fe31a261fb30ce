import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { type Talk, talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { card, confirm, day } from "../testing/journeys.ts";
import { checkLedgers, checkTranscripts } from "../testing/state-checks.ts";

/** How often the process is killed; the same seed kills at the same moments after each start. */
const kills = Number(process.env.TRAVELAGENT_KILLS ?? 200);
const seed = Number(process.env.TRAVELAGENT_KILL_SEED ?? 20261);
const customers = 6;

/** mulberry32 */
function random(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

interface Said {
  runId: string;
  message: string;
}

describe("kill -9 at any moment", () => {
  it(
    `answers every message once and books every trip once over ${kills} kills`,
    async () => {
      const state = temporaryState();
      const port = await freePort();
      const env = { TRAVELAGENT_GATEWAY_TOKEN: "a-token-of-this-test-that-is-long-enough" };
      const rng = random(seed);
      let gateway: GatewayProcess | undefined = await startGateway({ stateDir: state.path, port, env });
      let over = false;
      const said = new Map<string, Said[]>();
      let booked = 0;
      let cancelled = 0;
      let lost = 0;

      /** One customer who books, cancels half of it, and starts again, until the killing is over. */
      const live = async (number: number): Promise<void> => {
        for (let trip = 0; !over; trip++) {
          const sessionKey = `agent:main:c${number}t${trip}`;
          const messages: Said[] = [];
          said.set(sessionKey, messages);
          const open = await talk({ url: `http://127.0.0.1:${port}`, token: env.TRAVELAGENT_GATEWAY_TOKEN, sessionKey });
          const heard: Talk = {
            ...open,
            async say(message, options) {
              const reply = await open.say(message, { timeoutMs: 120_000, ...options });
              messages.push({ runId: reply.runId, message });
              return reply;
            },
          };
          try {
            const offers = card(
              await heard.say(`Flights from Barcelona to Frankfurt on ${day(30 + ((number * 37 + trip * 11) % 200))} for one adult, one way`),
              "offers",
            );
            await heard.say(String(offers.offers[trip % offers.offers.length]!.number));
            const booking = await confirm(heard, await heard.say(`Ana Silva, ana${number}@example.com`));
            if (booking.status === "ticketed") booked += 1;
            if (trip % 2 === 0) {
              const done = await confirm(heard, await heard.say("Please cancel my booking"));
              if (["cancelled", "voided", "refunded"].includes(done.status)) cancelled += 1;
            }
          } catch (error) {
            // A price that moved or an offer that closed ends a trip early; an answer that never comes does not.
            if (error instanceof Error && error.message.startsWith("no answer")) {
              lost += 1;
              console.error(sessionKey, error.message);
            }
          } finally {
            await open.close();
          }
        }
      };

      const lives = Array.from({ length: customers }, (_, number) => live(number));
      for (let kill = 0; kill < kills; kill++) {
        await new Promise((resolve) => setTimeout(resolve, 20 + rng() * 700));
        await gateway.kill();
        gateway = undefined;
        gateway = await startGateway({ stateDir: state.path, port, env });
      }
      over = true;
      await Promise.all(lives);
      expect(lost).toBe(0);
      expect(booked).toBeGreaterThan(kills / 10);

      // What customers saw: each message once, each answered once.
      for (const [sessionKey, messages] of said) {
        const open = await talk({ url: gateway.url, token: gateway.token, sessionKey });
        const history = await open.history();
        await open.close();
        for (const { runId, message } of messages) {
          expect(history.filter((entry) => entry.role === "user" && entry.messageId === runId).map((entry) => entry.content)).toEqual([message]);
          expect(history.filter((entry) => entry.role === "assistant" && entry.messageId === runId)).toHaveLength(1);
        }
      }
      expect(await gateway.stop()).toBe(0);

      // Every message ended; every reply went out.
      const ours = new DatabaseSync(join(state.path, "data", "travelagent.db"), { readOnly: true });
      expect(ours.prepare("select id, status, reason from inbox where status not in ('answered', 'handed-over')").all()).toEqual([]);
      expect(ours.prepare("select id, status, reason from outbox where status <> 'sent'").all()).toEqual([]);
      expect(ours.prepare("pragma integrity_check").get()).toEqual({ integrity_check: "ok" });

      // The outside world: what the supplier and the payment provider have on their books equals what we have on ours.
      checkLedgers(ours, new DatabaseSync(join(state.path, "data", "sandbox.db"), { readOnly: true }), { booked, cancelled });
      ours.close();
      checkTranscripts(join(state.path, "agents", "main", "sessions"));
      console.log(
        `${kills} kills, ${said.size} conversations, ${[...said.values()].reduce((sum, list) => sum + list.length, 0)} messages, ${booked} booked, ${cancelled} cancelled`,
      );
      state.remove();
    },
    15 * 60_000,
  );
});
