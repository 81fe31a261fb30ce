import { createHash } from "node:crypto";
import type { ChannelAdapter } from "@travelagent/channel-kit";
import { canonicalJson, type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Address } from "@travelagent/protocol/messages";
import type { Clock, Database } from "@travelagent/protocol/ports";
import { type AdmissionRules, mayReach } from "../admission.ts";
import type { Announcer } from "../announce.ts";
import { cardFree } from "../card-free.ts";
import type { Conversations } from "../conversations.ts";
import type { Outbox } from "../outbox.ts";
import type { SessionPort } from "../ports.ts";
import { type RouteOptions, route } from "../route.ts";
import { saidByOperator } from "../said.ts";
import { sessionMeta } from "../session-meta.ts";
import { webchatChannel } from "./chat.ts";

export interface SendHandlersOptions {
  db: Database;
  conversations: Conversations;
  outbox: Outbox;
  sessions: SessionPort;
  announcer: Announcer;
  clock: Clock;
  adapters: readonly ChannelAdapter[];
  admission(channel: string, accountId: string): AdmissionRules | undefined;
  /** Let in by code. */
  isPaired(address: Address): Promise<boolean>;
  routing(): RouteOptions;
  /** Channels that reach nobody outside, such as the API. */
  internal: ReadonlySet<string>;
}

export function sendHandlers(options: SendHandlersOptions): Handlers {
  const { db, conversations, outbox, sessions, announcer, clock, adapters, admission, isPaired, routing, internal } = options;

  const adapterFor = (channel: string | undefined, accountId: string | undefined): ChannelAdapter => {
    const outside = adapters.filter((adapter) => !internal.has(adapter.id));
    const known = [...new Set(outside.map(({ id }) => id))];
    const first = known.length > 1 ? known.filter((one) => one !== webchatChannel) : known;
    const id = channel?.trim().toLowerCase() ?? (first.length === 1 ? first[0]! : undefined);
    if (id === undefined) throw new TravelAgentError("INVALID_REQUEST", `channel is required; one of ${known.join(", ")}`);
    const ofChannel = outside.filter((adapter) => adapter.id === id);
    if (ofChannel.length === 0) throw new TravelAgentError("INVALID_REQUEST", `unsupported channel: ${id}`);
    const adapter = accountId === undefined ? ofChannel[0] : ofChannel.find((one) => one.accountId === accountId);
    if (!adapter)
      throw new TravelAgentError(
        "INVALID_REQUEST",
        `the channel ${id} has no account ${accountId}; one of ${ofChannel.map((one) => one.accountId).join(", ")}`,
      );
    return adapter;
  };

  /** `group:<id>` is a group, everything else a person; the name of the channel may stand before it. */
  const addressOf = (adapter: ChannelAdapter, to: string, threadId: string | undefined): Address => {
    const bare = to.trim().replace(new RegExp(`^${adapter.id}:`, "i"), "");
    const group = /^group:/i.test(bare);
    const peerId = group ? bare.slice("group:".length).trim() : bare;
    if (peerId === "") throw new TravelAgentError("INVALID_REQUEST", "the recipient is empty: give a phone number, an address or an id on the channel");
    return { channel: adapter.id, accountId: adapter.accountId, chatType: group ? "group" : "direct", peerId, ...(threadId ? { threadId } : {}) };
  };

  return {
    send: async ({ to, message: given, channel, accountId, threadId, sessionKey: wanted, idempotencyKey }, call) => {
      const text = cardFree(given);
      const adapter = adapterFor(channel, accountId);
      const named = addressOf(adapter, to, threadId);
      const known = await conversations.get(route(named, routing()).sessionKey);
      // Somebody who has written is known as the platform named them; a stranger as the adapter reads the recipient.
      const peerId = known || !adapter.recipient ? named.peerId : adapter.recipient(named.peerId, named.chatType);
      if (peerId === null)
        throw new TravelAgentError(
          "INVALID_REQUEST",
          `${to} is no recipient on ${adapter.id}: only people who have written there can be reached, or the form is wrong`,
        );
      const address: Address = { ...named, peerId };
      const { agentId, sessionKey } = route(address, routing());
      if (wanted !== undefined && wanted.trim().toLowerCase() !== sessionKey)
        throw new TravelAgentError("INVALID_REQUEST", `the session of this recipient is ${sessionKey}, not ${wanted}`);
      const before = known ?? (await conversations.get(sessionKey));
      if (!before) {
        const refusal = mayReach(address, admission(address.channel, address.accountId), { isPaired: await isPaired(address) });
        if (refusal)
          throw new TravelAgentError("FORBIDDEN", `${adapter.id} is not open for this recipient (${refusal}); add them to allowFrom or groups first`);
      }
      const messageId = `send-${createHash("sha256").update(`${call.actor}\n${idempotencyKey}`).digest("hex").slice(0, 32)}`;
      const session = await sessions.ensure(sessionKey, sessionMeta(agentId, address));
      if (session.sendPolicy === "deny")
        throw new TravelAgentError("FORBIDDEN", "send blocked by session policy; allow it with sessions.patch, or use conversations.reply");
      const row = await db.transaction(async (tx) => {
        const conversation = await conversations.noteOutbound(tx, { sessionKey, agentId, address, displayName: to, preview: text, at: clock.now() });
        // Given out as stored: also of a first send that a crash separated from its answer.
        // A person with several addresses is reached at the one that was named.
        const there = conversation.address.channel === address.channel && conversation.address.accountId === address.accountId;
        await outbox.insert(tx, {
          id: messageId,
          sessionKey,
          address: there ? conversation.address : address,
          author: "operator",
          epoch: conversation.epoch,
          message: { text },
        });
        const stored = await tx.get("select session_key, message from outbox where id = ?", messageId);
        if (stored?.session_key !== sessionKey || canonicalJson(JSON.parse(String(stored.message))) !== canonicalJson({ text }))
          throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this idempotencyKey was used for another message: send the same again, or a new key");
        return conversation;
      });
      const message = saidByOperator(text, call.actor, clock.now());
      await sessions.append(sessionKey, [{ id: `${messageId}:final`, message }], { durable: true });
      outbox.kick(sessionKey);
      announcer.conversation(row);
      await outbox.settled(messageId);
      const sent = await db.get("select status, external_id, reason from outbox where id = ?", messageId);
      return {
        runId: idempotencyKey,
        messageId,
        channel: adapter.id,
        sessionKey,
        status: String(sent?.status ?? "pending"),
        ...(sent?.external_id ? { externalId: String(sent.external_id) } : {}),
        ...(sent?.reason ? { reason: String(sent.reason) } : {}),
      };
    },
  };
}
