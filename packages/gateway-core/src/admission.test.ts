import type { InboundMessage } from "@travelagent/protocol/messages";
import { describe, expect, it } from "vitest";
import { type AdmissionRules, admit, mayReach } from "./admission.ts";

const message = ({ peerId, group, ...over }: Partial<InboundMessage> & { peerId?: string; group?: boolean }): InboundMessage => ({
  address: { channel: "phone", accountId: "default", chatType: group ? "group" : "direct", peerId: peerId ?? "a" },
  externalId: "1",
  senderId: peerId ?? "a",
  text: "hello",
  sentAt: 0,
  mentioned: true,
  ...over,
});
const reasonOf = (...given: Parameters<typeof admit>): string => {
  const verdict = admit(...given);
  return verdict.admitted ? "in" : verdict.reason;
};

describe("admission to a direct conversation", () => {
  it.each<[AdmissionRules["dmPolicy"], string, string, string]>([
    ["open", "in", "in", "in"],
    ["pairing", "in", "in", "pairing-required"],
    ["allowlist", "in", "sender-not-allowed", "sender-not-allowed"],
    ["disabled", "channel-closed", "channel-closed", "channel-closed"],
  ])("by %s: who is listed, who was let in by code, a stranger", (dmPolicy, listed, paired, stranger) => {
    const rules: AdmissionRules = { dmPolicy, allowFrom: ["known"] };
    expect(reasonOf(message({ senderId: "known" }), rules)).toBe(listed);
    // Of a policy that knows no codes, nobody asks whether the person was let in by one.
    expect(reasonOf(message({ senderId: "paired" }), rules, { isPaired: dmPolicy === "pairing" })).toBe(paired);
    expect(reasonOf(message({ senderId: "stranger" }), rules)).toBe(stranger);
    expect(reasonOf(message({ senderId: "stranger" }), undefined)).toBe("channel-closed");
  });

  it("takes * for everybody, and addresses of mail in any case of letters, but no id of a platform", () => {
    expect(reasonOf(message({}), { dmPolicy: "allowlist", allowFrom: ["*"] })).toBe("in");
    expect(reasonOf(message({ senderId: "Ana@Example.org" }), { dmPolicy: "allowlist", allowFrom: ["ana@example.org"] })).toBe("in");
    expect(reasonOf(message({ senderId: "U12AB" }), { dmPolicy: "allowlist", allowFrom: ["u12ab"] })).toBe("sender-not-allowed");
  });

  it("says why machines are not answered, before it looks whether they may write", () => {
    expect(reasonOf(message({ automated: "out-of-office note" }), { dmPolicy: "open" })).toBe("automated: out-of-office note");
    expect(reasonOf(message({ automated: "bounce", senderId: "stranger" }), { dmPolicy: "pairing" })).toBe("automated: bounce");
  });

  it("ignores what says nothing; a file, a place, a button or a file that was refused says something", () => {
    const open: AdmissionRules = { dmPolicy: "open", groups: { "*": {} } };
    expect(reasonOf(message({ text: " " }), open)).toBe("empty");
    expect(reasonOf(message({ text: "", group: true }), open)).toBe("empty");
    expect(reasonOf(message({ text: "", attachments: [], refusedAttachments: [] }), open)).toBe("empty");
    expect(reasonOf(message({ text: "", action: { type: "confirm", id: "q" } }), open)).toBe("in");
    expect(reasonOf(message({ text: "", attachments: [{ id: "f", kind: "image", mimeType: "image/png", bytes: 3 }] }), open)).toBe("in");
    expect(reasonOf(message({ text: "", refusedAttachments: [{ reason: "larger than 16 MB" }] }), open)).toBe("in");
    expect(reasonOf(message({ text: "", location: { latitude: 38.7, longitude: -9.1 } }), open)).toBe("in");
    expect(reasonOf(message({ text: "", subject: "Flights to Lisbon" }), open)).toBe("in");
  });
});

describe("admission in a group", () => {
  it("lets in no group that was not named, whatever it calls itself", () => {
    for (const peerId of ["constructor", "toString", "__proto__", "other"])
      expect(reasonOf(message({ group: true, peerId }), { dmPolicy: "open", groups: { ours: {} } })).toBe("group-not-allowed");
    expect(reasonOf(message({ group: true, peerId: "ours" }), { dmPolicy: "open", groups: { ours: {} } })).toBe("in");
  });

  it.each<[NonNullable<AdmissionRules["groupPolicy"]>, string, string, string, string]>([
    // listed and addressed, listed and not, unlisted and addressed, unlisted and not
    ["allowlist", "in", "not-mentioned", "group-not-allowed", "group-not-allowed"],
    ["open", "in", "not-mentioned", "in", "not-mentioned"],
    ["disabled", "group-not-allowed", "group-not-allowed", "group-not-allowed", "group-not-allowed"],
  ])("by %s, before it is asked whether the agent was addressed", (groupPolicy, ...wanted) => {
    const rules: AdmissionRules = { dmPolicy: "disabled", groupPolicy, groups: { ours: {} } };
    const found = (["ours", "other"] as const).flatMap((peerId) =>
      [true, false].map((mentioned) => reasonOf(message({ group: true, peerId, mentioned }), rules)),
    );
    expect(found).toEqual(wanted);
  });

  it("asks of the members what the group says, else groupAllowFrom, else allowFrom, else nothing", () => {
    const by = (rules: Partial<AdmissionRules>, senderId: string) =>
      reasonOf(message({ group: true, peerId: "g", senderId }), { dmPolicy: "allowlist", groups: { g: {} }, ...rules });
    expect(by({ groups: { g: { allowFrom: ["ana"] } }, groupAllowFrom: ["eva"], allowFrom: ["leo"] }, "ana")).toBe("in");
    expect(by({ groups: { g: { allowFrom: ["ana"] } }, groupAllowFrom: ["eva"] }, "eva")).toBe("sender-not-allowed");
    expect(by({ groupAllowFrom: ["eva"], allowFrom: ["leo"] }, "eva")).toBe("in");
    expect(by({ groupAllowFrom: ["eva"], allowFrom: ["leo"] }, "leo")).toBe("sender-not-allowed");
    expect(by({ allowFrom: ["leo"] }, "leo")).toBe("in");
    expect(by({ allowFrom: ["leo"] }, "ana")).toBe("sender-not-allowed");
    expect(by({}, "anybody")).toBe("in");
    expect(by({ groupPolicy: "open", groupAllowFrom: ["eva"] }, "ana")).toBe("in");
    // People who may write in any group, where no group is named.
    expect(reasonOf(message({ group: true, peerId: "any", senderId: "eva" }), { dmPolicy: "allowlist", groupAllowFrom: ["eva"] })).toBe("in");
    expect(reasonOf(message({ group: true, peerId: "any", senderId: "ana" }), { dmPolicy: "allowlist", groupAllowFrom: ["eva"] })).toBe("sender-not-allowed");
  });

  it("takes words that name the agent for a mention, and needs none where the group says so", () => {
    const rules: AdmissionRules = { dmPolicy: "open", groups: { g: {}, free: { requireMention: false } } };
    expect(reasonOf(message({ group: true, peerId: "g", mentioned: false }), rules, { isNamed: true })).toBe("in");
    expect(reasonOf(message({ group: true, peerId: "free", mentioned: false }), rules)).toBe("in");
  });
});

it("reaches nobody first who could not answer", () => {
  const to = (peerId: string, chatType: "direct" | "group" = "direct") => ({ channel: "phone", accountId: "default", chatType, peerId });
  const rules: AdmissionRules = { dmPolicy: "pairing", allowFrom: ["ana"], groups: { g: {} } };
  expect(mayReach(to("ana"), rules)).toBeUndefined();
  expect(mayReach(to("eva"), rules)).toBe("recipient-not-allowed");
  expect(mayReach(to("eva"), rules, { isPaired: true })).toBeUndefined();
  expect(mayReach(to("g", "group"), rules)).toBeUndefined();
  expect(mayReach(to("h", "group"), rules)).toBe("group-not-allowed");
  expect(mayReach(to("eva"), { dmPolicy: "disabled" }, { isPaired: true })).toBe("channel-closed");
});
