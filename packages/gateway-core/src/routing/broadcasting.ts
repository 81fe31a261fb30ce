import type { InboundMessage } from "@travelagent/protocol/messages";
import type { WorkContext } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { Inbox } from "../inbox.ts";
import type { Intake } from "../intake.ts";
import { broadcastAgents, type Routing } from "./routing.ts";

/** The dedupe key of a message for one agent of its group. The first has the platform's own, so that a repeat is known when the group is gone. */
const externalIdFor = (externalId: string, agentId: string, index: number): string => (index === 0 ? externalId : `${externalId}\nagent:${agentId}`);

/**
 * An intake that gives a message to every agent of its broadcast group, each with an inbox row, a session and a turn of its own.
 * Resolves when all of them are durable; what a crash left out comes with the platform's repeat. Admission decides once.
 */
export function broadcasting(intake: Intake, routing: () => Routing): Intake {
  return {
    ...intake,
    async receive(message, fixed, origin) {
      const agents = fixed ? undefined : broadcastAgents(routing(), message.address);
      if (!agents) return intake.receive(message, fixed, origin);
      const [first, ...others] = agents;
      const received = await intake.receive(message, undefined, { ...origin, agentId: first! });
      if (!received.admission.admitted) return received;
      let duplicate = received.duplicate;
      for (const [index, agentId] of others.entries()) {
        const one = await intake.receive({ ...message, externalId: externalIdFor(message.externalId, agentId, index + 1) }, undefined, { ...origin, agentId });
        duplicate &&= one.duplicate;
      }
      return { ...received, duplicate };
    },
  };
}

/** How long an agent waits for the one before it in a sequential group; then it goes on: one that hangs stops nobody. */
const longestWaitMs = 120_000;
const stepMs = 250;

/** In a sequential group: returns when the agents before this one are through with the same message, however that ended. */
export async function awaitTurnInGroup(turn: TurnScope, work: WorkContext, { inbox, routing }: { inbox: Inbox; routing(): Routing }): Promise<void> {
  const { broadcast } = routing();
  if (broadcast?.strategy !== "sequential") return;
  const address: InboundMessage["address"] = {
    channel: turn.channel,
    accountId: turn.accountId,
    chatType: turn.chatType,
    peerId: turn.peerId,
  };
  const agents = broadcastAgents(routing(), address) ?? [];
  const place = agents.indexOf(turn.agentId);
  if (place <= 0) return;
  const externalId = (await inbox.get(turn.runId))?.message.externalId.split("\nagent:")[0];
  if (externalId === undefined) return;
  for (let waited = 0; waited < longestWaitMs; waited += stepMs) {
    const before = await Promise.all(
      agents.slice(0, place).map((agentId, index) => inbox.known({ address, externalId: externalIdFor(externalId, agentId, index) })),
    );
    if (!before.some((row) => row?.status === "accepted")) return;
    await work.sleep(`after-the-others:${waited}`, stepMs);
  }
}
