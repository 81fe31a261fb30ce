import { describe, expect, it } from "vitest";
import { refusalOf } from "./allowed-commands.ts";

const phone = { platform: "iOS 18.2", commands: ["camera.snap", "system.run", "lamp.on", "sms.send"], permissions: { location: true } };

describe("which commands may go to a node", () => {
  it("those of its platform that it declares", () => {
    expect(refusalOf("camera.snap", phone, {})).toBeUndefined();
    expect(refusalOf("camera.clip", phone, {})).toBe("the node does not offer it");
    expect(refusalOf("system.run", phone, {})).toContain('not allowed for platform "iOS 18.2"');
    expect(refusalOf("system.run", { ...phone, platform: "linux" }, {})).toBeUndefined();
    expect(refusalOf("camera.snap", { ...phone, platform: "toaster" }, {})).toContain("toaster");
    expect(refusalOf("camera.snap", { commands: ["camera.snap"] }, {})).toContain("unknown");
  });

  it("none that sends messages past the outbox, unless somebody allows it", () => {
    expect(refusalOf("sms.send", { ...phone, platform: "android" }, {})).toContain("not allowed");
    expect(refusalOf("sms.send", { ...phone, platform: "android" }, { allow: ["sms.send"] })).toBeUndefined();
  });

  it("what the configuration adds, if it is declared", () => {
    expect(refusalOf("lamp.on", phone, { allow: ["lamp.*"] })).toBeUndefined();
    expect(refusalOf("lamp.off", phone, { allow: ["lamp.*"] })).toBe("the node does not offer it");
    expect(refusalOf("lampoon", { ...phone, commands: ["lampoon"] }, { allow: ["lamp.*"] })).toContain("not allowed");
  });

  it("nothing that is denied, by the configuration or by the node's own permissions", () => {
    expect(refusalOf("camera.snap", phone, { allow: ["camera.*"], deny: ["camera.*"] })).toContain("denyCommands");
    expect(refusalOf("camera.snap", { ...phone, permissions: { camera: false } }, {})).toContain("permission");
    expect(refusalOf("camera.snap", { ...phone, permissions: { "camera.snap": false } }, {})).toContain("permission");
    expect(refusalOf("camera.snap", { ...phone, permissions: { "camera.clip": false } }, {})).toBeUndefined();
    expect(refusalOf("screen.record", { platform: "macos", commands: ["screen.record"], permissions: { screenRecording: false } }, {})).toContain("permission");
  });
});
