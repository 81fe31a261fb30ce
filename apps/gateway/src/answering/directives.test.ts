import { describe, expect, it } from "vitest";
import { directiveTable, queueChoice } from "./directives.ts";

describe("queue choice", () => {
  it.each([
    ["collect debounce:2s cap:25 drop:summarize", { mode: "collect", debounceMs: 2000, cap: 25, drop: "summarize" }],
    ["coalesce", { mode: "collect" }],
    ["abort", { mode: "interrupt" }],
    ["queue", { mode: "steer" }],
    ["Steer+Backlog", { mode: "steer-backlog" }],
    ["debounce:1500", { debounceMs: 1500 }],
    ["debounce:1m drop:old", { debounceMs: 60_000, drop: "old" }],
    ["default", null],
    ["reset", null],
  ])("%s", (text, choice) => {
    expect(queueChoice(text)).toEqual(choice);
  });

  it.each(["sideways", "cap:0", "cap:many", "debounce:soon", "drop:all"])("refuses %s and says what is possible", (text) => {
    expect(() => queueChoice(text)).toThrow(/debounce/);
  });
});

it("has one line for each directive", () => {
  expect(new Set(directiveTable.map(({ name }) => name)).size).toBe(directiveTable.length);
});
