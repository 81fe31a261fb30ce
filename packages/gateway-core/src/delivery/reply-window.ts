import type { ChannelFeatures } from "@travelagent/channel-kit";
import type { Address, OutboundMessage, Receipt } from "@travelagent/protocol/messages";
import type { Database } from "@travelagent/protocol/ports";

/** When the person of a direct conversation last wrote to us at this account; undefined when never. */
export async function lastInboundAt(db: Pick<Database, "get">, { sessionKey, address }: { sessionKey: string; address: Address }): Promise<number | undefined> {
  const row = await db.get(
    "select received_at from inbox where session_key = ? and channel = ? and account_id = ? and kind = 'customer' order by received_at desc limit 1",
    sessionKey,
    address.channel,
    address.accountId,
  );
  return row ? Number(row.received_at) : undefined;
}

const hours = (ms: number): string => `${Math.round(ms / 3_600_000)} hours`;

/** A platform that lets nobody write freely so long after the customer did is not asked to. */
export function windowRefusal(
  message: OutboundMessage,
  { replyWindowMs, templates }: ChannelFeatures,
  wroteAt: number | undefined,
  now: number,
): (Receipt & { status: "failed" }) | undefined {
  if (replyWindowMs === undefined || (message.template && templates)) return undefined;
  if (wroteAt !== undefined && now - wroteAt < replyWindowMs) return undefined;
  const why = wroteAt === undefined ? "the customer has not written here yet" : `the customer last wrote more than ${hours(replyWindowMs)} ago`;
  return { status: "failed", retryable: false, code: "reply-window-closed", reason: `${why}: only a template goes out` };
}
