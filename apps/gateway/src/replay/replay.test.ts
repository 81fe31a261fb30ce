import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { airlineCases } from "../testing/airline/cases.ts";
import type { AirlineCase } from "../testing/airline/draft.ts";
import { type AirlineParams, sampleWorld } from "../testing/airline/stage.ts";
import { type CaseResult, runPolicyReplay, type TaskResult } from "./replay.ts";

const packs = fileURLToPath(new URL("../../policy", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "replay-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, value: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

async function replay(options: { world: string; tasks?: string; cases?: string; params?: string }): Promise<(TaskResult | CaseResult)[]> {
  const results: (TaskResult | CaseResult)[] = [];
  await runPolicyReplay({ packs, pack: "tau-airline", ...options, onResult: (result) => void results.push(result) });
  return results;
}

/** The cases that came out otherwise than they must: with another decision, another rule, or a change that nobody allowed. */
function wrong(cases: readonly AirlineCase[], results: readonly (TaskResult | CaseResult)[]): unknown[] {
  return cases.flatMap((one, index) => {
    const result = results[index] as CaseResult | undefined;
    const { decision, ruleId } = one.expected;
    const right =
      result?.id === one.id &&
      result.decision === decision &&
      (ruleId === undefined || result.ruleId === ruleId) &&
      result.ruleId !== "" &&
      (decision === "allow" || result.reason !== "") &&
      (decision === "allow" || !result.changed);
    return right ? [] : [{ title: one.title, expected: one.expected, result }];
  });
}

const canonical: AirlineParams = {
  max_passengers: 5,
  max_certificates: 1,
  max_credit_cards: 1,
  max_gift_cards: 3,
  extra_bag_fee: 50,
  insurance_per_passenger: 30,
  free_bags: {
    regular: { basic_economy: 0, economy: 1, business: 2 },
    silver: { basic_economy: 1, economy: 2, business: 3 },
    gold: { basic_economy: 2, economy: 3, business: 4 },
  },
  cancel_window_hours: 24,
  insurance_reasons: ["health", "weather"],
  compensation_per_passenger: { cancelled: 100, delayed: 50 },
  bookable_statuses: ["available"],
};
const generous: AirlineParams = {
  max_passengers: 8,
  max_certificates: 2,
  max_credit_cards: 2,
  max_gift_cards: 4,
  extra_bag_fee: 75,
  insurance_per_passenger: 45,
  free_bags: {
    regular: { basic_economy: 1, economy: 2, business: 3 },
    silver: { basic_economy: 2, economy: 3, business: 4 },
    gold: { basic_economy: 3, economy: 4, business: 5 },
  },
  cancel_window_hours: 48,
  insurance_reasons: ["weather", "other"],
  compensation_per_passenger: { cancelled: 150, delayed: 75 },
  bookable_statuses: ["available", "on time", "delayed"],
};
const strict: AirlineParams = {
  max_passengers: 3,
  max_certificates: 0,
  max_credit_cards: 1,
  max_gift_cards: 1,
  extra_bag_fee: 5,
  insurance_per_passenger: 0,
  free_bags: {
    regular: { basic_economy: 0, economy: 0, business: 0 },
    silver: { basic_economy: 0, economy: 1, business: 1 },
    gold: { basic_economy: 0, economy: 1, business: 2 },
  },
  cancel_window_hours: 12,
  insurance_reasons: ["health"],
  compensation_per_passenger: { cancelled: 50, delayed: 50 },
  bookable_statuses: ["on time"],
};

describe("replay of cases over a small world", { timeout: 60_000 }, () => {
  const world = file("world.json", sampleWorld());
  it.each([
    ["as the pack has them", canonical],
    ["generous", generous],
    ["strict", strict],
  ])("refuses every violation and nothing else; parameters %s", async (name, params) => {
    const cases = airlineCases(sampleWorld(), params);
    expect(cases.length).toBeGreaterThan(250);
    const results = await replay({ world, cases: file(`cases-${name}.json`, { cases }), params: file(`params-${name}.json`, { canonical: params }) });
    expect(results).toHaveLength(cases.length);
    expect(wrong(cases, results)).toEqual([]);
  });

  it("takes parameters alone, in part, or under a name", async () => {
    const cases = file("insured.json", { cases: airlineCases(sampleWorld(), canonical).filter(({ title }) => title === "3 passengers") });
    for (const params of [{ max_passengers: 2 }, { canonical: { max_passengers: 2 } }, { note: "lower", variant: { max_passengers: 2 } }])
      expect(await replay({ world, cases, params: file("some.json", params) })).toMatchObject([{ decision: "deny", ruleId: "air.book.too-many-passengers" }]);
    expect(await replay({ world, cases, params: file("some.json", { max_passengers: 3 }) })).toMatchObject([{ decision: "allow" }]);
  });

  it("changes the world as the case says, and begins each case anew", async () => {
    const [first] = airlineCases(sampleWorld(), canonical);
    const results = await replay({ world, cases: file("same.json", { cases: [first, { ...first, id: "again" }] }) });
    expect(results).toMatchObject([
      { id: "A1", decision: "allow", changed: true },
      { id: "again", decision: "allow", changed: true },
    ]);
  });

  it("answers a case that cannot be read with a refusal of its own", async () => {
    const cases = [{ id: "broken", initial_state: { patches: [{ path: "/nowhere/x", value: 1 }] }, context: {}, attempt: { op: "get_customer", params: {} } }];
    expect(await replay({ world, cases: file("broken.json", { cases }) })).toMatchObject([
      { id: "broken", decision: "deny", ruleId: "replay.unreadable", changed: false },
    ]);
  });

  it("says which file is wrong", async () => {
    await expect(replay({ world: join(folder, "none.json"), cases: world })).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("none.json"),
    });
    await expect(replay({ world, cases: world })).rejects.toMatchObject({ code: "INVALID_REQUEST", message: expect.stringContaining("cases") });
    await expect(replay({ world: file("empty.json", {}), cases: world })).rejects.toMatchObject({ message: expect.stringContaining("is no world") });
  });
});

/** The public benchmark's world, where it is at hand. */
const benchmark = process.env.TRAVELAGENT_TAU_AIRLINE;
describe.skipIf(!benchmark)("replay over the benchmark's world", { timeout: 60_000 }, () => {
  const at = (name: string) => join(benchmark!, name);
  const json = (name: string) => JSON.parse(readFileSync(at(name), "utf8"));
  const sorted = (diff: { path: string }[]) => diff.toSorted((a, b) => (a.path < b.path ? -1 : 1));

  it("ends in the right state in 50 of 50 tasks, 24 of them unchanged, and refuses nothing", async () => {
    const expected: { task_id: string; db_must_change: boolean; expected_diff: { path: string }[] }[] = json("replay-expected.json").tasks;
    const results = (await replay({ world: at("db.json"), tasks: at("replay-expected.json") })) as TaskResult[];
    expect(results.map(({ id, changed, refused, diff }) => ({ id, changed, refused, diff: sorted(diff) }))).toEqual(
      expected.map(({ task_id, db_must_change, expected_diff }) => ({ id: task_id, changed: db_must_change, refused: [], diff: sorted(expected_diff) })),
    );
    expect(results.filter(({ changed }) => !changed)).toHaveLength(24);
  });

  it("judges the examples", async () => {
    const { cases } = json("example-cases.json");
    expect(wrong(cases, await replay({ world: at("db.json"), cases: at("example-cases.json") }))).toEqual([]);
  });

  it("has the pack's parameters from the benchmark, and refuses every violation and nothing else", async () => {
    const { canonical: params } = json("policy-params.json");
    const cases = airlineCases(json("db.json"), params);
    const began = performance.now();
    expect(wrong(cases, await replay({ world: at("db.json"), cases: file("own.json", { cases }), params: at("policy-params.json") }))).toEqual([]);
    expect(wrong(cases, await replay({ world: at("db.json"), cases: file("own.json", { cases }) }))).toEqual([]);
    expect(performance.now() - began).toBeLessThan(40_000);
  });
});
