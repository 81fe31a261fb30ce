import { randomUUID } from "node:crypto";
import { type CallToolResult, Server, type ServerContext } from "@modelcontextprotocol/server";
import type { Decision, Gate, GateOutcome } from "@travelagent/agent-runtime/gate";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import { confirmKey, howToConfirm, questionForm, questionText } from "./confirmation.ts";

/** Whose conversation the calls of one MCP session are: the ids in their arguments must belong there. */
export type McpScope = Omit<TurnScope, "runId">;

export interface ToolServerOptions {
  gate: Gate;
  /** The database of the gate. */
  db: Database;
  version: string;
  /** Asked for each call: the customer may have become known. */
  scope(): Promise<McpScope>;
  /** For the audit. */
  actor: string;
  /** Tools beside those that the gate does not expose; default all. */
  offers(tool: string): boolean;
  clock: Clock;
  log: Logger;
}

/** How long the other side's user may think about a question before the call ends; the question stays open. */
const longestWaitMs = 10 * 60_000;

const instructions =
  "Tools of a travel agency: search, book, change and cancel travel, and look after customers. What books, changes or cancels is done only after the person who decides has seen the exact text of the question and said yes.";

/** One MCP session's tools. Each call goes through the gate; what needs a yes is asked, never done. */
export function toolServer({ gate, db, version, scope, actor, offers, clock, log }: ToolServerOptions): Server {
  const server = new Server({ name: "travel-agent-os", title: "Travel Agent OS", version }, { capabilities: { tools: {} }, instructions });
  let lastWrite: Promise<unknown> = Promise.resolve();
  /** Writes of one session follow each other in the order they came. */
  function inOrder<T>(write: () => Promise<T>): Promise<T> {
    const mine = lastWrite.then(write, write);
    lastWrite = mine.catch(() => {});
    return mine;
  }

  server.setRequestHandler("tools/list", async () => ({
    tools: gate
      .specs(await scope())
      .filter(({ name }) => offers(name))
      .map(({ name, description, parameters }) => ({
        name,
        description,
        inputSchema: { ...parameters, type: "object" as const },
        annotations: { readOnlyHint: gate.isRead(name), destructiveHint: !gate.isRead(name), openWorldHint: true },
      })),
  }));

  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const { name, arguments: args = {}, _meta: meta } = params;
    if (!offers(name)) return failed(new TravelAgentError("TOOL_NOT_ALLOWED", `there is no tool ${name}`));
    const confirmed = meta?.[confirmKey];
    try {
      return await call(name, args, typeof confirmed === "string" ? confirmed : undefined, context);
    } catch (thrown) {
      const error = TravelAgentError.from(thrown);
      if (error.code === "INTERNAL") log.error("an MCP call failed", { tool: name, cause: String(error.cause ?? error) });
      return failed(error);
    }
  });

  async function call(name: string, args: unknown, confirmed: string | undefined, { mcpReq }: ServerContext): Promise<CallToolResult> {
    const turn: TurnScope = { ...(await scope()), runId: `mcp:${randomUUID()}` };
    // A write that has begun is brought to its end, whether or not the client still listens.
    const signal = gate.isRead(name) ? mcpReq.signal : new AbortController().signal;
    // What the model on the other side has read is unknown here, so it counts as words of third parties.
    const run = (toolCallId: string) => gate.call({ toolCallId, name, args, tainted: true, actor }, turn, signal);
    const attempt = (toolCallId: string) => (gate.isRead(name) ? run(toolCallId) : inOrder(() => run(toolCallId)));

    if (confirmed !== undefined) await answer(turn, confirmed, "confirm");
    const first = await attempt("0");
    const question = first.status === "asked" ? await gate.decisions.get(first.decisionId) : null;
    if (question?.kind !== "confirmation") return resultOf(first);

    // From now on a yes can answer it: it is on its way to whoever decides.
    await db.transaction((tx) => gate.decisions.markShown(tx, [question.id]));
    if (!canAsk()) return asked(first, { text: questionText(question), howToConfirm: howToConfirm(question) });
    const patienceMs = Math.max(1, Math.min(longestWaitMs, question.expiresAt - clock.now()));
    const reply = await mcpReq.elicitInput(questionForm(question), { timeout: patienceMs, signal: mcpReq.signal });
    const said = reply.action === "accept" && reply.content?.confirm === true;
    if (!said && reply.action === "cancel") return asked(first, { text: questionText(question), howToConfirm: howToConfirm(question) });
    await answer(turn, question.id, said ? "confirm" : "decline");
    if (said) return resultOf(await attempt("1"));
    return content({ status: "declined", tool: name, note: "The person who decides said no. Nothing was done." });
  }

  const answer = (turn: TurnScope, id: Decision["id"], type: "confirm" | "decline") =>
    gate.decisions.answer({ id: `mcp:${randomUUID()}`, sessionKey: turn.sessionKey, text: type, action: { type, id }, receivedAt: clock.now() });

  /** Forms, which is what an empty capability means. */
  const canAsk = (): boolean => {
    const elicitation = server.getClientCapabilities()?.elicitation;
    return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
  };

  return server;
}

function resultOf(outcome: GateOutcome): CallToolResult {
  if (outcome.status === "done") {
    const { content: value, tainted } = outcome.output;
    return { ...content(value), ...(tainted ? { _meta: { "travelagent/tainted": true } } : {}) };
  }
  return outcome.status === "asked" ? asked(outcome) : failed(outcome.error);
}

const asked = (outcome: GateOutcome, more: Record<string, unknown> = {}): CallToolResult =>
  content(outcome.status === "asked" ? { ...(outcome.content as object), ...more } : more);

function failed(error: TravelAgentError): CallToolResult {
  const { code, message, details } = error.toShape();
  return { ...content({ error: { code, message, ...(details === undefined ? {} : { details }) } }), isError: true };
}

const content = (value: unknown): CallToolResult => ({
  content: [{ type: "text", text: JSON.stringify(value) ?? "null" }],
  ...(typeof value === "object" && value !== null && !Array.isArray(value) ? { structuredContent: value as Record<string, unknown> } : {}),
});
