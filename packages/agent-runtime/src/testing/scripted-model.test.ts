import { TravelAgentError } from "@travelagent/protocol";
import { describe, expect, it } from "vitest";
import { collect, failure, request, textOf } from "./contract-requests.ts";
import { modelContract } from "./model-contract.ts";
import { scriptedModel } from "./scripted-model.ts";

modelContract({ describe, it, expect }, "scripted", async () => ({ model: scriptedModel(() => ({ text: ["Hello ", "there."] })), close: async () => {} }));

describe("scripted model", () => {
  it("answers from its list and keeps what it was asked", async () => {
    const model = scriptedModel(["Hello.", { toolCalls: [{ name: "get_customer", arguments: {} }] }, new TravelAgentError("MODEL_OVERLOADED", "busy")]);
    expect(textOf(await collect(model, request()))).toBe("Hello.");
    expect((await collect(model, request())).map((event) => event.type)).toEqual(["toolCall", "end"]);
    expect((await failure(model))?.code).toBe("MODEL_OVERLOADED");
    expect((await failure(model))?.code).toBe("MODEL_REJECTED");
    expect(model.requests.length).toBe(4);
  });

  it("can be cancelled while the script thinks", async () => {
    const controller = new AbortController();
    const waiting = failure(
      scriptedModel(() => new Promise<string>(() => {})),
      request(),
      controller.signal,
    );
    controller.abort();
    expect((await waiting)?.code).toBe("CANCELLED");
  });
});
