import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createPace } from "./pace.ts";

const limits = { account: { burst: 3, everyMs: 100 }, chat: { burst: 1, everyMs: 1000 } };
const live = () => new AbortController().signal;

/** When each message went out, in milliseconds since the start. */
async function sent(chats: readonly string[], forMs: number): Promise<[string, number][]> {
  const clock = fakeClock();
  const pace = createPace({ clock, ...limits });
  const began = clock.now();
  const out: [string, number][] = [];
  for (const chat of chats) void pace.turn(chat, live()).then(() => out.push([chat, clock.now() - began]));
  for (let at = 0; at <= forMs; at += 50) await clock.advance(at === 0 ? 0 : 50);
  return out;
}

describe("the pace of an account", () => {
  it("lets one chat have its rate, and others go meanwhile", async () => {
    expect(await sent(["a", "a", "a", "b"], 2000)).toEqual([
      ["a", 0],
      ["b", 0],
      ["a", 1000],
      ["a", 2000],
    ]);
  });

  it("keeps all chats together below the rate of the account", async () => {
    const out = await sent(
      Array.from({ length: 23 }, (_, at) => `chat-${at}`),
      2500,
    );
    expect(out.slice(0, 3).map(([, at]) => at)).toEqual([0, 0, 0]);
    expect(out.slice(3).map(([, at]) => at)).toEqual(Array.from({ length: 20 }, (_, at) => (at + 1) * 100));
  });

  it("waits for a chat, or for all, when the platform says so", async () => {
    const clock = fakeClock();
    const pace = createPace({ clock, ...limits });
    pace.hold(5000, "a");
    let went = 0;
    void pace.turn("a", live()).then(() => (went += 1));
    await pace.turn("b", live());
    await clock.advance(4999);
    expect(went).toBe(0);
    await clock.advance(1);
    expect(went).toBe(1);
    pace.hold(3000);
    void pace.turn("c", live()).then(() => (went += 1));
    await clock.advance(2999);
    expect(went).toBe(1);
    await clock.advance(1);
    expect(went).toBe(2);
  });

  it("stops waiting when it is cancelled", async () => {
    const clock = fakeClock();
    const pace = createPace({ clock, ...limits });
    await pace.turn("a", live());
    const cancelled = new AbortController();
    const waiting = pace.turn("a", cancelled.signal);
    cancelled.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
  });
});
