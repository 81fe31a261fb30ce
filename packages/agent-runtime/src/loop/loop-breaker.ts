import { canonicalJson } from "@travelagent/protocol";
import type { LoopLimits } from "./limits.ts";

/** Counts what a turn did. A model that goes round in circles first gets told, then is stopped. */
export function loopBreaker(limits: Pick<LoopLimits, "maxSameCall" | "maxToolCalls">) {
  const counts = new Map<string, number>();
  let calls = 0;
  return {
    /** `ok`, `refuse` this call with a word to the model, or `stop` the turn. */
    check(name: string, args: unknown): "ok" | "refuse" | "stop" {
      calls += 1;
      if (calls > limits.maxToolCalls) return "stop";
      const key = `${name} ${canonicalJson(args)}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count <= limits.maxSameCall) return "ok";
      return count > limits.maxSameCall + 2 ? "stop" : "refuse";
    },
  };
}
