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
    const fail = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment) {
      const [, kind, name = "", rest = ""] = comment;
      if (!metricName.test(name)) fail("no metric name");
      if (kind === "HELP") {
        if (!/^(?:[^\\]|\\[\\n])*$/.test(rest)) fail("a stray backslash in HELP");
        help = { name, text: rest };
        continue;
      }
      if (help?.name !== name) fail("TYPE without its HELP before it");
      if (families.has(name)) fail("a family that is there twice");
      if (rest !== "counter" && rest !== "gauge" && rest !== "histogram") fail("an unknown type");
      current = { name, help: help!.text, type: rest as PrometheusFamily["type"], samples: [] };
      families.set(name, current);
      continue;
    }
    const sample = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? fail("no sample");
    const [, name = "", labelText = "", written = ""] = sample as RegExpExecArray;
    if (!metricName.test(name) || !numberForm.test(written)) fail("a malformed sample");
    const family = current ?? fail("a sample before any TYPE");
    const base = family.type === "histogram" ? name.replace(/_(?:bucket|sum|count)$/, "") : name;
    if (base !== family.name) fail(`a sample of another family than ${family.name}`);
    const labels: Record<string, string> = {};
    for (let rest = labelText; rest !== ""; ) {
      const pair = labelPair.exec(rest) ?? fail("a malformed label");
      const [whole, label = "", value = ""] = pair as RegExpExecArray;
      if (label in labels) fail("a label that is there twice");
      labels[label] = value;
      rest = rest.slice(whole.length);
    }
    const identity = `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
    if (seen.has(identity)) fail("a series that is there twice");
    seen.add(identity);
    const value = Number(written.replace(/Inf$/i, "Infinity"));
    if (family.type !== "gauge" && !(value >= 0)) fail("a count below zero");
    family.samples.push({ name, labels, value });
  }
  for (const family of families.values()) if (family.type === "histogram") checkHistogram(family);
  return [...families.values()];
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
