import type { TurnScope } from "@travelagent/protocol/turn";

/** Who may have a command run outside of the sandbox. */
export interface ElevatedRules {
  enabled?: boolean | undefined;
  /** By channel; `*` is everybody there. */
  allowFrom?: Readonly<Record<string, readonly string[]>> | undefined;
}

/**
 * Both gates must be open: everybody's has to be switched on and name the sender, the agent's own may only narrow it. It never
 * gives a tool that is not exposed, and the rules for commands ask as for any other.
 */
export function mayElevate(everybody: ElevatedRules, ofAgent: ElevatedRules | undefined, { channel, peerId }: Pick<TurnScope, "channel" | "peerId">): boolean {
  const namesSender = ({ allowFrom = {} }: ElevatedRules): boolean => {
    const senders = Object.hasOwn(allowFrom, channel) ? allowFrom[channel]! : [];
    return senders.includes(peerId) || senders.includes("*");
  };
  if (everybody.enabled !== true || !namesSender(everybody)) return false;
  if (ofAgent?.enabled === false) return false;
  return ofAgent?.allowFrom === undefined || namesSender(ofAgent);
}
