import { expect, it } from "vitest";
import { type TimelineEntry, type TimelineSource, timelineOf } from "./timeline.ts";

const source = (name: string, times: readonly number[]): TimelineSource => ({
  name,
  async entries(_customer, { until, limit }) {
    const all = times.map((at, index): TimelineEntry => ({ at, kind: name, id: `${index}`, text: `${name} ${index}` })).sort((a, b) => b.at - a.at);
    return all.filter(({ at }) => at <= until).slice(0, limit);
  },
});

it("gives every entry of every source once, newest first, whatever the page, also when many are of one millisecond", async () => {
  const sources = [source("a", [5, 5, 5, 3, 1]), source("b", [5, 4, 3, 3, 3]), source("c", [])];
  for (const limit of [1, 2, 3, 4, 50]) {
    const seen: TimelineEntry[] = [];
    let cursor: string | undefined;
    do {
      const page = await timelineOf(sources, "cus", { limit, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.entries.length).toBeGreaterThan(0);
      seen.push(...page.entries);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect([limit, seen.map(({ at }) => at)]).toEqual([limit, [5, 5, 5, 5, 4, 3, 3, 3, 3, 1]]);
    expect(new Set(seen.map(({ text }) => text)).size).toBe(10);
  }
});

it("begins with nothing, and refuses a cursor of somebody else's", async () => {
  expect(await timelineOf([source("a", [])], "cus")).toEqual({ entries: [] });
  await expect(timelineOf([], "cus", { cursor: "x" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
});

it("tells when a source fails", async () => {
  const broken: TimelineSource = { name: "x", entries: () => Promise.reject(new Error("gone")) };
  await expect(timelineOf([source("a", [1]), broken], "cus")).rejects.toThrow("gone");
});
