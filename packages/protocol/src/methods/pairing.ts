import * as z from "zod";
import { id, str1 } from "./common.ts";
import { method } from "./define.ts";

/** Somebody who wrote on a channel that lets people in by code, and waits. Times are ISO 8601 in UTC. */
export const ChannelPairingRequest = z.looseObject({
  channel: str1,
  accountId: str1,
  /** On the platform. */
  id: str1,
  /** What the person was told, and tells whoever lets them in. */
  code: str1,
  /** As the platform calls the person. */
  name: z.string().optional(),
  createdAt: str1,
  lastSeenAt: str1,
  expiresAt: str1,
});
export type ChannelPairingRequest = z.infer<typeof ChannelPairingRequest>;

const decided = z.looseObject({ request: ChannelPairingRequest });

export const pairingMethods = {
  /** Who waits, and who was let in by code before. Without a channel those with policy `pairing`. */
  "channels.pairing.list": method({
    scope: "operator.pairing",
    params: z.strictObject({ channel: id.optional(), accountId: id.optional() }).optional(),
    result: z.looseObject({
      requests: z.array(ChannelPairingRequest),
      allowed: z.array(z.looseObject({ channel: str1, accountId: str1, id: str1 })),
    }),
  }),
  /** The person may write from now on, and is told so unless `notify` is false. Letters in any case. A code is good once. */
  "channels.pairing.approve": method({
    scope: "operator.pairing",
    params: z.strictObject({ channel: id, accountId: id.optional(), code: id, notify: z.boolean().optional() }),
    result: decided,
  }),
  /** The request goes. The person hears nothing and may ask again. */
  "channels.pairing.reject": method({
    scope: "operator.pairing",
    params: z.strictObject({ channel: id, accountId: id.optional(), code: id }),
    result: decided,
  }),
} as const;
