import type { Health } from "../health.ts";
import { type Metrics, metricsContentType } from "../metrics.ts";
import { type HttpRoute, json } from "./route.ts";

export interface SystemFacts {
  health: Health;
  metrics: Metrics;
  ready(): boolean;
  status(): Record<string, unknown>;
}

/** For whoever watches over the process. */
export function systemRoutes({ health, metrics, ready, status }: SystemFacts): HttpRoute[] {
  return [
    { method: "GET", path: "/health", auth: "none", handle: () => json({ ok: true }) },
    {
      method: "GET",
      path: "/readyz",
      auth: "none",
      handle: () => json({ ready: ready(), degraded: health.snapshot().degraded }, { status: ready() ? 200 : 503 }),
    },
    { method: "GET", path: "/status", auth: "operator", handle: () => json(status()) },
    {
      method: "GET",
      path: "/metrics",
      auth: "operator",
      handle: () => ({ headers: { "content-type": metricsContentType, "cache-control": "no-store" }, body: metrics.render() }),
    },
  ];
}
