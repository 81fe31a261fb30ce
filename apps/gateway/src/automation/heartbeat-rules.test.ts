import { describe, expect, it } from "vitest";
import { asksForSomething, everyMsOf, isActive, withoutToken } from "./heartbeat-rules.ts";

describe("heartbeat", () => {
  it.each([
    ["", false],
    ["# Heartbeat\n\n- \n* [ ]\n1.\n<!-- nothing\nhere -->\n", false],
    ["# Heartbeat\n- look at the fares", true],
    ["- [ ] call the hotel", true],
  ])("sees whether a file asks for something: %j", (file, asks) => {
    expect(asksForSomething(file)).toBe(asks);
  });

  it.each([
    ["HEARTBEAT_OK", undefined],
    ["**HEARTBEAT_OK**", undefined],
    ["HEARTBEAT_OK, all quiet.", undefined],
    ["All quiet. <b>HEARTBEAT_OK</b>", undefined],
    [`HEARTBEAT_OK ${"x".repeat(400)}`, "x".repeat(400)],
    ["The fare has changed.", "The fare has changed."],
  ])("keeps back what says nothing: %j", (text, rest) => {
    expect(withoutToken(text, 300)).toBe(rest);
  });

  it.each([
    ["08:00", "20:00", "2027-01-15T06:59:00Z", false],
    ["08:00", "20:00", "2027-01-15T07:00:00Z", true],
    ["22:00", "06:00", "2027-01-15T23:30:00Z", true],
    ["22:00", "06:00", "2027-01-15T12:00:00Z", false],
    ["08:00", "24:00", "2027-01-15T22:59:00Z", true],
    ["09:00", "09:00", "2027-01-15T08:00:00Z", false],
  ])("looks from %s to %s: %s", (start, end, now, active) => {
    expect(isActive({ start, end }, Date.parse(now), "Europe/Madrid")).toBe(active);
  });

  it("reads times", () => {
    expect([everyMsOf("30m"), everyMsOf("1h"), everyMsOf("0m"), everyMsOf("5s")]).toEqual([1_800_000, 3_600_000, 0, 5_000]);
  });
});
