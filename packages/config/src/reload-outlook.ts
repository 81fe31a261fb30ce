import { planReload } from "./reload-plan.ts";
import type { GatewayConfig } from "./schema.ts";

export interface ReloadOutlook {
  reload: { mode: string; changedPaths: string[]; live: string[] };
  /** `reasons`: a path and what happens there, in the words of the reload table. */
  restart: { needed: boolean; automatic: boolean; reasons: string[] };
}

/** What a change means to a program that runs with `before`. */
export function reloadOutlook(before: GatewayConfig, after: GatewayConfig): ReloadOutlook {
  const { mode } = after.gateway.reload;
  const changes = planReload(before, after).changes;
  const counting = changes.filter(({ effect }) => effect !== "none");
  const waiting = mode === "restart" || mode === "off" ? counting : counting.filter(({ effect }) => effect === "restart");
  return {
    reload: { mode, changedPaths: changes.map(({ path }) => path), live: counting.filter((change) => !waiting.includes(change)).map(({ path }) => path) },
    restart: {
      needed: waiting.length > 0,
      automatic: waiting.length > 0 && (mode === "hybrid" || mode === "restart"),
      reasons: waiting.map(({ path, what }) => `${path}: ${what}`),
    },
  };
}
