import type { Decision } from "../gate/decisions.ts";
import type { Loop } from "./loop.ts";

/**
 * The action that may be carried out now: confirmed by this very message, or decided by an approver. `unsure`: a plain yes came,
 * but something else was said since the question was shown, so it is shown again.
 */
export async function consented({ gate, request, work }: Pick<Loop, "gate" | "request" | "work">): Promise<{ decision?: Decision; unsure?: Decision }> {
  const { turn, message, decisionId } = request;
  if (decisionId) {
    // A step, since it may have expired when the turn runs again.
    const approved = await work.step("approved", async () => {
      const decision = await gate.decisions.get(decisionId);
      return decision?.status === "approved" || decision?.status === "used" ? decision : null;
    });
    return approved ? { decision: approved } : {};
  }
  if (!message || message.tainted || (message.text === "" && !message.action)) return {};
  const answered = await gate.decisions.answer({
    id: turn.runId,
    sessionKey: turn.sessionKey,
    text: message.text,
    receivedAt: message.receivedAt,
    ...(message.action ? { action: message.action } : {}),
    ...(message.lastShown ? { lastShown: message.lastShown } : {}),
  });
  if (!answered) return {};
  if (answered.granted) return { decision: answered.decision };
  return answered.decision.status === "pending" ? { unsure: answered.decision } : {};
}
