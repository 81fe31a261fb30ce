import type { TurnScope } from "@travelagent/protocol/turn";
import type { Claim, Tool } from "../tool.ts";
import { refusal } from "./refusal.ts";

const belongs = (claim: Claim, turn: TurnScope): boolean => {
  if (!claim.owner) return false;
  if (claim.owner.sessionKey !== undefined && claim.owner.sessionKey === turn.sessionKey) return true;
  return claim.owner.customerId !== undefined && claim.owner.customerId === turn.customerId;
};

/**
 * Step 3: every id in the arguments belongs to this turn's customer or session. Somebody else's and a missing one get the
 * same answer, so that nobody can probe for references.
 */
export async function checkScope(tool: Tool, args: unknown, turn: TurnScope): Promise<void> {
  for (const claim of (await tool.claims?.(args, turn)) ?? []) {
    if (!belongs(claim, turn))
      throw refusal("SCOPE_VIOLATION", "gate.scope", `there is no ${claim.kind} ${claim.id} in this conversation`, { kind: claim.kind, id: claim.id });
  }
}
