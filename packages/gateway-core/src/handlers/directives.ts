import { type Call, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { asChatMessage } from "../live.ts";
import type { Publisher } from "../publish.ts";
import { saidByGateway } from "../said.ts";

/** What somebody of the agency typed instead of a message: `/model fast`. */
export interface DirectiveRequest {
  sessionKey: string;
  agentId: string;
  /** What stands behind the name. */
  rest: string;
  call: Call;
}

/**
 * By name, without the slash. Each answers with words for whoever typed it; what it raises is told to them too. A directive
 * checks the scopes of the call itself, as the method would that it stands for.
 */
export type Directives = Readonly<Record<string, (request: DirectiveRequest) => Promise<string>>>;

const form = /^\/([a-z][a-z_]{0,31})(?:\s+([\s\S]*))?$/i;

/** The directive that a text is; undefined for words, also for those that only begin with a slash. */
export function directiveOf(text: string, directives: Directives): { name: string; rest: string } | undefined {
  const [, name = "", rest = ""] = form.exec(text.trim()) ?? [];
  const known = name.toLowerCase();
  return Object.hasOwn(directives, known) ? { name: known, rest: rest.trim() } : undefined;
}

/** Carries one out and shows the answer in the chat. Neither reaches the transcript: no model reads them. */
export async function carryOutDirective(
  directives: Directives,
  { name, rest }: { name: string; rest: string },
  { runId, ...where }: { runId: string; sessionKey: string; agentId: string; call: Call },
  { publisher, clock }: { publisher: Publisher; clock: Clock },
): Promise<void> {
  const answer = await directives[name]!({ ...where, rest }).catch((error: unknown) => TravelAgentError.from(error).message);
  const message = asChatMessage(saidByGateway(answer, clock.now()), runId);
  publisher.publish("chat", { runId, sessionKey: where.sessionKey, seq: 0, state: "final", ...(message ? { message } : {}) });
}
