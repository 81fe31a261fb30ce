import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { clientResults } from "./client-tools.ts";
import type { Loop } from "./loop.ts";
import { silentToken } from "./silence.ts";

/** The customer's words into the transcript, and the context of the first model call. */
export async function begin({ gate, transcript, request, clock }: Loop): Promise<TranscriptMessage[]> {
  const { turn, message, decisionId, note } = request;
  const decided = decisionId ? await gate.decisions.get(decisionId) : null;
  const verdict = decided?.status === "denied" ? "declined" : "decided on";
  const results = clientResults(request, clock.now());
  const onlyResults = results.length > 0 && message?.text === "";
  const text = onlyResults
    ? "(These are the results of your calls.)"
    : (message?.text ??
      asNote(note?.text) ??
      (decisionId === undefined
        ? "(The message that was to be answered is gone.)"
        : `(A colleague of the agency has ${verdict} the pending request${decided ? `: ${decided.title}` : ""}.)`));
  const tainted = message?.tainted ?? note?.tainted;
  await transcript.append(turn.sessionKey, [
    ...results.map((result, index) => ({ id: `${turn.runId}:result:${index}`, message: result })),
    {
      id: `${turn.runId}:user`,
      message: {
        role: "user",
        content: text,
        timestamp: message?.sentAt ?? clock.now(),
        messageId: turn.runId,
        ...(message?.action ? { action: message.action } : {}),
        ...(message?.attachments ? { attachments: message.attachments } : {}),
        ...(tainted ? { tainted: true } : {}),
        ...(message && !onlyResults ? {} : { synthetic: true as const }),
      },
    },
  ]);
  // After a restart the transcript may hold later messages of this very turn: they come again from the journal.
  const messages = await transcript.messages(turn.sessionKey);
  const own = messages.findLastIndex((entry) => entry.role === "user" && entry.messageId === turn.runId);
  return own < 0 ? messages : messages.slice(0, own + 1);
}

/** What the gateway tells the agent. Not every piece of news is one for the customer. */
const asNote = (text: string | undefined): string | undefined =>
  text === undefined
    ? undefined
    : `${text}\n\n(The customer did not write this. When there is nothing to tell them about it, the whole of your reply is ${silentToken}.)`;
