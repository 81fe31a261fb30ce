import { describe, expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";
import { parsePrometheus } from "./testing/prometheus.ts";

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

  it("stay few whatever callers put into labels", () => {
    const metrics = createMetrics({ maxLabelValues: 20, maxSeries: 50 });
    const calls = metrics.counter("calls_total", "Calls.", ["channel", "tool", "model"]);
    const seconds = metrics.histogram("call_seconds", "Time.", [1, 2], ["tool"]);
    for (let index = 0; index < 10_000; index += 1) {
      calls.at(`channel ${index}`, `tool\n"${index}`, `model\\${index % 7}`).inc();
      seconds.at(`tool ${index}`).observe(index % 3);
    }
    const [counted, timed] = parsePrometheus(metrics.render());
    expect(counted!.samples.length).toBeLessThanOrEqual(51);
    expect(counted!.samples.reduce((sum, { value }) => sum + value, 0)).toBe(10_000);
    expect(counted!.samples.some(({ labels }) => labels.channel === "other")).toBe(true);
    expect(timed!.samples.filter(({ name }) => name.endsWith("_count"))).toHaveLength(21);
    expect(timed!.samples.filter(({ name }) => name.endsWith("_count")).reduce((sum, { value }) => sum + value, 0)).toBe(10_000);
  });

  it("are read by a strict parser", () => {
    const metrics = createMetrics();
    metrics.counter("never_total", "Never\ncounted \\ yet.", ["a"]);
    metrics.total("cpu_seconds_total", "Time.", () => [{ labels: { kind: "user" }, value: 1.25e-7 }]);
    metrics.histogram("idle_seconds", "Not used.", [0.1]);
    metrics.histogram("by_tool_seconds", "By tool.", [0.1, 1], ["tool"]).at('a"b\\c\n').observe(0.5);
    const families = parsePrometheus(metrics.render());
    expect(families.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "travelagent_never_total counter",
      "travelagent_cpu_seconds_total counter",
      "travelagent_idle_seconds histogram",
      "travelagent_by_tool_seconds histogram",
    ]);
    expect(families[3]!.samples[0]).toEqual({ name: "travelagent_by_tool_seconds_bucket", labels: { tool: 'a\\"b\\\\c\\n', le: "0.1" }, value: 0 });
    for (const wrong of [
      "a 1\n",
      "# HELP a x\n# TYPE a counter\na{b=c} 1\n",
      "# HELP a x\n# TYPE a counter\na 1\na 1\n",
      "# HELP a x\n# TYPE a counter\na -1\n",
      "# HELP a x\n# TYPE a counter\na 1",
    ])
      expect(() => parsePrometheus(wrong)).toThrow();
  });
});
