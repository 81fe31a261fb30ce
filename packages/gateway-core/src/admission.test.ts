import type { InboundMessage } from "@travelagent/protocol/messages";
import { describe, expect, it } from "vitest";
import { admit } from "./admission.ts";

const message = (over: Partial<InboundMessage> & { peerId?: string; group?: boolean }): InboundMessage => ({
  address: { channel: "phone", accountId: "default", chatType: over.group ? "group" : "direct", peerId: over.peerId ?? "a" },
  externalId: "1",
  senderId: over.peerId ?? "a",
  text: "hello",
  sentAt: 0,
  mentioned: true,
  ...over,
});

describe("admission", () => {
  it("lets in no group that was not named, whatever it calls itself", () => {
    for (const peerId of ["constructor", "toString", "__proto__", "other"])
      expect(admit(message({ group: true, peerId }), { dmPolicy: "open", groups: { ours: {} } })).toEqual({ admitted: false, reason: "group-not-allowed" });
    expect(admit(message({ group: true, peerId: "ours" }), { dmPolicy: "open", groups: { ours: {} } })).toEqual({ admitted: true });
  });

  it("ignores what says nothing, in a group too", () => {
    expect(admit(message({ text: " " }), { dmPolicy: "open" })).toEqual({ admitted: false, reason: "empty" });
    expect(admit(message({ text: "", group: true }), { dmPolicy: "open", groups: { "*": {} } })).toEqual({ admitted: false, reason: "empty" });
    expect(admit(message({ text: "", action: { type: "confirm", id: "q" } }), { dmPolicy: "open" })).toEqual({ admitted: true });
  });
});
