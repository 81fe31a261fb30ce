import { TravelAgentError } from "@travelagent/protocol";

/** One time series, found once and then counted without a look-up. */
export interface CounterCell {
  inc(by?: number): void;
}

export interface Counter {
  /** `values` in the order of the label names. */
  at(...values: string[]): CounterCell;
}

export interface HistogramCell {
  observe(value: number): void;
}

/** `observe` is for one without labels. */
export interface Histogram extends HistogramCell {
  /** `values` in the order of the label names. */
  at(...values: string[]): HistogramCell;
}

export interface Sample {
  labels?: Readonly<Record<string, string>>;
  value: number;
}

/**
 * Numbers for Prometheus. Names get the prefix `travelagent_`; a name is registered once. Whatever callers put into labels, the
 * series stay few: a label keeps the first values it saw, all further ones count as `other`.
 */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  /** `read` is called whenever somebody scrapes. What it throws leaves this gauge out. */
  gauge(name: string, help: string, read: () => number | readonly Sample[]): void;
  /** A count that something else keeps, such as seconds of processor time; `read` is called as for a gauge. */
  total(name: string, help: string, read: () => number | readonly Sample[]): void;
  /** `buckets` are upper bounds, ascending. */
  histogram(name: string, help: string, buckets: readonly number[], labels?: readonly string[]): Histogram;
  /** The text exposition format 0.0.4. */
  render(): string;
}

/** What further values of a label count as. */
const other = "other";

export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8";

export interface MetricsOptions {
  prefix?: string;
  /** Values of one label that are told apart. Default 300. */
  maxLabelValues?: number;
  /** Series of one name. Default 2000. */
  maxSeries?: number;
}

export function createMetrics({ prefix = "travelagent_", maxLabelValues = 300, maxSeries = 2000 }: MetricsOptions = {}): Metrics {
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

  /** The cells of one name, made when they are first asked for. */
  const createCells = <Cell>(labels: readonly string[], make: (values: Readonly<Record<string, string>>) => Cell) => {
    const cells = new Map<string, Cell>();
    const seen = labels.map(() => new Set<string>());
    const bounded = (value: string, known: Set<string>): string => {
      if (known.has(value)) return value;
      if (known.size >= maxLabelValues) return other;
      known.add(value);
      return value;
    };
    const find = (values: readonly string[]): Cell => {
      const known = cells.get(values.join("\n"));
      if (known) return known;
      const full = cells.size >= maxSeries;
      const kept = labels.map((_, index) => (full ? other : bounded(values[index] ?? "", seen[index]!)));
      const key = kept.join("\n");
      const cell = cells.get(key) ?? make(Object.fromEntries(labels.map((label, index) => [label, kept[index]!])));
      cells.set(key, cell);
      return cell;
    };
    return { cells, find };
  };

  const readSamples =
    (type: "gauge" | "counter"): Metrics["gauge"] =>
    (name, help, read) =>
      register(name, help, type, (fullName) => {
        const samples = read();
        return (typeof samples === "number" ? [{ value: samples }] : samples).map(
          (sample: Sample) => `${fullName}${labelText(sample.labels ?? {})} ${sample.value}`,
        );
      });

  return {
    counter(name, help, labels = []) {
      const { cells, find } = createCells(labels, (values) => {
        const cell = {
          text: labelText(values),
          value: 0,
          inc(by = 1) {
            cell.value += by;
          },
        };
        return cell;
      });
      register(name, help, "counter", (fullName) => [...cells.values()].map(({ text, value }) => `${fullName}${text} ${value}`));
      return { at: (...values) => find(values) };
    },
    gauge: readSamples("gauge"),
    total: readSamples("counter"),
    histogram(name, help, buckets, labels = []) {
      const { cells, find } = createCells(labels, (values) => {
        const cell = {
          values,
          counts: buckets.map(() => 0),
          count: 0,
          sum: 0,
          observe(value: number) {
            cell.count += 1;
            cell.sum += value;
            for (const [index, bound] of buckets.entries()) if (value <= bound) cell.counts[index] = (cell.counts[index] ?? 0) + 1;
          },
        };
        return cell;
      });
      register(name, help, "histogram", (fullName) =>
        [...cells.values()].flatMap(({ values, counts, count, sum }) => [
          ...buckets.map((bound, index) => `${fullName}_bucket${labelText({ ...values, le: String(bound) })} ${counts[index]}`),
          `${fullName}_bucket${labelText({ ...values, le: "+Inf" })} ${count}`,
          `${fullName}_sum${labelText(values)} ${sum}`,
          `${fullName}_count${labelText(values)} ${count}`,
        ]),
      );
      if (labels.length === 0) find([]);
      return { at: (...values) => find(values), observe: (value) => find([]).observe(value) };
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
