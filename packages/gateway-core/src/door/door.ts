import type { InboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Logger, Tx } from "@travelagent/protocol/ports";
import { type Admission, type AdmissionRules, admit, pairingRequired } from "../admission.ts";
import type { Inbox } from "../inbox.ts";
import { createMetrics, type Metrics } from "../metrics.ts";
import type { Account } from "./account.ts";
import { type LoopLimits, loopOf } from "./loop-guard.ts";
import type { Pairing } from "./pairing.ts";
import type { PairingEntry } from "./pairing-files.ts";
import { offTopicIn } from "./scope/scope-guard.ts";
import { doorLocale, onlyTravelText, pairingText } from "./texts.ts";

/** What the configuration says besides who may write. Asked for with every message. */
export interface DoorRules {
  /** Words that address this agent in a group, though the platform does not say so. Without flag `g`. */
  mentionPatterns(agentId: string): readonly RegExp[];
  /** Messages of a group that the agent is told of when it is addressed; 0 is none. */
  overheard: number;
  /** Absent: machines are not looked for. */
  loop?: LoopLimits | undefined;
  /** Requests for what no travel agency does are declined without a model. */
  onlyTravel: boolean;
  /** The agency this account is one of. */
  agencyName(account: Account): string;
  /** BCP 47: the language of a text, else the agency's. */
  localeOf(text: string): string | undefined;
}

/** Something was kept from an agent that was let in otherwise, or somebody was let in. */
export interface DoorRecord {
  runId: string;
  sessionKey: string;
  /** `door.scope`, `door.loop`, `door.pairing`. */
  ruleId: string;
  decision: "refused" | "allow";
  actor: string;
  reason: string;
}

export interface DoorOptions {
  rules?: () => Partial<DoorRules>;
  /** Absent: on channels with policy `pairing` nobody is let in who is not listed. */
  pairing?: Pairing;
  /** Into the audit, in the commit in which it happens. */
  record?(tx: Tx, entry: DoorRecord): Promise<void>;
}

/** `answer`: is said to whoever wrote; sent once under this id. `asked`: they asked to be let in, for the first time. */
export type Verdict = Admission & { answer?: { id: string; text: string }; asked?: PairingEntry };

export interface Door {
  rules(): DoorRules;
  /** Whether a message reaches the agent. `mayAsk`: a stranger's may be a request to be let in. */
  judge(message: InboundMessage, rules: AdmissionRules | undefined, at: { agentId: string; mayAsk: boolean }): Promise<Verdict>;
  /** In the commit of a message: why a machine seems to have written it. */
  loop(tx: Tx, sessionKey: string, message: InboundMessage): Promise<string | undefined>;
  /** What a message is declined with that wants none of an agency's business. */
  decline(message: InboundMessage): { reason: string; text: string } | undefined;
  record(tx: Tx, entry: DoorRecord): Promise<void>;
  /** A message ended here. */
  count(reason: string): void;
}

const silent: DoorRules = { mentionPatterns: () => [], overheard: 50, onlyTravel: false, agencyName: () => "the agency", localeOf: () => undefined };

/** What reasons begin with; what stands behind it names people and words. */
const kindOf = (reason: string): string => reason.split(/[:\s]/)[0]!;

export function createDoor({
  options: { rules: given, pairing, record },
  inbox,
  clock,
  log,
  metrics = createMetrics(),
}: {
  options: DoorOptions;
  inbox: Pick<Inbox, "known">;
  clock: Clock;
  log: Logger;
  metrics?: Metrics | undefined;
}): Door {
  const kept = metrics.counter("messages_kept_total", "Messages that were kept from an agent, by reason.", ["reason"]);
  const rules = (): DoorRules => ({ ...silent, ...given?.() });

  async function asStranger(message: InboundMessage, refused: Verdict): Promise<Verdict> {
    const { address, senderId, senderName, text } = message;
    if (!pairing) return refused;
    try {
      if (await pairing.isAllowed(address, senderId)) return { admitted: true };
      // A repeat of the platform asks for nothing again, however late it comes.
      if (await inbox.known(message)) return refused;
      const { localeOf, agencyName } = rules();
      const locale = doorLocale(localeOf(text));
      const asked = await pairing.ask(address, { id: senderId, meta: { ...(senderName === undefined ? {} : { name: senderName }), locale } });
      if (!asked) return { admitted: false, reason: "pairing-full" };
      const { channel, accountId } = address;
      return {
        ...refused,
        ...(asked.isNew ? { asked: asked.request } : {}),
        answer: {
          id: `pairing:${channel}/${accountId}:${asked.request.code}`,
          text: pairingText(locale, { agency: agencyName(address), code: asked.request.code }),
        },
      };
    } catch (error) {
      log.error("nobody can be let in by code: see the files in the folder of credentials", { channel: address.channel, error });
      return { admitted: false, reason: "pairing-failed" };
    }
  }

  return {
    rules,
    async judge(message, admission, { agentId, mayAsk }) {
      const isNamed =
        message.address.chatType === "group" &&
        rules()
          .mentionPatterns(agentId)
          .some((pattern) => pattern.test(message.text));
      const verdict = admit(message, admission, { isNamed });
      return mayAsk && !verdict.admitted && verdict.reason === pairingRequired ? asStranger(message, verdict) : verdict;
    },
    async loop(tx, sessionKey, message) {
      const { loop } = rules();
      const found = loop && !message.action ? await loopOf(tx, { sessionKey, message, now: clock.now() }, loop) : undefined;
      if (!found) return undefined;
      return found === "repeats"
        ? "loop-guard: the same was written over and over, as a machine does that answers us"
        : "loop-guard: answers came faster than people write";
    },
    decline({ text, address, tainted, attachments, action }) {
      const { onlyTravel, agencyName } = rules();
      if (!onlyTravel || tainted || attachments || action) return undefined;
      const found = offTopicIn(text);
      return found && { reason: `out-of-scope: ${found.topic}`, text: onlyTravelText(found.locale, { agency: agencyName(address) }) };
    },
    async record(tx, entry) {
      await record?.(tx, entry);
    },
    count: (reason) => kept.at(kindOf(reason)).inc(),
  };
}
