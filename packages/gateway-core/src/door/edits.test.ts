import { afterEach, describe, expect, it } from "vitest";
import { latch, type QueueBench, queueBench, until } from "../testing/queue-bench.ts";

let bench: QueueBench;
afterEach(() => bench.close());

const person = "+34600111222";
const write = (text: string, externalId: string, over = {}) => bench.phone.write(text, person, { externalId, ...over });
const edit = (text: string, of: string, externalId: string, over = {}) => write(text, externalId, { edits: of, ...over });
const heard = () => bench.agent.requests.map(({ message }) => message?.text);

describe("a message that its writer changes", () => {
  it("says the new thing when nobody has read it yet", async () => {
    const gate = latch();
    bench = await queueBench(async ({ message }) => {
      if (message?.text === "first") await gate.opened;
      return `you said ${message?.text}`;
    });
    await write("first", "1");
    await until(() => bench.agent.requests.length === 1);
    const waiting = await write("flights to Rome", "2");
    expect(await edit("flights to Lisbon", "2", "2e")).toMatchObject({ runId: waiting.runId, duplicate: false });
    expect(await edit("flights to Lisbon", "2", "2e")).toMatchObject({ duplicate: true });
    await edit("flights to Porto", "2", "2f");
    gate.open();
    await until(() => bench.phone.shown.length === 2);
    expect(heard()).toEqual(["first", "flights to Porto"]);
    expect(await bench.engine.db.all("select reason from inbox where status = 'ignored'")).toEqual([
      { reason: `edit-of-waiting: ${waiting.runId}` },
      { reason: `edit-of-waiting: ${waiting.runId}` },
    ]);
    expect(await bench.open()).toBe(0);
  });

  it("says the new thing also to a turn that waits for quiet", async () => {
    bench = await queueBench(() => "ok", { rules: { inbound: { debounceMs: 400, byChannel: {} } } });
    await write("two seats to Rome", "1");
    await new Promise((resolve) => setTimeout(resolve, 100));
    await edit("two seats to Faro", "1", "1e");
    await until(() => bench.phone.shown.length === 1);
    expect(heard()).toEqual(["two seats to Faro"]);
  });

  it("is a message of its own once it was answered, when it says something else", async () => {
    bench = await queueBench(() => "ok");
    await write("flights to Rome", "1");
    await until(() => bench.phone.shown.length === 1);
    const same = await edit("flights to Rome ", "1", "1a");
    expect(await bench.inbox(same.runId)).toEqual({ status: "ignored", reason: "edit-changes-nothing" });
    await edit("flights to Lisbon", "1", "1b");
    await until(() => bench.phone.shown.length === 2);
    expect(heard()[1]).toBe("(Edited message:) flights to Lisbon");
    const again = await edit("flights to Lisbon", "1", "1c");
    expect(await bench.inbox(again.runId)).toEqual({ status: "ignored", reason: "edit-changes-nothing" });
    await edit("flights to Rome", "1", "1d");
    await until(() => bench.phone.shown.length === 3);
    expect(heard()).toHaveLength(3);
  });

  it("is nobody else's to change, and one that never came is a message like any other", async () => {
    const gate = latch();
    bench = await queueBench(async () => {
      await gate.opened;
      return "ok";
    });
    const address = { channel: "phone", accountId: "default", chatType: "group" as const, peerId: "g" };
    await write("hold on", "0", { address, senderId: "Ana" });
    await until(() => bench.agent.requests.length === 1);
    await write("pay my card only", "1", { address, senderId: "Ana" });
    const foreign = await edit("pay Leo's card", "1", "1e", { address, senderId: "Leo" });
    expect(await bench.inbox(foreign.runId)).toEqual({ status: "ignored", reason: "edit-of-another" });
    gate.open();
    await until(() => bench.phone.shown.length === 2);
    expect(heard()[1]).toContain("pay my card only");
    await edit("flights to Lisbon", "never came", "9e");
    await until(() => bench.phone.shown.length === 3);
    expect(heard()[2]).toBe("flights to Lisbon");
  });

  it("comes too late for a turn that may have heard it, and is said again", async () => {
    const gate = latch();
    bench = await queueBench(
      async ({ message }) => {
        if (message?.text === "first") await gate.opened;
        return "ok";
      },
      { queue: { mode: "steer", debounceMs: 0 } },
    );
    await write("first", "1");
    await until(() => bench.agent.requests.length === 1);
    await write("to Rome", "2");
    await edit("to Lisbon", "2", "2e");
    gate.open();
    await until(() => bench.phone.shown.length === 3);
    expect(heard().slice(1)).toEqual(["to Rome", "(Edited message:) to Lisbon"]);
  });

  it("in a group becomes the question when it addresses the agent now, and changes what was overheard when it does not", async () => {
    bench = await queueBench(() => "ok", { admission: { phone: { dmPolicy: "disabled", groups: { "*": {} } } } });
    const address = { channel: "phone", accountId: "default", chatType: "group" as const, peerId: "g" };
    const at = { address, senderId: "Ana", senderName: "Ana", mentioned: false };
    await write("we like Rome", "1", at);
    await edit("we like Lisbon", "1", "1e", at);
    await write("what about June", "2", at);
    await edit("@agency what about June", "2", "2e", { ...at, mentioned: true });
    await until(() => bench.phone.shown.length === 1);
    expect(heard()).toEqual(["@agency what about June"]);
    const [note] = bench.sessions.entries("agent:main:phone:group:g");
    expect(note!.message).toMatchObject({ synthetic: true, content: expect.stringMatching(/- Ana: we like Lisbon$/) });
  });
});
