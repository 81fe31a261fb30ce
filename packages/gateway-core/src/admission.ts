import type { Address, InboundMessage } from "@travelagent/protocol/messages";

/** Who may write to an account. Unset means that nobody may: a channel is opened by saying so. */
export interface AdmissionRules {
  /** `open`: every stranger is a customer. `allowlist`: only these. `disabled`: nobody. */
  dmPolicy: "open" | "allowlist" | "disabled";
  allowFrom?: readonly string[];
  /** Groups by id, or `*`; absent means none. */
  groups?: Readonly<Record<string, { requireMention?: boolean }>>;
}

export type Admission = { admitted: true } | { admitted: false; reason: string };

const refused = (reason: string): Admission => ({ admitted: false, reason });

/** Whether a message reaches an agent. Decided from the message and the rules alone. */
export function admit(message: InboundMessage, rules: AdmissionRules | undefined): Admission {
  if (!rules || rules.dmPolicy === "disabled") return refused("channel-closed");
  if (message.text.trim() === "" && !message.action) return refused("empty");
  if (message.address.chatType === "group") {
    const { groups = {} } = rules;
    const { peerId } = message.address;
    const group = Object.hasOwn(groups, peerId) ? groups[peerId] : groups["*"];
    if (!group) return refused("group-not-allowed");
    if ((group.requireMention ?? true) && !message.mentioned) return refused("not-mentioned");
    return { admitted: true };
  }
  if (rules.dmPolicy === "allowlist" && !rules.allowFrom?.includes(message.senderId) && !rules.allowFrom?.includes("*")) return refused("sender-not-allowed");
  return { admitted: true };
}

/** Why nobody may be written to first at that address; undefined when it is open. Nobody is reached who could not answer. */
export function mayReach(address: Address, rules: AdmissionRules | undefined): string | undefined {
  if (!rules || rules.dmPolicy === "disabled") return "channel-closed";
  if (address.chatType === "group") return rules.groups?.[address.peerId] || rules.groups?.["*"] ? undefined : "group-not-allowed";
  if (rules.dmPolicy === "allowlist" && !rules.allowFrom?.includes(address.peerId) && !rules.allowFrom?.includes("*")) return "recipient-not-allowed";
  return undefined;
}
