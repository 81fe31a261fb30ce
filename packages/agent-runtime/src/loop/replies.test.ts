import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { handOverTool } from "../hand-over.ts";
import { scriptedModel } from "../testing/index.ts";
import { defineTool } from "../tool.ts";
import { type Bench, loopBench } from "./testing/bench.ts";

describe("what of a reply reaches the customer", () => {
  let bench: Bench;
  const sell = defineTool({
    name: "sell",
    description: "sells",
    group: "shop",
    args: z.strictObject({}),
    effect: "write",
    writes: "money",
    execute: async () => ({ content: "sold" }),
  });
  const shown = () => bench.events.flatMap((event) => (event.type === "text-delta" ? [event.delta] : []));

  beforeEach(async () => {
    bench = await loopBench({ tools: [sell, handOverTool()] });
  });
  afterEach(() => bench.stop());

  it("comes in pieces", async () => {
    await bench.run({ models: [scriptedModel([{ text: ["Good ", "morning", "!"] }])] });
    expect(shown()).toEqual(["Good ", "morning", "!"]);
  });

  it("has no tags in it, and the tags say what it quotes", async () => {
    const quoting = await bench.run({ models: [scriptedModel([{ text: ["[[reply", "_to: wamid.7 ]] Yes, ", "both [[audio_as_", "voice]]of them"] }])] });
    expect(quoting).toMatchObject({ text: "Yes, both of them", replyTo: { externalId: "wamid.7" } });
    expect(shown().join("")).toBe("Yes, both of them");
    expect(JSON.stringify(bench.entries)).not.toContain("[[");
    expect((await bench.run({ models: [scriptedModel(["[[reply_to_current]] Yes"])] })).replyTo).toBe("current");
    expect((await bench.run({ models: [scriptedModel(["Yes"])] })).replyTo).toBe(undefined);
  });

  it("has no thought in it", async () => {
    const model = scriptedModel([{ thinking: "She is rich.", text: "<think>Offer the suite.</think>Good evening" }]);
    const outcome = await bench.run({ models: [model] });
    expect(outcome.text).toBe("Good evening");
    expect(shown().join("")).toBe("Good evening");
    expect(outcome.message.content).toEqual([
      { type: "thinking", thinking: "She is rich." },
      { type: "text", text: "Good evening" },
    ]);
  });

  it("is taken back when the model fails in the middle, and stands once", async () => {
    const broken = {
      ...scriptedModel([], { id: "broken" }),
      async *stream() {
        yield { type: "text" as const, delta: "Half an ans" };
        throw new TravelAgentError("MODEL_INTERRUPTED", "cut");
      },
    };
    const outcome = await bench.run({ models: [broken, scriptedModel(["The whole answer."])] });
    expect(outcome.text).toBe("The whole answer.");
    const seen = bench.events.reduce((text, event) => (event.type === "text-delta" ? text + event.delta : event.type === "text-reset" ? "" : text), "");
    expect(seen).toBe("The whole answer.");
    expect(bench.entries.filter(({ message }) => message.role === "assistant")).toHaveLength(1);
  });

  describe("that is silence", () => {
    const silent = () => scriptedModel([{ text: ["NO_", "REPLY"] }]);
    const group = { chatType: "group" as const, sessionKey: "agent:main:webchat:group:g1" };

    it("sends nothing in a group, and nothing of it is seen or kept", async () => {
      const outcome = await bench.run({ models: [silent()], turn: group });
      expect(outcome).toMatchObject({ kind: "silent", text: "", cards: [] });
      expect(shown()).toEqual([]);
      expect(JSON.stringify(bench.entries)).not.toContain("NO_REPLY");
    });

    it("is told to models of groups only", async () => {
      const [one, two] = [scriptedModel(["a"]), scriptedModel(["b"])];
      await bench.run({ models: [one], turn: group });
      await bench.run({ models: [two] });
      expect([one.requests[0]!.system.includes("NO_REPLY"), two.requests[0]!.system.includes("NO_REPLY")]).toEqual([true, false]);
    });

    it("answers a note, but not a customer who wrote meanwhile", async () => {
      const note = { text: "The helper has found nothing new." };
      const model = silent();
      expect((await bench.run({ models: [model], request: { note } })).kind).toBe("silent");
      expect(model.requests[0]!.messages.at(-1)).toMatchObject({ synthetic: true });
      const steer = async () => [{ id: "m2", text: "Are you there?", sentAt: 1 }];
      expect(await bench.run({ models: [silent()], request: { note, steer } })).toMatchObject({ kind: "failed", heard: ["m2"] });
    });

    it("is no answer to a customer: a person takes over", async () => {
      const outcome = await bench.run({ models: [silent()], text: "Can you help me?" });
      expect(outcome).toMatchObject({ kind: "failed", reason: expect.stringContaining("NO_REPLY") });
      expect(outcome.text).toContain("colleague");
    });

    it("does not hide a question that was asked, nor a person that was called", async () => {
      const asking = scriptedModel([{ toolCalls: [{ name: "sell", arguments: {} }] }, "NO_REPLY"]);
      expect(await bench.run({ models: [asking], turn: group })).toMatchObject({ kind: "replied", cards: [{ kind: "confirmation" }] });
      const calling = scriptedModel([{ toolCalls: [{ name: "hand_over_to_person", arguments: { reason: "lost" } }] }, "NO_REPLY"]);
      expect((await bench.run({ models: [calling], turn: group })).kind).toBe("handed-over");
    });

    it("is not silence with a word beside it", async () => {
      expect(await bench.run({ models: [scriptedModel(["NO_REPLY needed, thank you"])], turn: group })).toMatchObject({
        kind: "replied",
        text: "NO_REPLY needed, thank you",
      });
      expect(await bench.run({ models: [scriptedModel([""])], turn: group })).toMatchObject({ kind: "failed" });
    });
  });
});
