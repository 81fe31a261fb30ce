import type { Pace, SendContext } from "@travelagent/channel-kit";
import type { Address, OutboundMessage, Receipt } from "@travelagent/protocol/messages";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { waIdOf } from "../address.ts";
import { proven, reconciled, wholeOf } from "../proof.ts";
import type { Sends } from "../sends.ts";
import type { AccountState } from "./account-state.ts";
import type { Answer, Graph } from "./graph.ts";
import { inWords, meaningOf, refusalOf } from "./graph-error.ts";
import { type Part, partsOf } from "./parts.ts";
import { referenceOf } from "./reference.ts";
import { type CloudTemplate, templatePart } from "./templates.ts";
import { uploadFile } from "./upload.ts";

/** So long after the customer's last message one may write freely. */
export const replyWindowMs = 24 * 3_600_000;
/** Longer than that nobody waits for the pace: it is tried again later. */
const patienceMs = 20_000;

export interface SenderOptions {
  graph: Graph;
  phoneNumberId: string;
  sends: Sends;
  pace: Pace;
  state: AccountState;
  clock: Clock;
  templates: Readonly<Record<string, CloudTemplate>>;
  chooseLabel: string;
  /** So long WhatsApp's word is waited for after an answer of it was lost. */
  statusPatienceMs: number;
  log(): Logger;
}

export interface Sender {
  /** Never rejects but for a store that fails. The same `id` again goes on behind the parts that WhatsApp has. */
  send(to: Address, message: OutboundMessage, context: SendContext): Promise<Receipt>;
  /** See `ChannelAdapter.reconcile`. */
  reconcile(id: string, signal: AbortSignal): Promise<Receipt | null>;
}

type Failed = Exclude<Receipt, { status: "sent" }>;
type Plan = { parts: Part[]; isTemplate: boolean };

const closed = (why: string): Failed => ({
  status: "failed",
  reason: `the customer last wrote more than 24 hours ago, and WhatsApp takes only approved templates then: ${why}`,
  retryable: false,
  code: "reply-window-closed",
});

export function createSender({ graph, phoneNumberId, sends, pace, state, clock, templates, chooseLabel, statusPatienceMs, log }: SenderOptions): Sender {
  const known = { sends, clock, patienceMs: statusPatienceMs };
  const free = (message: OutboundMessage): Plan => ({ parts: partsOf(message, { chooseLabel }), isTemplate: false });

  function asTemplate({ template, attachments = [] }: OutboundMessage): Plan | Failed {
    if (!template) return closed("this message has none");
    const part = templatePart(template, templates);
    if ("refused" in part) return closed(part.refused);
    if (attachments.length > 0) log().warn("files of a message are left out: WhatsApp takes none with a template", { files: attachments.length });
    return { parts: [part], isTemplate: true };
  }

  function planOf(message: OutboundMessage, lastInboundAt: number | undefined): Plan | Failed {
    // Who never wrote, as far as is known here, gets a template where there is one; without, WhatsApp itself says whether it goes.
    if (lastInboundAt === undefined) return message.template && Object.hasOwn(templates, message.template.name) ? asTemplate(message) : free(message);
    return clock.now() - lastInboundAt < replyWindowMs ? free(message) : asTemplate(message);
  }

  /** Resolves with whether it is our turn. */
  async function turn(chat: string, signal: AbortSignal): Promise<boolean> {
    const own = new AbortController();
    const disarm = clock.after(patienceMs, () => own.abort());
    try {
      await pace.turn(chat, AbortSignal.any([signal, own.signal]));
      return true;
    } catch {
      return false;
    } finally {
      disarm();
    }
  }

  /** Files first: a message whose file cannot go does not begin. */
  async function uploaded(parts: readonly Part[], context: SendContext): Promise<Record<string, unknown>[] | Failed> {
    const bodies: Record<string, unknown>[] = [];
    for (const part of parts) {
      if ("body" in part) {
        bodies.push(part.body);
        continue;
      }
      const file = await uploadFile(graph, phoneNumberId, part, context);
      if ("status" in file) return file;
      bodies.push(file.body);
    }
    return bodies;
  }

  /** Undefined where it may have been sent all the same. */
  async function onRefusal(answer: Answer & { kind: "refused" }, to: Address, sendId: string, part: number): Promise<Failed | undefined> {
    const receipt = refusalOf(answer.error, answer.httpStatus, answer.retryAfterMs);
    if (receipt.status === "unknown") return undefined;
    await sends.refused(sendId, part, receipt.reason);
    const { account, loggedOut, waits } = meaningOf(answer.error);
    if (loggedOut) state.raise("token", { state: "logged-out", reason: "WhatsApp does not take the access token any more" });
    if (account !== undefined) state.raise("account", { state: "degraded", reason: account });
    if (waits && receipt.retryAfterMs !== undefined) pace.hold(receipt.retryAfterMs, waits === "chat" ? to.peerId : undefined);
    return receipt;
  }

  async function give(
    to: Address,
    body: Record<string, unknown>,
    at: { id: string; part: number; parts: number },
    signal: AbortSignal,
  ): Promise<{ messageId: string } | Failed> {
    const { id: sendId, part, parts } = at;
    if (!(await turn(to.peerId, signal)))
      return {
        status: "failed",
        reason: signal.aborted ? "cancelled before it was sent" : "WhatsApp's limit of messages is reached; it is tried again",
        retryable: true,
      };
    await sends.begin({ sendId, part, parts, peerId: to.peerId });
    const answer = await graph.post(
      `${phoneNumberId}/messages`,
      { messaging_product: "whatsapp", recipient_type: "individual", to: waIdOf(to.peerId), biz_opaque_callback_data: referenceOf(sendId, part), ...body },
      signal,
    );
    if (answer.kind === "done") {
      const [first] = Array.isArray(answer.body.messages) ? (answer.body.messages as { id?: unknown }[]) : [];
      if (typeof first?.id === "string") {
        state.clear("token");
        await sends.accepted(sendId, part, first.id);
        return { messageId: first.id };
      }
    }
    if (answer.kind === "unreached") {
      await sends.refused(sendId, part, answer.reason);
      return { status: "failed", reason: answer.reason, retryable: true };
    }
    const refused = answer.kind === "refused" ? await onRefusal(answer, to, sendId, part) : undefined;
    if (refused) return refused;
    const reason = answer.kind === "unclear" ? answer.reason : answer.kind === "refused" ? inWords(answer.error) : "WhatsApp's answer cannot be read";
    return (await proven(known, sendId, part, signal)) ?? { status: "unknown", reason };
  }

  async function send(to: Address, message: OutboundMessage, context: SendContext, plan: Plan): Promise<Receipt> {
    const bodies = await uploaded(plan.parts, context);
    if (!Array.isArray(bodies)) return bodies;
    if (bodies.length === 0) return { status: "failed", reason: "there is nothing in this message that WhatsApp could show", retryable: false };
    const before = new Map((await sends.of(context.id)).map((row) => [row.part, row]));
    let lastId = "";
    for (const [part, body] of bodies.entries()) {
      const given = before.get(part);
      if (given?.state === "accepted" && given.messageId !== undefined) {
        lastId = given.messageId;
        continue;
      }
      const quoted = part === 0 && !plan.isTemplate && message.replyTo?.startsWith("wamid.") ? { context: { message_id: message.replyTo } } : {};
      const outcome = await give(to, { ...quoted, ...body }, { id: context.id, part, parts: bodies.length }, context.signal);
      if (!("status" in outcome)) {
        lastId = outcome.messageId;
        continue;
      }
      // The window closed a moment ago: what is approved goes instead.
      if (part === 0 && !plan.isTemplate && message.template && outcome.status === "failed" && outcome.code === "reply-window-closed") {
        const instead = asTemplate(message);
        return "status" in instead ? instead : send(to, message, context, instead);
      }
      return outcome;
    }
    return { status: "sent", externalId: lastId };
  }

  return {
    async send(to, message, context) {
      if (context.signal.aborted) return { status: "failed", reason: "cancelled before it was sent", retryable: false };
      if (to.chatType === "group") return { status: "failed", reason: "WhatsApp's Cloud API writes to people, not to groups", retryable: false };
      const externalId = wholeOf(await sends.of(context.id));
      if (externalId !== undefined) return { status: "sent", externalId };
      const plan = planOf(message, context.lastInboundAt);
      return "status" in plan ? plan : send(to, message, context, plan);
    },

    reconcile: (sendId, signal) => reconciled(known, sendId, signal),
  };
}
