import type { ChannelAdapter } from "@travelagent/channel-kit";
import { type Call, type ChannelPairingRequest, type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Address, InboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import type { AdmissionRules } from "../admission.ts";
import type { Outbox } from "../outbox.ts";
import type { Publisher } from "../publish.ts";
import type { Account } from "./account.ts";
import type { Door } from "./door.ts";
import { type Pairing, pairingTtlMs } from "./pairing.ts";
import type { PairingEntry } from "./pairing-files.ts";
import { doorLocale, letInText } from "./texts.ts";

const shown = ({ channel, accountId }: Account, { id, code, createdAt, lastSeenAt, meta }: PairingEntry): ChannelPairingRequest => ({
  channel,
  accountId,
  id,
  code,
  ...(meta?.name === undefined ? {} : { name: meta.name }),
  createdAt,
  lastSeenAt,
  expiresAt: new Date(Date.parse(createdAt) + pairingTtlMs).toISOString(),
});

export interface PairingNews {
  requested(request: PairingEntry, message: InboundMessage): void;
  resolved(account: Account, request: PairingEntry, decision: "approved" | "rejected"): void;
}

/** Tells operators who may let people in. */
export const pairingNews = ({ publisher, clock }: { publisher: Publisher; clock: Clock }): PairingNews => ({
  requested(request, { address }) {
    publisher.publish("channels.pairing.requested", shown(address, request));
  },
  resolved({ channel, accountId }, { id }, decision) {
    publisher.publish("channels.pairing.resolved", { channel, accountId, id, decision, ts: clock.now() });
  },
});

export interface PairingHandlersOptions {
  db: Database;
  pairing: Pairing;
  door: Door;
  outbox: Outbox;
  adapters: readonly ChannelAdapter[];
  admission(channel: string, accountId: string): AdmissionRules | undefined;
  news: PairingNews;
  /** The session of an address. */
  keyOf(address: Address): string;
}

const letsInByCode = ({ channel, accountId }: Account, admission: PairingHandlersOptions["admission"]): boolean =>
  admission(channel, accountId)?.dmPolicy === "pairing";

/** Requests whose time is over go, also where nobody asks any more. */
export async function tidyPairing({
  pairing,
  adapters,
  admission,
  log,
}: Pick<PairingHandlersOptions, "pairing" | "adapters" | "admission"> & { log: Logger }): Promise<void> {
  for (const { id: channel, accountId } of adapters)
    if (letsInByCode({ channel, accountId }, admission))
      await pairing
        .list({ channel, accountId })
        .catch((error: unknown) => log.error("nobody can be let in by code: see the files in the folder of credentials", { channel, error }));
}

export function pairingHandlers({ db, pairing, door, outbox, adapters, admission, news, keyOf }: PairingHandlersOptions): Handlers {
  const accounts = (channel?: string, accountId?: string): Account[] => {
    const named = adapters
      .filter(
        (adapter) => (channel === undefined || adapter.id === channel.trim().toLowerCase()) && (accountId === undefined || adapter.accountId === accountId),
      )
      .map(({ id, accountId: of }) => ({ channel: id, accountId: of }));
    if (named.length === 0)
      throw new TravelAgentError(
        "NOT_FOUND",
        `there is no channel ${[channel, accountId].filter(Boolean).join("/")}; running: ${adapters.map(({ id }) => id).join(", ")}`,
      );
    return named;
  };

  /** Where somebody waits with this code. */
  async function found(code: string, channel: string, accountId: string | undefined): Promise<Account> {
    const wanted = code.trim().toUpperCase();
    for (const account of accounts(channel, accountId)) if ((await pairing.list(account)).requests.some((one) => one.code === wanted)) return account;
    throw new TravelAgentError("NOT_FOUND", "nobody waits with this code: it was used, it ran out after an hour, or it is of another channel");
  }

  async function decided(account: Account, entry: PairingEntry, call: Call, decision: "approved" | "rejected", notify: boolean): Promise<void> {
    const address: Address = { ...account, chatType: "direct", peerId: entry.id };
    const sessionKey = keyOf(address);
    const runId = `pairing:${account.channel}/${account.accountId}:${entry.code}`;
    await db.transaction(async (tx) => {
      await door.record(tx, {
        runId,
        sessionKey,
        ruleId: "door.pairing",
        decision: decision === "approved" ? "allow" : "refused",
        actor: call.actor,
        reason: `${decision}: somebody asked to write on ${account.channel}`,
      });
      if (!notify) return;
      const text = letInText(doorLocale(entry.meta?.locale), { agency: door.rules().agencyName(account) });
      await outbox.insert(tx, { id: `${runId}:let-in`, sessionKey, address, author: "system", epoch: 0, message: { text } });
    });
    if (notify) outbox.kick(sessionKey);
    news.resolved(account, entry, decision);
  }

  return {
    "channels.pairing.list": async (params) => {
      const given = accounts(params?.channel, params?.accountId).filter((account) => params?.channel !== undefined || letsInByCode(account, admission));
      const states = await Promise.all(given.map(async (account) => ({ account, state: await pairing.list(account) })));
      return {
        requests: states.flatMap(({ account, state }) => state.requests.map((one) => shown(account, one))),
        allowed: states.flatMap(({ account, state }) => state.allowFrom.map((id) => ({ channel: account.channel, accountId: account.accountId, id }))),
      };
    },
    "channels.pairing.approve": async ({ channel, accountId, code, notify = true }, call) => {
      const account = await found(code, channel, accountId);
      const entry = await pairing.approve(account, code);
      await decided(account, entry, call, "approved", notify);
      return { request: shown(account, entry) };
    },
    "channels.pairing.reject": async ({ channel, accountId, code }, call) => {
      const account = await found(code, channel, accountId);
      const entry = await pairing.reject(account, code);
      await decided(account, entry, call, "rejected", false);
      return { request: shown(account, entry) };
    },
  };
}
