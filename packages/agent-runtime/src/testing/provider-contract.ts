import type { Runner } from "@travelagent/protocol/testing";
import type { Model } from "../model.ts";
import { collect, failure, pictured, request, textOf } from "./contract-requests.ts";
import { type ModelBench, modelContract } from "./model-contract.ts";
import type { ScriptedReply } from "./scripted-answer.ts";

/** A model and the server behind it. */
export interface ProviderBench extends ModelBench {
  /** What every request gets from now on. */
  answer(reply: ScriptedReply): void;
  /** Requests that reached the server. */
  received(): number;
  /** Their bodies; needed for a model that sees images. */
  bodies?(): readonly unknown[];
  /** The key the model sends; must not be in any error. */
  secret: string;
  /** Whether the vendor counts what it puts into its cache. Default true. */
  countsCacheWrites?: boolean;
}

/** The rules of `modelContract`, and those for models behind a server that fails in every way. */
export function providerContract(runner: Runner, name: string, open: () => Promise<ProviderBench>): void {
  modelContract(runner, name, open);

  const { describe, it, expect } = runner;
  const scripted = (body: (model: Model, bench: ProviderBench) => Promise<void>) => async () => {
    const bench = await open();
    try {
      await body(bench.model, bench);
    } finally {
      await bench.close();
    }
  };

  describe(`provider contract: ${name}`, () => {
    it(
      "asks nobody when it is cancelled before it begins",
      scripted(async (model, script) => {
        await failure(model, request(), AbortSignal.abort());
        expect(script.received()).toBe(0);
      }),
    );

    it(
      "asks nobody about a picture it may not see, and sends the bytes of one it may",
      scripted(async (model, script) => {
        const asked = pictured();
        await failure(model, asked);
        expect(script.received()).toBe(model.seesImages ? 1 : 0);
        if (model.seesImages) expect(JSON.stringify(script.bodies?.().at(-1))).toContain(asked.images![0]!.data);
      }),
    );

    it(
      "passes on text as it comes",
      scripted(async (model, script) => {
        const cacheWrite = script.countsCacheWrites === false ? 0 : 3;
        script.answer({ text: ["Lisbon ", "is ", "lovely. ✈"], usage: { input: 12, output: 7, cacheRead: 100, cacheWrite } });
        const events = await collect(model, request());
        expect(events.filter((event) => event.type === "text").map((event) => event.delta)).toEqual(["Lisbon ", "is ", "lovely. ✈"]);
        expect(events.filter((event) => event.type === "usage")).toEqual([
          { type: "usage", usage: { input: 12, output: 7, cacheRead: 100, cacheWrite, totalTokens: 119 + cacheWrite } },
        ]);
        expect(events.at(-1)).toEqual({ type: "end", reason: "stop" });
      }),
    );

    it(
      "passes on several calls whole and in order",
      scripted(async (model, script) => {
        script.answer({
          text: "Looking.",
          toolCalls: [
            { id: "call_a", name: "search_flights", arguments: { to: "LIS", when: { from: "2027-02-01" } } },
            { id: "call_b", name: "get_customer", arguments: "" },
          ],
        });
        const events = await collect(model, request());
        expect(events.filter((event) => event.type === "toolCall")).toEqual([
          { type: "toolCall", id: "call_a", name: "search_flights", arguments: { to: "LIS", when: { from: "2027-02-01" } } },
          { type: "toolCall", id: "call_b", name: "get_customer", arguments: {} },
        ]);
        expect(events.at(-1)).toEqual({ type: "end", reason: "toolUse" });
      }),
    );

    it(
      "passes on thinking apart from text",
      scripted(async (model, script) => {
        script.answer({ thinking: "They want the sea.", text: "Lisbon then." });
        const events = await collect(model, request());
        expect(events.map((event) => (event.type === "thinking" ? event.delta : "")).join("")).toBe("They want the sea.");
        expect(textOf(events)).toBe("Lisbon then.");
      }),
    );

    it(
      "says when it was cut at its limit",
      scripted(async (model, script) => {
        script.answer({ text: "Lisbon is", reason: "length" });
        expect((await collect(model, request())).at(-1)).toEqual({ type: "end", reason: "length" });
      }),
    );

    for (const broken of ['{"to": "LIS"', '["LIS"]', '"LIS"', "null"])
      it(
        `raises MODEL_REJECTED for ${broken} as arguments`,
        scripted(async (model, script) => {
          script.answer({ toolCalls: [{ name: "search_flights", arguments: broken }] });
          expect((await failure(model))?.code).toBe("MODEL_REJECTED");
        }),
      );

    for (const events of [0, 3, 5])
      it(
        `raises MODEL_INTERRUPTED when the stream is cut after ${events} events`,
        scripted(async (model, script) => {
          script.answer({ text: ["Lisbon ", "is ", "lovely ", "in ", "May"], cutAfter: events });
          const code = (await failure(model))?.code;
          expect(code === "MODEL_INTERRUPTED" || (events === 0 && code === "MODEL_OVERLOADED")).toBe(true);
        }),
      );

    const statuses = [
      [400, "MODEL_REJECTED"],
      [401, "MODEL_AUTH"],
      [403, "MODEL_AUTH"],
      [404, "MODEL_REJECTED"],
      [422, "MODEL_REJECTED"],
      [429, "MODEL_RATE_LIMITED"],
      [500, "MODEL_OVERLOADED"],
      [503, "MODEL_OVERLOADED"],
      [529, "MODEL_OVERLOADED"],
    ] as const;
    for (const [status, code] of statuses)
      it(
        `raises ${code} for HTTP ${status}, after one request`,
        scripted(async (model, script) => {
          script.answer({ status, message: `the key ${script.secret} or Bearer ${script.secret} or sk-ant-abc123 is not good` });
          const error = await failure(model);
          expect(error?.code).toBe(code);
          expect(script.received()).toBe(1);
          const shown = `${error?.message} ${JSON.stringify(error?.toShape())} ${String(error?.cause)}`;
          expect(shown.includes(script.secret) || shown.includes("sk-ant")).toBe(false);
        }),
      );

    it(
      "passes on how long to wait",
      scripted(async (model, script) => {
        script.answer({ status: 429, headers: { "retry-after": "7" } });
        expect((await failure(model))?.retryAfterMs).toBe(7000);
        script.answer({ status: 429 });
        expect((await failure(model))?.retryAfterMs).toBe(undefined);
      }),
    );

    it(
      "forgets a failure: the next call is a call like any other",
      scripted(async (model, script) => {
        script.answer({ status: 503 });
        await failure(model);
        script.answer({ text: "Back again." });
        expect(textOf(await collect(model, request()))).toBe("Back again.");
      }),
    );
  });
}
