export interface PrometheusSample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface PrometheusFamily {
  name: string;
  help: string;
  type: "counter" | "gauge" | "histogram";
  samples: PrometheusSample[];
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelPair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/;
const numberForm = /^(?:[+-]?Inf|NaN|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i;

/**
 * Reads the text exposition format 0.0.4 as strictly as a server may: raises for anything it does not allow, for a series that is
 * there twice, and for histograms whose buckets do not add up.
 */
export function parsePrometheus(text: string): PrometheusFamily[] {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families = new Map<string, PrometheusFamily>();
  const seen = new Set<string>();
  let current: PrometheusFamily | undefined;
  let help: { name: string; text: string } | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const check = (holds: boolean, why: string): void => {
      if (!holds) throw new Error(`${why}: ${line}`);
    };
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === "HELP") {
      check(metricName.test(name), "no metric name");
      check(/^(?:[^\\]|\\[\\n])*$/.test(rest), "a stray backslash in HELP");
      help = { name, text: rest };
    } else if (kind === "TYPE") {
      check(help?.name === name, "TYPE without its HELP before it");
      check(!families.has(name), "a family that is there twice");
      check(["counter", "gauge", "histogram"].includes(rest), "an unknown type");
      current = { name, help: help!.text, type: rest as PrometheusFamily["type"], samples: [] };
      families.set(name, current);
    } else {
      const sample = readSample(line, check);
      check(current !== undefined, "a sample before any TYPE");
      const base = current!.type === "histogram" ? sample.name.replace(/_(?:bucket|sum|count)$/, "") : sample.name;
      check(base === current!.name, "a sample of another family");
      const identity = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
      check(!seen.has(identity), "a series that is there twice");
      check(current!.type === "gauge" || sample.value >= 0, "a count below zero");
      seen.add(identity);
      current!.samples.push(sample);
    }
  }
  for (const family of families.values()) if (family.type === "histogram") checkHistogram(family);
  return [...families.values()];
}

function readSample(line: string, check: (holds: boolean, why: string) => void): PrometheusSample {
  const [, name = "", labelText = "", written = ""] = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  check(metricName.test(name) && numberForm.test(written), "a malformed sample");
  const labels: Record<string, string> = {};
  for (let rest = labelText; rest !== ""; ) {
    const [whole = "", label = "", value = ""] = labelPair.exec(rest) ?? [];
    check(whole !== "", "a malformed label");
    check(!(label in labels), "a label that is there twice");
    labels[label] = value;
    rest = rest.slice(whole.length);
  }
  return { name, labels, value: Number(written.replace(/Inf$/i, "Infinity")) };
}

function checkHistogram({ name, samples }: PrometheusFamily): void {
  const series = new Map<string, { buckets: { le: number; value: number }[]; sum?: number; count?: number }>();
  for (const sample of samples) {
    const { le, ...labels } = sample.labels;
    const key = JSON.stringify(Object.entries(labels).sort());
    const own = series.get(key) ?? { buckets: [] };
    series.set(key, own);
    if (sample.name.endsWith("_bucket")) own.buckets.push({ le: le === "+Inf" ? Infinity : Number(le), value: sample.value });
    else if (sample.name.endsWith("_sum")) own.sum = sample.value;
    else own.count = sample.value;
  }
  for (const { buckets, sum, count } of series.values()) {
    const ascending = buckets.every(({ le, value }, index) => index === 0 || (le > buckets[index - 1]!.le && value >= buckets[index - 1]!.value));
    if (!ascending || buckets.at(-1)?.le !== Infinity || buckets.at(-1)?.value !== count || sum === undefined)
      throw new Error(`the buckets of ${name} do not add up`);
  }
}
