import { openEngine, workPersonalData } from "@travelagent/engine";
import { systemClock } from "@travelagent/protocol/ports";
import { expect, it } from "vitest";
import { holdConversations } from "./hold-conversations.ts";

it("ends what runs in a person's conversations, keeps what comes in waiting, and leaves no trace of that", async () => {
  const engine = openEngine({ path: ":memory:" });
  const { db, work } = engine;
  const heard: string[] = [];
  work.define("turn", async ({ signal }, input) => {
    const { text } = input as { text: string };
    heard.push(`begins ${text}`);
    if (text === "long") await new Promise((resolve) => signal.addEventListener("abort", resolve));
    heard.push(`ends ${text}`);
  });
  const ofWork = workPersonalData({ db, work, except: ["hold"] });
  const hold = holdConversations({ work, name: "hold", ofWork, clock: systemClock });
  await engine.start();
  const [mine, other] = ["agent:main:webchat:dm:v1", "agent:main:webchat:dm:v2"];
  const say = (id: string, lane: string, text: string) => work.submit({ name: "turn", id, lane, input: { text } });
  await say("t1", mine, "long");
  await say("t2", mine, "queued");
  await expect.poll(() => heard).toEqual(["begins long"]);

  const subject = { customerIds: [], sessionKeys: [mine], bookingIds: [], identities: [], identifiers: [] };
  const thaw = await hold("era_1", subject);
  expect([await work.state("t1"), await work.state("t2")]).toEqual(["cancelled", "cancelled"]);
  await say("t3", mine, "new");
  await say("t4", other, "somebody else");
  await work.result("t4", 5_000);
  expect(await work.state("t3")).toBe("queued");
  expect(heard).not.toContain("begins new");

  await thaw();
  expect((await work.result("t3", 5_000)).state).toBe("done");
  expect(heard.at(-1)).toBe("ends new");
  expect(await work.list({ name: "hold" })).toEqual([]);
  await engine.stop({ drainMs: 0 });
});
