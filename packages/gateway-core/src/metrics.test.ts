import { describe, expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";

describe("metrics", () => {
  it("render counters, gauges and histograms", () => {
    const metrics = createMetrics();
    const requests = metrics.counter("requests_total", "Requests.", ["method"]);
    requests.at('a"b\n').inc();
    requests.at("c").inc(2);
    metrics.gauge("depth", "Depth\nof it.", () => [{ labels: { lane: "x" }, value: 3 }]);
    metrics.gauge("up", "Up.", () => 1);
    const seconds = metrics.histogram("turn_seconds", "Turns.", [0.5, 1]);
    for (const value of [0.1, 0.7, 5]) seconds.observe(value);
    expect(metrics.render()).toBe(`# HELP travelagent_requests_total Requests.
# TYPE travelagent_requests_total counter
travelagent_requests_total{method="a\\"b\\n"} 1
travelagent_requests_total{method="c"} 2
# HELP travelagent_depth Depth\\nof it.
# TYPE travelagent_depth gauge
travelagent_depth{lane="x"} 3
# HELP travelagent_up Up.
# TYPE travelagent_up gauge
travelagent_up 1
# HELP travelagent_turn_seconds Turns.
# TYPE travelagent_turn_seconds histogram
travelagent_turn_seconds_bucket{le="0.5"} 1
travelagent_turn_seconds_bucket{le="1"} 2
travelagent_turn_seconds_bucket{le="+Inf"} 3
travelagent_turn_seconds_sum 5.8
travelagent_turn_seconds_count 3
`);
  });

  it("leave out a source that breaks, and refuse a name that is taken", () => {
    const metrics = createMetrics();
    metrics.gauge("broken", "Broken.", () => {
      throw new Error("no");
    });
    metrics.gauge("up", "Up.", () => 1);
    expect(metrics.render()).not.toContain("broken");
    expect(metrics.render()).toContain("travelagent_up 1");
    expect(() => metrics.gauge("up", "Up.", () => 1)).toThrow("already registered");
  });
});
