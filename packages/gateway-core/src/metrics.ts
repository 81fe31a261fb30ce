import { TravelAgentError } from "@travelagent/protocol";

/** One time series, found once and then counted without a look-up. */
export interface CounterCell {
  inc(by?: number): void;
}

export interface Counter {
  /** `values` in the order of the label names. */
  at(...values: string[]): CounterCell;
}

export interface Histogram {
  observe(value: number): void;
}

export interface Sample {
  labels?: Readonly<Record<string, string>>;
  value: number;
}

/** Numbers for Prometheus. Names get the prefix `travelagent_`; a name is registered once. */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  /** `read` is called whenever somebody scrapes. What it throws leaves this gauge out. */
  gauge(name: string, help: string, read: () => number | readonly Sample[]): void;
  /** `buckets` are upper bounds, ascending. */
  histogram(name: string, help: string, buckets: readonly number[]): Histogram;
  /** The text exposition format 0.0.4. */
  render(): string;
}

export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8";

export function createMetrics(prefix = "travelagent_"): Metrics {
  const families = new Map<string, () => string[]>();
  const register = (name: string, help: string, type: string, lines: (fullName: string) => string[]) => {
    const fullName = prefix + name;
    if (families.has(fullName)) throw new TravelAgentError("CONFLICT", `the metric ${fullName} is already registered`);
    families.set(fullName, () => [
      `# HELP ${fullName} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
      `# TYPE ${fullName} ${type}`,
      ...lines(fullName),
    ]);
  };

  return {
    counter(name, help, labels = []) {
      const cells = new Map<string, { text: string; value: number; inc(by?: number): void }>();
      register(name, help, "counter", (fullName) => [...cells.values()].map(({ text, value }) => `${fullName}${text} ${value}`));
      return {
        at(...values) {
          const key = values.join("\n");
          const known = cells.get(key);
          if (known) return known;
          const cell = {
            text: labelText(Object.fromEntries(labels.map((label, index) => [label, values[index] ?? ""]))),
            value: 0,
            inc(by = 1) {
              cell.value += by;
            },
          };
          cells.set(key, cell);
          return cell;
        },
      };
    },
    gauge(name, help, read) {
      register(name, help, "gauge", (fullName) => {
        const samples = read();
        return (typeof samples === "number" ? [{ value: samples }] : samples).map(
          (sample: Sample) => `${fullName}${labelText(sample.labels ?? {})} ${sample.value}`,
        );
      });
    },
    histogram(name, help, buckets) {
      const counts = buckets.map(() => 0);
      let count = 0;
      let sum = 0;
      register(name, help, "histogram", (fullName) => [
        ...buckets.map((bound, index) => `${fullName}_bucket${labelText({ le: String(bound) })} ${counts[index]}`),
        `${fullName}_bucket${labelText({ le: "+Inf" })} ${count}`,
        `${fullName}_sum ${sum}`,
        `${fullName}_count ${count}`,
      ]);
      return {
        observe(value) {
          count += 1;
          sum += value;
          for (const [index, bound] of buckets.entries()) if (value <= bound) counts[index] = (counts[index] ?? 0) + 1;
        },
      };
    },
    render: () => `${[...families.values()].flatMap(attempt).join("\n")}\n`,
  };
}

/** One broken source must not hide all other numbers. */
function attempt(lines: () => string[]): string[] {
  try {
    return lines();
  } catch {
    return [];
  }
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const quote = (value: string) => value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${quote(value)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}
