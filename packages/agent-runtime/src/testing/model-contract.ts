import { TravelAgentError } from "@travelagent/protocol";
import type { Runner } from "@travelagent/protocol/testing";
import type { Model, ModelEvent } from "../model.ts";
import { collect, failure, longTalk, pictured, request, textOf, tools, unaborted } from "./contract-requests.ts";

export interface ModelBench {
  model: Model;
  /** Makes the next answers come slowly, so that they can be cancelled in between. */
  slowDown?(): void;
  close(): Promise<void>;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

/** The rules every `Model` keeps. `open` gives a model that answers anything with at least one event before `end`. */
export function modelContract({ describe, it, expect }: Runner, name: string, open: () => Promise<ModelBench>): void {
  const using = (body: (bench: ModelBench) => Promise<void>) => async () => {
    const bench = await open();
    try {
      await body(bench);
    } finally {
      await bench.close();
    }
  };

  describe(`model contract: ${name}`, () => {
    it(
      "says who it is and how much it reads",
      using(async ({ model }) => {
        expect(model.provider.length).toBeGreaterThan(0);
        expect(model.id.length).toBeGreaterThan(0);
        expect(model.contextWindow).toBeGreaterThan(0);
      }),
    );

    it(
      "ends with end, once",
      using(async ({ model }) => {
        const events = await collect(model, request());
        expect(events.filter((event) => event.type === "end").length).toBe(1);
        expect(events.at(-1)?.type).toBe("end");
        expect(events.length).toBeGreaterThan(1);
      }),
    );

    it(
      "takes every transcript a session can hold, and leaves the request as it is",
      using(async ({ model }) => {
        const events = await collect(model, deepFreeze(request(longTalk)));
        expect(events.at(-1)?.type).toBe("end");
      }),
    );

    it(
      "calls only tools it was given, with objects, under ids of their own",
      using(async ({ model }) => {
        const calls = (await collect(model, request(longTalk))).filter((event) => event.type === "toolCall");
        expect(new Set(calls.map((call) => call.id)).size).toBe(calls.length);
        for (const call of calls) {
          expect(tools.map((tool) => tool.name)).toContain(call.name);
          expect(typeof call.arguments).toBe("object");
        }
      }),
    );

    it(
      "takes pictures when it says so, and raises MODEL_REJECTED for them otherwise",
      using(async ({ model }) => {
        const asked = deepFreeze(pictured());
        if (model.seesImages) expect((await collect(model, asked)).at(-1)?.type).toBe("end");
        else {
          const error = await failure(model, asked);
          expect(error?.code).toBe("MODEL_REJECTED");
          expect(error?.message).toContain("pictures");
        }
        const none = await collect(model, { ...asked, images: [] });
        expect(none.at(-1)?.type).toBe("end");
      }),
    );

    it(
      "raises CANCELLED when it is cancelled before it begins",
      using(async ({ model }) => {
        const controller = new AbortController();
        controller.abort();
        expect((await failure(model, request(), controller.signal))?.code).toBe("CANCELLED");
      }),
    );

    it(
      "stops with CANCELLED when it is cancelled in between",
      using(async ({ model, slowDown }) => {
        slowDown?.();
        const controller = new AbortController();
        let last: ModelEvent | undefined;
        let code: string | undefined;
        try {
          for await (const event of model.stream(request(), controller.signal)) {
            last = event;
            controller.abort();
          }
        } catch (error) {
          code = TravelAgentError.is(error) ? error.code : "another error";
        }
        // Whoever ended before it could be cancelled has ended well.
        expect(last?.type === "end" || code === "CANCELLED").toBe(true);
      }),
    );

    it(
      "works on when somebody stops listening, and when two listen at once",
      using(async ({ model }) => {
        for await (const _ of model.stream(request(), unaborted())) break;
        const [one, two] = await Promise.all([collect(model, request()), collect(model, request())]);
        expect(textOf(one)).toBe(textOf(two));
        expect(one.at(-1)?.type).toBe("end");
      }),
    );
  });
}
