import { TravelAgentError } from "@travelagent/protocol";
import type { UserMessage } from "@travelagent/protocol/messages";
import type { SteeringMessage, TurnRequest } from "@travelagent/protocol/turn";

/** Those that wait and were not heard yet. To be asked inside a step. */
export async function unheard({ steer }: Pick<TurnRequest, "steer">, heard: readonly string[]): Promise<SteeringMessage[]> {
  return ((await steer?.()) ?? []).filter(({ id }) => !heard.includes(id));
}

/** As the transcript has it. Never a yes: what waits for one is answered by a turn's own message only. */
export const steeringEntry = ({ id, text, sentAt, tainted }: SteeringMessage): { id: string; message: UserMessage } => ({
  id: `${id}:user`,
  message: { role: "user", content: text, timestamp: sentAt, messageId: id, ...(tainted ? { tainted: true } : {}) },
});

/** For the calls that are left when the customer writes between two of them. */
export const superseded = (tool: string): TravelAgentError =>
  new TravelAgentError("CANCELLED", `${tool} was not called: the customer wrote something new meanwhile; read it, then decide`, {
    details: { ruleId: "loop.steered" },
  });
