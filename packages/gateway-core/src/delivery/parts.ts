import { type ChannelAdapter, type PartsOptions, renderParts } from "@travelagent/channel-kit";
import type { OutboundMessage } from "@travelagent/protocol/messages";

/** What a delivery is for its channel, part by part; none when all of it was said before. */
export function deliveryParts(
  { message, saidBefore }: { message: OutboundMessage; saidBefore: number },
  { features }: Pick<ChannelAdapter, "features">,
  options: PartsOptions,
): OutboundMessage[] {
  const rest: OutboundMessage = saidBefore === 0 ? message : { ...message, text: message.text.slice(saidBefore).trimStart() };
  const nothing = saidBefore > 0 && rest.text === "" && !rest.cards?.length && !rest.buttons?.length && !rest.attachments?.length && !rest.location;
  return nothing ? [] : renderParts(rest, features, options);
}

/** The first part has the id of the delivery, which is all most deliveries need. */
export const partId = (deliveryId: string, part: number): string => (part === 0 ? deliveryId : `${deliveryId}#${part + 1}`);
