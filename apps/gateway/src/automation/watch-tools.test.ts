import { fileURLToPath } from "node:url";
import { createGate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { afterEach, expect, it } from "vitest";
import { filesOfPacks } from "../answering/policy-files.ts";
import { type NightShift, nightShift, phone, session } from "./testing/night-shift.ts";

const policy = parsePolicy(filesOfPacks(fileURLToPath(new URL("../../policy", import.meta.url)), ["agency-default"]));
let night: NightShift;
afterEach(() => night.close());

const turn = {
  runId: "r",
  agentId: "main",
  sessionKey: session,
  channel: "telegram",
  accountId: "default",
  chatType: "direct" as "direct" | "group",
  peerId: phone,
  timeZone: "UTC",
};

it("a customer watches prices, sees and stops their own and nobody else's; and not in groups", async () => {
  night = await nightShift("sandbox");
  const gate = createGate({ db: night.db, clock: night.clock, tools: night.jobs().tools, policy: () => policy });
  await gate.migrate();
  let calls = 0;
  const call = async (name: string, args: object, over: Partial<typeof turn> = {}) => {
    const result = await gate.call({ toolCallId: `call-${++calls}`, name, args, tainted: false }, { ...turn, ...over }, new AbortController().signal);
    return { status: result.status, content: (result as { output?: { content?: { watch?: { id: string }; watches?: { id: string }[] } } }).output?.content };
  };
  const wish = { origin: "BCN", destination: "LIS", departureDate: "2027-06-16", below: 200 };
  const made = await call("watch_price", wish);
  expect(made).toMatchObject({ status: "done", content: { status: "watching", watch: { origin: "BCN", destination: "LIS", below: "200.00 EUR" } } });
  const id = made.content!.watch!.id;
  expect((await call("watch_price", wish, { chatType: "group" })).status).toBe("refused");
  expect((await call("watch_price", { ...wish, departureDate: "2026-06-16" })).status).not.toBe("done");
  const other = { sessionKey: "agent:main:telegram:dm:+34600999888", peerId: "+34600999888" };
  expect((await call("list_price_watches", {}, other)).content).toEqual({ watches: [] });
  expect((await call("stop_price_watch", { id }, other)).status).not.toBe("done");
  expect((await call("list_price_watches", {})).content!.watches).toHaveLength(1);
  expect((await call("stop_price_watch", { id })).status).toBe("done");
  expect((await call("list_price_watches", {})).content).toEqual({ watches: [] });
});
