import type { Address } from "@travelagent/protocol/messages";

/** An account of a channel. */
export type Account = Pick<Address, "channel" | "accountId">;

export const accountKey = ({ channel, accountId }: Account): string => `${channel}/${accountId}`;
