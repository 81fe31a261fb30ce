import type { OutboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Database } from "@travelagent/protocol/ports";

/** Replies that are looked through for questions. */
const mostReplies = 10;

/**
 * Whether a question whose time is not over was shown in a conversation. It may have been answered since: whoever keeps the
 * answers knows better, and this is what is gone by without them.
 */
export const questionShown =
  ({ db, clock }: { db: Database; clock: Clock }) =>
  async (sessionKey: string): Promise<boolean> => {
    const rows = await db.all(
      `select message from outbox where session_key = ? and message like '%"confirmation"%' order by created_at desc limit ?`,
      sessionKey,
      mostReplies,
    );
    return rows.some(({ message }) =>
      ((JSON.parse(message as string) as OutboundMessage).cards ?? []).some((card) => card.kind === "confirmation" && Date.parse(card.expiresAt) > clock.now()),
    );
  };
