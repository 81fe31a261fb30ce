import { describe, expect, it } from "vitest";
import { type ElevatedRules, mayElevate } from "./elevated.ts";

const ana = { channel: "telegram", peerId: "42" };
const open: ElevatedRules = { enabled: true, allowFrom: { telegram: ["42"] } };

describe("elevated", () => {
  const cases: [string, ElevatedRules, ElevatedRules | undefined, typeof ana, boolean][] = [
    ["named and switched on", open, undefined, ana, true],
    ["not switched on", { allowFrom: { telegram: ["42"] } }, undefined, ana, false],
    ["switched on for nobody", { enabled: true }, undefined, ana, false],
    ["another sender", open, undefined, { ...ana, peerId: "43" }, false],
    ["the same id on another channel", open, undefined, { ...ana, channel: "webchat" }, false],
    ["a channel with a name of every object", open, undefined, { ...ana, channel: "constructor" }, false],
    ["everybody there", { enabled: true, allowFrom: { telegram: ["*"] } }, undefined, ana, true],
    ["the agent says no", open, { enabled: false }, ana, false],
    ["the agent narrows", open, { allowFrom: { telegram: ["7"] } }, ana, false],
    ["the agent names the sender as well", open, { enabled: true, allowFrom: { telegram: ["42"] } }, ana, true],
    ["the agent alone", {}, { enabled: true, allowFrom: { telegram: ["42"] } }, ana, false],
  ];
  it.each(cases)("%s", (_, everybody, ofAgent, who, expected) => expect(mayElevate(everybody, ofAgent, who)).toBe(expected));
});
