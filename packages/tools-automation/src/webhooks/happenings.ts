import type { Database } from "@travelagent/protocol/ports";
import type { Webhooks } from "./webhooks.ts";

/** An event of the gateway, as clients hear it. */
export type Happening =
  | { event: "booking"; booking: { id: string; reference: string; status: string } & Record<string, unknown> }
  | { event: "conversation"; conversation: { id: string; channel: string; state: string } & Record<string, unknown> }
  | { event: "approval"; approval: { id: string; status: string } & Record<string, unknown> }
  | { event: "delivery"; id: string; status: string; sessionKey: string };

/** Makes what subscribers are told of what clients hear: ids and states, no words, names or addresses of customers. */
export function createHappenings({ db, webhooks }: { db: Database; webhooks: Pick<Webhooks, "emit"> }): (happening: Happening) => Promise<void> {
  /** What was last told of who has a conversation: their events come with each message. */
  async function isNews(sessionKey: string, state: string): Promise<boolean> {
    const known = await db.get("select state from webhook_owner_seen where session_key = ?", sessionKey);
    if ((known?.state ?? "agent") === state) return false;
    await db.transaction((tx) =>
      tx.run(
        "insert into webhook_owner_seen (session_key, state) values (?, ?) on conflict (session_key) do update set state = excluded.state",
        sessionKey,
        state,
      ),
    );
    return true;
  }

  return async (happening) => {
    switch (happening.event) {
      case "booking": {
        const { id, reference, status, version, updatedAt } = happening.booking;
        return webhooks.emit("booking.changed", { bookingId: id, reference, status }, `${id}:${status}:${String(version ?? updatedAt ?? "")}`);
      }
      case "conversation": {
        const { id, channel, state } = happening.conversation;
        if (!(await isNews(id, state)) || state === "agent") return;
        return webhooks.emit("conversation.handed-over", { sessionKey: id, channel, state }, `${id}:${state}:${crypto.randomUUID()}`);
      }
      case "approval": {
        const { id, status, tool, role } = happening.approval;
        if (status !== "pending") return;
        return webhooks.emit("approval.requested", { approvalId: id, ...(tool === undefined ? {} : { tool }), ...(role === undefined ? {} : { role }) }, id);
      }
      case "delivery": {
        const { id, status, sessionKey } = happening;
        if (status !== "failed" && status !== "unknown" && status !== "expired") return;
        return webhooks.emit("delivery.failed", { deliveryId: id, status, sessionKey }, `${id}:${status}`);
      }
    }
  };
}
