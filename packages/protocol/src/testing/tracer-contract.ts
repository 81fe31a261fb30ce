import type { Tracer } from "../ports.ts";
import type { Runner } from "./runner.ts";

/** What everybody who starts spans relies on. For tracers that trace; the silent one has no context to hand on. */
export function tracerContract({ describe, it, expect }: Runner, name: string, open: () => Tracer): void {
  const parts = (traceparent: string) => /^00-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}$/.exec(traceparent) ?? ["", "no trace id", "no span id"];

  describe(`tracer contract: ${name}`, () => {
    it("gives every span a context of its own, in the trace of its parent", () => {
      const tracer = open();
      const parent = tracer.startSpan("parent");
      const child = tracer.startSpan("child", { parent: parent.traceparent, attributes: { count: 1, name: "a", yes: true } });
      const other = tracer.startSpan("other");
      expect(parts(child.traceparent)[1]).toBe(parts(parent.traceparent)[1]);
      expect(new Set([parent, child, other].map(({ traceparent }) => parts(traceparent)[2])).size).toBe(3);
      expect(parts(other.traceparent)[1] === parts(parent.traceparent)[1]).toBe(false);
    });

    it("starts a trace of its own for a parent that is none", () => {
      const tracer = open();
      const contexts = [undefined, "", "nonsense", "00-zz-zz-zz"].map((parent) => parts(tracer.startSpan("a", { parent }).traceparent)[1]);
      expect(new Set(contexts).size).toBe(4);
      expect(contexts.includes("no trace id")).toBe(false);
    });

    it("takes anything as an error and never throws", () => {
      const span = open().startSpan("failing");
      for (const error of [new Error("x"), "text", undefined, null, { toString: () => "y" }]) span.recordError(error);
      span.setAttribute("after", 1);
      span.end();
    });
  });
}
