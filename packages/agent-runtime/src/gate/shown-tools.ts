import type { ToolSpec } from "../model.ts";
import type { ExposedTo, ExposureRules } from "./exposure.ts";
import { exposedTo, layersFor } from "./exposure.ts";
import type { ToolSet } from "./tool-set.ts";

/** Kinds of conversations that are told apart before the oldest is worked out anew. */
const mostKept = 64;

/** What a model of a turn is shown. Worked out once for all turns that the same rules hold for, and the same array then. */
export function shownTools(): (set: ToolSet, turn: ExposedTo, rules: ExposureRules) => ToolSpec[] {
  let of: { set: ToolSet; rules: ExposureRules } | undefined;
  let kept: { layers: readonly unknown[]; specs: ToolSpec[] }[] = [];
  return (set, turn, rules) => {
    if (of?.set !== set || of.rules !== rules) {
      of = { set, rules };
      kept = [];
    }
    const layers = layersFor(turn, rules);
    const known = kept.find((one) => one.layers.every((layer, index) => layer === layers[index]));
    if (known) return known.specs;
    const specs = set.tools.filter(exposedTo(turn, rules)).map(set.spec);
    kept.unshift({ layers, specs });
    if (kept.length > mostKept) kept.pop();
    return specs;
  };
}
