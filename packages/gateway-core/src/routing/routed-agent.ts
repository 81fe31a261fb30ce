import type { AgentPort } from "@travelagent/protocol/turn";
import type { Inbox } from "../inbox.ts";
import { awaitTurnInGroup } from "./broadcasting.ts";
import type { Handoffs } from "./handoffs.ts";
import type { Routing } from "./routing.ts";

/** The agents with what routing does around their turns: order within a broadcast group, and conversations that go from one to another. */
export const routedAgent = (agent: AgentPort, { handoffs, inbox, routing }: { handoffs: Handoffs; inbox: Inbox; routing(): Routing }): AgentPort => ({
  ...agent,
  async run(request, work, emit) {
    await awaitTurnInGroup(request.turn, work, { inbox, routing });
    await handoffs.tellNew(request.turn);
    const outcome = await agent.run(request, work, emit);
    return {
      ...outcome,
      async commit(tx) {
        await outcome.commit(tx);
        // Of a turn that failed a person takes care.
        if (outcome.kind !== "failed") await handoffs.takeEffect(tx, request.turn);
      },
    };
  },
});
