import type { Address, InboundMessage } from "@travelagent/protocol/messages";

/** What holds for one group. */
export interface GroupRules {
  /** Only messages that address the agent are answered. Default true. */
  requireMention?: boolean;
  /** Who of its members may; `*` is everybody. Default `groupAllowFrom`. */
  allowFrom?: readonly string[];
}

/** Who may write to an account. Unset means that nobody may: a channel is opened by saying so. */
export interface AdmissionRules {
  /** `open`: every stranger is a customer. `pairing`: who is listed or was let in by code. `allowlist`: only who is listed. `disabled`: nobody. */
  dmPolicy: "open" | "pairing" | "allowlist" | "disabled";
  allowFrom?: readonly string[];
  /** `allowlist`: groups and people that are named. `open`: any group. `disabled`: none. Default `allowlist`. */
  groupPolicy?: "open" | "allowlist" | "disabled";
  /** Who may write in groups; default `allowFrom`, and everybody where neither is given. Of policy `allowlist`. */
  groupAllowFrom?: readonly string[];
  /** Groups by id, or `*`. Absent means none, but for the people in `groupAllowFrom`. */
  groups?: Readonly<Record<string, GroupRules>>;
}

export type Admission = { admitted: true } | { admitted: false; reason: string };

/** What is known besides the message and the rules. */
export interface AdmissionFacts {
  /** Let in by code. */
  isPaired?: boolean;
  /** Its words name the agent, though the platform does not say so. */
  isNamed?: boolean;
}

/** Why a message of a group reaches nobody that did not address the agent; it is kept as what was said before the next that does. */
export const notMentioned = "not-mentioned";
/** Why a stranger's message reaches nobody before an operator let them in. */
export const pairingRequired = "pairing-required";

const refused = (reason: string): Admission => ({ admitted: false, reason });

/** Ids as they are; addresses of mail in any case. */
const isSame = (one: string, other: string): boolean => one === other || (one.includes("@") && one.toLowerCase() === other.toLowerCase());
const lists = (list: readonly string[] | undefined, id: string): boolean => list?.some((one) => one === "*" || isSame(one, id)) ?? false;

/** Nothing in it that anybody could answer. */
const isEmpty = ({ text, action, attachments = [], refusedAttachments = [], location, subject = "" }: InboundMessage): boolean =>
  text.trim() === "" && subject.trim() === "" && !action && !location && attachments.length === 0 && refusedAttachments.length === 0;

const groupRulesOf = ({ groupPolicy = "allowlist", groups, groupAllowFrom }: AdmissionRules, peerId: string): GroupRules | undefined => {
  if (groupPolicy === "disabled") return undefined;
  const found = groups && (Object.hasOwn(groups, peerId) ? groups[peerId] : groups["*"]);
  return found ?? (groupPolicy === "open" || (!groups && groupAllowFrom) ? {} : undefined);
};

/** First whether the group is served, then whether this member may, then whether the agent was addressed. */
function admitInGroup(message: InboundMessage, rules: AdmissionRules, { isNamed = false }: AdmissionFacts): Admission {
  const group = groupRulesOf(rules, message.address.peerId);
  if (!group) return refused("group-not-allowed");
  const members = group.allowFrom ?? (rules.groupPolicy === "open" ? undefined : (rules.groupAllowFrom ?? rules.allowFrom));
  if (members && !lists(members, message.senderId)) return refused("sender-not-allowed");
  if ((group.requireMention ?? true) && !message.mentioned && !isNamed) return refused(notMentioned);
  return { admitted: true };
}

/** Whether a message reaches an agent. Decided from the message, the rules and these facts alone. */
export function admit(message: InboundMessage, rules: AdmissionRules | undefined, facts: AdmissionFacts = {}): Admission {
  const inGroup = message.address.chatType === "group";
  if (!rules || (!inGroup && rules.dmPolicy === "disabled")) return refused("channel-closed");
  if (message.automated !== undefined) return refused(`automated: ${message.automated}`);
  if (isEmpty(message)) return refused("empty");
  if (inGroup) return admitInGroup(message, rules, facts);
  if (rules.dmPolicy === "open" || facts.isPaired || lists(rules.allowFrom, message.senderId)) return { admitted: true };
  return refused(rules.dmPolicy === "pairing" ? pairingRequired : "sender-not-allowed");
}

/** Why nobody may be written to first at that address; undefined when it is open. Nobody is reached who could not answer. */
export function mayReach(address: Address, rules: AdmissionRules | undefined, { isPaired = false }: AdmissionFacts = {}): string | undefined {
  if (!rules) return "channel-closed";
  if (address.chatType === "group") return groupRulesOf(rules, address.peerId) ? undefined : "group-not-allowed";
  if (rules.dmPolicy === "disabled") return "channel-closed";
  return rules.dmPolicy === "open" || isPaired || lists(rules.allowFrom, address.peerId) ? undefined : "recipient-not-allowed";
}
