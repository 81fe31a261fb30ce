import { TravelAgentError } from "@travelagent/protocol";
import type { MediaSource, MediaStore } from "@travelagent/protocol/media";
import type { Address, OutboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Database } from "@travelagent/protocol/ports";
import { type AdmissionRules, mayReach } from "./admission.ts";
import type { Announcer } from "./announce.ts";
import type { SendPurpose } from "./contact.ts";
import type { Conversations } from "./conversations.ts";
import type { Outbox } from "./outbox.ts";
import type { SessionPort } from "./ports.ts";
import { type RouteOptions, route } from "./route.ts";
import { saidByGateway } from "./said.ts";
import { sessionMeta } from "./session-meta.ts";

/** A message to an address of a customer, who may not have written from it. */
export interface Letter {
  /** The same letter again goes out once. */
  id: string;
  address: Address;
  /** Whose address it is, and known to be. */
  customerId: string;
  /** How people of the agency see them. */
  displayName: string;
  text: string;
  subject?: string;
  /** Kept in the conversation of the address before they go out. */
  files?: readonly MediaSource[];
  purpose: SendPurpose;
}

/**
 * Durable when it resolves, with the session of that address. Raises `SCOPE_VIOLATION` when the conversation there is another customer's,
 * `CONFLICT` while a person has it, `FORBIDDEN` where the channel is not open for them, `NOT_FOUND` for a channel that is not there.
 */
export type WriteTo = (letter: Letter) => Promise<{ sessionKey: string }>;

export interface WriteToOptions {
  db: Database;
  conversations: Conversations;
  outbox: Outbox;
  sessions: SessionPort;
  announcer: Announcer;
  clock: Clock;
  media: MediaStore | undefined;
  hasChannel(channel: string, accountId: string): boolean;
  admission(channel: string, accountId: string): AdmissionRules | undefined;
  routing(): RouteOptions;
  bindCustomer(sessionKey: string, customerId: string): Promise<void>;
}

export const createWriteTo =
  ({ db, conversations, outbox, sessions, announcer, clock, media, hasChannel, admission, routing, bindCustomer }: WriteToOptions): WriteTo =>
  async ({ id, address, customerId, displayName, text, subject, files = [], purpose }) => {
    if (!hasChannel(address.channel, address.accountId)) throw new TravelAgentError("NOT_FOUND", `there is no channel ${address.channel}/${address.accountId}`);
    const { agentId, sessionKey } = route(address, routing());
    const before = await conversations.get(sessionKey);
    if (before?.customerId !== undefined && before.customerId !== customerId)
      throw new TravelAgentError("SCOPE_VIOLATION", "the conversation at this address is another customer's");
    if (before && before.state !== "agent")
      throw new TravelAgentError("CONFLICT", "a person of the agency has the conversation at this address: they write there");
    const refusal = before ? undefined : mayReach(address, admission(address.channel, address.accountId));
    if (refusal) throw new TravelAgentError("FORBIDDEN", `${address.channel} is not open for this recipient (${refusal})`);
    await sessions.ensure(sessionKey, sessionMeta(agentId, address));
    if (files.length > 0 && !media) throw new TravelAgentError("UNAVAILABLE", "this gateway keeps no files, so none can be sent");
    const attachments = [];
    for (const file of files) attachments.push(await media!.save(sessionKey, file));
    const message: OutboundMessage = { text, ...(subject === undefined ? {} : { subject }), ...(attachments.length > 0 ? { attachments } : {}) };
    const conversation = await db.transaction(async (tx) => {
      const row = await conversations.noteOutbound(tx, { sessionKey, agentId, address, displayName, preview: text, at: clock.now() });
      await outbox.insert(tx, { id, sessionKey, address, author: "agent", epoch: row.epoch, message, purpose });
      return row;
    });
    await bindCustomer(sessionKey, customerId);
    await sessions.append(sessionKey, [{ id: `${id}:final`, message: saidByGateway(text, clock.now()) }], { durable: true });
    outbox.kick(sessionKey);
    announcer.conversation(conversation);
    return { sessionKey };
  };
