import type { ChannelAdapter } from "@travelagent/channel-kit";
import type { Address, InboundMessage } from "@travelagent/protocol/messages";
import type { Logger } from "@travelagent/protocol/ports";
import type { Inbox } from "../inbox.ts";
import type { Delivery } from "../outbox.ts";
import type { Manners, MannersOf } from "./manners.ts";
import { isBlock } from "./said-blocks.ts";

/** Signs under customers' messages that they were taken in. Nothing depends on them. */
export interface Acks {
  /** A message was let in and is durable. */
  received(message: InboundMessage): void;
  /** A delivery changed. */
  delivery(delivery: Delivery): void;
}

export interface AcksOptions {
  adapter(channel: string, accountId: string): ChannelAdapter | undefined;
  manners: MannersOf;
  inbox: Pick<Inbox, "get" | "takenBy">;
  log: Logger;
}

const isMeant = ({ direct, group }: NonNullable<Manners["ack"]>, { address, mentioned }: InboundMessage): boolean =>
  address.chatType === "direct" ? direct : group === "always" || (group === "mentions" && mentioned === true);

export function createAcks({ adapter, manners, inbox, log }: AcksOptions): Acks {
  const react = ({ channel, accountId, ...rest }: Address, externalId: string, emoji: string | null): void => {
    try {
      adapter(channel, accountId)?.react?.({ channel, accountId, ...rest }, externalId, emoji);
    } catch (error) {
      log.warn("a channel could not put a sign under a message", { channel, error: String(error) });
    }
  };
  return {
    received(message) {
      const { address, externalId, automated } = message;
      if (automated !== undefined) return;
      const { ack, markRead } = manners(address.channel, address.accountId);
      if (ack && isMeant(ack, message)) react(address, externalId, ack.emoji);
      if (!markRead) return;
      try {
        adapter(address.channel, address.accountId)?.markRead?.(address, externalId);
      } catch (error) {
        log.warn("a channel could not mark a message as read", { channel: address.channel, error: String(error) });
      }
    },
    delivery({ id, runId, status, address }) {
      const { ack } = manners(address.channel, address.accountId);
      if (status !== "sent" || runId === undefined || isBlock(id) || !ack?.removeAfterReply) return;
      void (async () => {
        const own = await inbox.get(runId);
        for (const { message } of [...(own ? [own] : []), ...(await inbox.takenBy(runId)).filter((row) => row.id !== runId)])
          if (isMeant(ack, message)) react(message.address, message.externalId, null);
      })().catch((error: unknown) => log.warn("a sign under a message could not be taken away", { error: String(error) }));
    },
  };
}
