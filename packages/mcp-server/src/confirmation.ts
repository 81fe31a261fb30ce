import type { ElicitRequestFormParams } from "@modelcontextprotocol/server";
import type { Decision } from "@travelagent/agent-runtime/gate";

/** Key in `_meta` of a tool call under which a program says which question its user said yes to. No model writes there. */
export const confirmKey = "travelagent/confirm";

/** The question, word for word as the yes will cover it. */
export function questionText({ title, lines, total, penalty, expiresAt }: Decision): string {
  return [
    title,
    ...lines,
    ...(total ? [`Total: ${total.amount} ${total.currency}`] : []),
    ...(penalty ? [`Costs: ${penalty.amount} ${penalty.currency}`] : []),
    `This question is open until ${new Date(expiresAt).toISOString()}. Nothing is done before you confirm.`,
  ].join("\n");
}

/** The same for a client that can ask its user. */
export const questionForm = (decision: Decision): ElicitRequestFormParams => ({
  mode: "form",
  message: questionText(decision),
  requestedSchema: {
    type: "object",
    properties: { confirm: { type: "boolean", title: "Confirm", description: "Yes, do exactly this." } },
    required: ["confirm"],
  },
});

/** For a client that cannot: how a yes gets here. */
export const howToConfirm = (decision: Decision): string =>
  `Show the text to the person who decides. After their yes, the program (not the model) sends the same call again with "${confirmKey}": "${decision.id}" in _meta.`;
