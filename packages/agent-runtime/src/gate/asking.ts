import type { Card } from "@travelagent/protocol/messages";
import type { Action, Tool } from "../tool.ts";
import type { Decision } from "./decisions.ts";

const expiry = (decision: Decision): string => new Date(decision.expiresAt).toISOString();

/** The question as the customer sees it. Made from the action by code: no model words what a yes covers. */
export const confirmationCard = (decision: Decision): Card => ({
  kind: "confirmation",
  confirmationId: decision.id,
  title: decision.title,
  lines: decision.lines,
  ...(decision.total ? { total: decision.total } : {}),
  ...(decision.penalty ? { penalty: decision.penalty } : {}),
  expiresAt: expiry(decision),
  buttons: [
    { label: "Confirm", text: "Yes, confirm", action: { type: "confirm", id: decision.id }, style: "primary" },
    { label: "No", text: "No, don't", action: { type: "decline", id: decision.id }, style: "plain" },
  ],
});

/** The same for the model. */
export const pendingContent = (decision: Decision): Record<string, unknown> => ({
  status: decision.kind === "confirmation" ? "confirmation-required" : "approval-required",
  confirmationId: decision.id,
  tool: decision.tool,
  title: decision.title,
  lines: decision.lines,
  ...(decision.total ? { total: decision.total } : {}),
  ...(decision.penalty ? { penalty: decision.penalty } : {}),
  expiresAt: expiry(decision),
});

/** For a write that does not describe itself: its name and arguments, for ten minutes. */
export const plainAction = (tool: Tool, args: unknown, now: number): Action => ({
  title: tool.name.replaceAll("_", " "),
  lines: Object.entries((args ?? {}) as Record<string, unknown>).map(
    ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  ),
  expiresAt: now + 10 * 60_000,
  subject: {},
  facts: {},
});
