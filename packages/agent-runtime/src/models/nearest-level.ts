import { type ThinkingLevel, thinkingLevels } from "../model.ts";

/** The level of `known` that is nearest to the wanted one; of two that are equally near, the one that thinks less. */
export function nearestLevel<Level extends ThinkingLevel>(wanted: ThinkingLevel, known: readonly [Level, ...Level[]]): Level {
  const distance = (level: ThinkingLevel) => Math.abs(thinkingLevels.indexOf(level) - thinkingLevels.indexOf(wanted));
  return known.reduce((best, level) => {
    const nearer = distance(level) - distance(best);
    return nearer < 0 || (nearer === 0 && thinkingLevels.indexOf(level) < thinkingLevels.indexOf(best)) ? level : best;
  });
}
