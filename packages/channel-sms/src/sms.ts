import { type ChannelAdapter, type ChannelHost, createPace, type Rate, renderText } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { DeliveryReport, Receipt } from "@travelagent/protocol/messages";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { inboundOf, smsChannel } from "./inbound.ts";
import type { SmsBudget, SmsLedger } from "./ledger.ts";
import { countryOf, createDestinations } from "./numbers.ts";
import type { SmsPost, SmsProvider } from "./provider.ts";
import { createReconcile } from "./reconcile.ts";
import { longestText } from "./text/encoding.ts";
import { smsParts } from "./text/parts.ts";

export interface SmsOptions {
  provider: SmsProvider;
  /** Its tables are there: `migrate` was called. */
  ledger: SmsLedger;
  /** Default `default`. */
  accountId?: string;
  /**
   * Where messages may go, two letters each. Default: the country of the number that sends. Raises `CONFIG_INVALID` when there is neither.
   */
  countries?: readonly string[];
  /** Default 1,000 segments a day and 30 an hour for one number. */
  budget?: Partial<SmsBudget>;
  /** Longest single message, in segments; what is longer comes as several. Default 10, the most a telephone puts together for certain. */
  maxSegments?: number;
  /** Default one message a second to a number and ten a second in all. */
  pace?: { account: Rate; chat: Rate };
  clock?: Clock;
}

export interface Sms extends ChannelAdapter {
  /**
   * Takes a post of the platform. Resolves with what to answer when it is durable. Raises `UNAUTHORIZED` for a wrong signature,
   * `INVALID_REQUEST` for what is nothing of the platform's, `UNAVAILABLE` while nothing can be stored.
   */
  receiveWebhook(post: SmsPost): Promise<SmsProvider["answer"]>;
}

const defaultPace = { account: { burst: 10, everyMs: 100 }, chat: { burst: 3, everyMs: 1000 } };
/** Longer than that nobody waits for the pace: it is tried again later. */
const patienceMs = 20_000;
/** How often a spent budget is looked at again. */
const lookAgainMs = 5 * 60_000;

/** A part of a message as the platform knows it. */
const refOf = (id: string, part: number): string => `${part}.${id}`;
const partOf = (ref: string): { id: string; part: number } | undefined => {
  const [, part, id] = /^(\d{1,3})\.(.{1,200})$/s.exec(ref) ?? [];
  return id === undefined ? undefined : { id, part: Number(part) };
};

/** Text messages as a channel. Who is written to, and what it may cost, is kept here and by no model. */
export function createSms({
  provider,
  ledger,
  accountId = "default",
  countries,
  budget: { perDay = 1000, perRecipientHour = 30 } = {},
  maxSegments = 10,
  pace: rates = defaultPace,
  clock = systemClock,
}: SmsOptions): Sms {
  const own = provider.from === undefined ? undefined : countryOf(provider.from);
  const destinations = createDestinations(countries ?? (own === undefined ? [] : [own]));
  const pace = createPace({ clock, ...rates });
  const reconcile = createReconcile({ provider, ledger, accountId });
  let host: ChannelHost | undefined;
  let stopLooking: (() => void) | undefined;

  const lookAgain = async (): Promise<void> => {
    stopLooking = undefined;
    const spent = await ledger.spentToday(accountId).catch(() => perDay);
    if (!host) return;
    if (spent < perDay) host.report?.("running");
    else stopLooking = clock.after(lookAgainMs, () => void lookAgain());
  };

  function refuse(spent: "day" | "recipient"): Receipt {
    if (spent === "recipient")
      return {
        status: "failed",
        reason: `this number got ${perRecipientHour} segments within an hour; more is not sent`,
        retryable: false,
        code: "budget-spent",
      };
    const reason = `the budget of ${perDay} SMS segments in 24 hours is spent`;
    host?.report?.("degraded", reason);
    stopLooking ??= clock.after(lookAgainMs, () => void lookAgain());
    return { status: "failed", reason, retryable: false, code: "budget-spent" };
  }

  async function turn(to: string, signal: AbortSignal): Promise<boolean> {
    const ownSignal = new AbortController();
    const disarm = clock.after(patienceMs, () => ownSignal.abort());
    try {
      await pace.turn(to, AbortSignal.any([signal, ownSignal.signal]));
      return true;
    } catch {
      return false;
    } finally {
      disarm();
    }
  }

  async function refused(to: string): Promise<Receipt | undefined> {
    const refusal = destinations.refusal(to);
    if (refusal) return { status: "failed", retryable: false, ...refusal };
    if (await ledger.isOptedOut(accountId, to))
      return { status: "failed", reason: "the customer told the carrier to stop our messages", retryable: false, code: "opted-out" };
    return undefined;
  }

  /** `asking` is called before the platform is: until then it is certain that nothing went out. */
  async function send(to: string, text: string, id: string, signal: AbortSignal, asking: () => void): Promise<Receipt> {
    const parts = smsParts(text, maxSegments);
    if (parts.length === 0) return { status: "failed", reason: "there is nothing in this message that a text message can show", retryable: false };
    const reserved = await ledger.reserve({ account: accountId, id, to, parts }, { perDay, perRecipientHour });
    if (!reserved.ok) return refuse(reserved.spent);
    let last: string | undefined;
    for (const { part, state, externalId } of reserved.parts) {
      if (state === "sent") {
        last = externalId;
        continue;
      }
      const words = parts[part]?.text;
      if (words === undefined) continue;
      if (!(await turn(to, signal))) return { status: "failed", reason: "the limit of messages is reached; it is tried again", retryable: true };
      await ledger.attempting(accountId, id, part);
      asking();
      const receipt = await provider.send({ to, text: words, ref: refOf(id, part) }, signal);
      if (receipt.status === "unknown") return receipt;
      if (receipt.status === "failed") {
        if (receipt.retryAfterMs !== undefined) pace.hold(receipt.retryAfterMs);
        if (receipt.code === "opted-out") await ledger.optOut(accountId, to);
        if (receipt.retryable) await ledger.notSent(accountId, id, part);
        else await ledger.release(accountId, id);
        return receipt;
      }
      if (receipt.externalId !== undefined) await ledger.sent(accountId, id, part, receipt.externalId);
      last = receipt.externalId;
    }
    return { status: "sent", ...(last === undefined ? {} : { externalId: last }) };
  }

  /** The report of one part; the message arrived when its last part did, and failed when any part failed. */
  async function reported(report: DeliveryReport, ref: string | undefined): Promise<void> {
    const which = ref === undefined ? undefined : partOf(ref);
    const parts = which ? await ledger.parts(accountId, which.id) : [];
    if (which && parts.some(({ part, state }) => part === which.part && state !== "sent"))
      await ledger.sent(accountId, which.id, which.part, report.externalId);
    // The receipt told the id of the last part.
    const lastId = parts.at(-1)?.part === which?.part ? report.externalId : parts.at(-1)?.externalId;
    if (report.state !== "failed" && which && parts.at(-1)?.part !== which.part) return;
    await host?.delivered?.({ ...report, externalId: lastId ?? report.externalId });
  }

  return {
    contract: 1,
    id: smsChannel,
    accountId,
    features: { maxTextLength: longestText(maxSegments, "gsm-7"), threads: false, cards: false },

    async start(given) {
      await provider.check(AbortSignal.timeout(15_000));
      host = given;
    },

    async stop() {
      host = undefined;
      stopLooking?.();
      stopLooking = undefined;
    },

    recipient: (to, chatType) => (chatType === "direct" ? (destinations.numberOf(to) ?? null) : null),

    async send(to, message, { id, signal }) {
      if (!host) return { status: "failed", reason: "the SMS channel is not running", retryable: true };
      if (signal.aborted) return { status: "failed", reason: "it was cancelled before it was sent", retryable: true };
      let asked = false;
      try {
        return (await refused(to.peerId)) ?? (await send(to.peerId, renderText(message), id, signal, () => (asked = true)));
      } catch (error) {
        const { code, message: words } = TravelAgentError.from(error);
        const reason = `${code}: ${words}`;
        return asked ? { status: "unknown", reason } : { status: "failed", reason, retryable: true };
      }
    },

    reconcile: (to, id, signal) => reconcile(to.peerId, id, signal),

    async receiveWebhook(post) {
      if (!host) throw new TravelAgentError("UNAVAILABLE", "the channel is not running");
      const event = await provider.read(post);
      if (event.kind === "message") {
        if (event.optWord === "stop") await ledger.optOut(accountId, event.from);
        // Whoever writes again after a stop of the carrier is let through by it again.
        else if (event.optWord === "start" || /^\s*(start|unstop|yes)\s*$/i.test(event.text)) await ledger.optIn(accountId, event.from);
        const message = inboundOf(event, { accountId, own: provider.from, now: clock.now() });
        if (message) await host.receive(message).catch(passOver);
      } else if (event.kind === "accepted") {
        const which = partOf(event.ref);
        if (which) await ledger.sent(accountId, which.id, which.part, event.externalId);
      } else if (event.kind === "report") {
        await reported(event.report, event.ref);
      }
      return provider.answer;
    },
  };
}

/** Who is not admitted is on record; the platform need not send it again. */
function passOver(error: unknown): void {
  if (!TravelAgentError.is(error) || error.retryable) throw error;
}
