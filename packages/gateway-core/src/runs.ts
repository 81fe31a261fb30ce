import { createHash, randomUUID } from "node:crypto";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import type { AssistantMessage, Card, ProgramExtras, ToolCallBlock, TranscriptMessage, Usage } from "@travelagent/protocol/messages";
import type { Clock, Work } from "@travelagent/protocol/ports";
import type { TurnEvent } from "@travelagent/protocol/turn";
import { apiChannel } from "./api-channel.ts";
import { cardFree, hadCard } from "./card-free.ts";
import type { Inbox, InboxRow } from "./inbox.ts";
import type { Intake } from "./intake.ts";
import type { Outbox } from "./outbox.ts";
import type { SessionPort } from "./ports.ts";
import type { RunListeners } from "./run-listeners.ts";

/** What a program says in a conversation of its own. */
export interface RunRequest {
  agentId: string;
  sessionKey: string;
  /** Channel the conversation lives in, when it is new. Default `api`. */
  channel?: string;
  /** The user within that channel, when the conversation is new. */
  peerId: string;
  /** As the agency's people see them. */
  senderName: string;
  text: string;
  /** A repeat with the same words gives the first run; with other words it raises `IDEMPOTENCY_MISMATCH`. The same key in another conversation is another key. */
  idempotencyKey?: string;
  /** The text is not the user's own words. */
  tainted?: boolean;
  program?: ProgramExtras;
  /** What was said before, oldest first, for a session that is new with every request; absent for one that is kept. */
  earlier?: readonly TranscriptMessage[];
}

export interface RunResult {
  outcome: "replied" | "handed-over" | "failed";
  text: string;
  cards: Card[];
  /** Functions the program is to call; their results are its next message. */
  clientCalls: ToolCallBlock[];
  stopReason: AssistantMessage["stopReason"];
  usage: Usage;
}

/** Runs that a program starts and waits for. They go on when the program goes away. */
export interface Runs {
  /** Resolves once the message is durable. `hear` is told what happens from then on, until the run ends. */
  start(request: RunRequest, hear?: (event: TurnEvent) => void): Promise<{ runId: string; duplicate: boolean }>;
  /** Waits for the end, and for the reply to count as shown. Raises what the run failed with, and `TIMEOUT`. */
  result(runId: string, timeoutMs?: number): Promise<RunResult>;
  /** The conversation of a run that was started here; undefined when there is none. */
  sessionOf(runId: string): Promise<{ sessionKey: string; agentId: string } | undefined>;
  /** The calls the last turn of a session ended with, not answered yet. */
  openCalls(sessionKey: string): Promise<ToolCallBlock[]>;
}

export interface RunsOptions {
  intake: Intake;
  inbox: Inbox;
  outbox: Outbox;
  sessions: SessionPort;
  work: Work;
  clock: Clock;
  listeners: RunListeners;
  turnTimeoutMs: number;
  /** A text without card numbers and numbers of papers, as intake would keep it. */
  cleanText(text: string, sessionKey: string): Promise<string>;
  agentIdOf(sessionKey: string): Promise<string | undefined>;
}

const withPerson = "A colleague of the agency has this conversation now and will answer.";
const noUsage: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: 0 };

const hashOf = (value: unknown): string => createHash("sha256").update(canonicalJson(value)).digest("base64url");

export function createRuns({ intake, inbox, outbox, sessions, work, clock, listeners, turnTimeoutMs, cleanText, agentIdOf }: RunsOptions): Runs {
  return {
    async start({ agentId, sessionKey, channel = apiChannel, peerId, senderName, idempotencyKey, tainted, ...given }, hear) {
      // As intake would clean it: a repeat is compared with what was kept.
      const {
        text: written,
        program: extras,
        earlier: said = [],
      } = cardFree({ text: given.text, ...(given.program ? { program: given.program } : {}), ...(given.earlier ? { earlier: given.earlier } : {}) });
      const text = await cleanText(written, sessionKey);
      const program = extras && {
        ...extras,
        ...(extras.instructions === undefined ? {} : { instructions: await cleanText(extras.instructions, sessionKey) }),
        ...(extras.toolResults === undefined
          ? {}
          : { toolResults: await Promise.all(extras.toolResults.map(async (result) => ({ ...result, text: await cleanText(result.text, sessionKey) }))) }),
      };
      const earlier = await Promise.all(
        said.map(async (message) =>
          message.role === "user" && typeof message.content === "string" ? { ...message, content: await cleanText(message.content, sessionKey) } : message,
        ),
      );
      const address = { channel, accountId: "default", chatType: "direct" as const, peerId };
      const runId = randomUUID();
      // A conversation that is new each time is known by what was said in it before.
      const place = given.earlier ? [agentId, earlier.map(({ timestamp: _, ...said }) => said)] : sessionKey;
      const externalId = `program:${idempotencyKey === undefined ? runId : hashOf([place, idempotencyKey])}`;
      const repeatOf = (first: InboxRow | null): { runId: string; duplicate: true } => {
        // What was taken out because of what was said before is not said again.
        const same =
          (first?.message.text === text || (first !== null && hadCard(first.message.text))) &&
          canonicalJson(first.message.program ?? {}) === canonicalJson(program ?? {});
        if (!same) throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this idempotency key belongs to another request; use a new one");
        return { runId: first.id, duplicate: true };
      };
      if (earlier.length > 0) {
        const first = idempotencyKey === undefined ? null : await inbox.known({ address, externalId });
        if (first) return repeatOf(first);
        await sessions.ensure(sessionKey, { agentId, ...address });
        await sessions.append(
          sessionKey,
          earlier.map((message, index) => ({ id: `${runId}:earlier:${index}`, message })),
        );
      }
      if (hear) listeners.add(runId, hear);
      try {
        const accepted = await intake.receive(
          {
            address,
            externalId,
            senderId: peerId,
            senderName,
            text,
            sentAt: clock.now(),
            ...(tainted ? { tainted } : {}),
            ...(program ? { program } : {}),
          },
          { runId, route: { agentId, sessionKey } },
        );
        if (!accepted.duplicate) return { runId, duplicate: false };
        listeners.remove(runId);
        return repeatOf(await inbox.get(accepted.runId));
      } catch (error) {
        listeners.remove(runId);
        throw error;
      }
    },

    async result(runId, timeoutMs = turnTimeoutMs) {
      try {
        const { state, value, error } = await work.result(runId, timeoutMs);
        // A person answers instead, since the agent was stopped.
        if (state === "cancelled" && (await inbox.get(runId))?.status === "handed-over")
          return { outcome: "handed-over", text: withPerson, cards: [], clientCalls: [], stopReason: "aborted", usage: noUsage };
        if (state !== "done") throw TravelAgentError.fromShape(error ?? { code: "CANCELLED", message: `the run ended as ${state}` });
        const ended = value as Partial<Omit<RunResult, "outcome">> & {
          outcome: RunResult["outcome"] | "ignored" | "silent";
          answeredBy?: string;
          reason?: string;
        };
        if (ended.outcome === "ignored") throw new TravelAgentError("CANCELLED", `the run was ended: ${ended.reason ?? "ignored"}`);
        await outbox.settled(ended.answeredBy ?? runId);
        return {
          outcome: ended.outcome === "silent" ? "replied" : ended.outcome,
          text: ended.text ?? withPerson,
          cards: ended.cards ?? [],
          clientCalls: ended.clientCalls ?? [],
          stopReason: ended.stopReason ?? "stop",
          usage: ended.usage ?? noUsage,
        };
      } finally {
        listeners.remove(runId);
      }
    },

    async sessionOf(runId) {
      const row = await inbox.get(runId);
      if (!row || row.message.address.channel !== apiChannel) return undefined;
      const agentId = await agentIdOf(row.sessionKey);
      return agentId === undefined ? undefined : { sessionKey: row.sessionKey, agentId };
    },

    async openCalls(sessionKey) {
      if (!(await sessions.get(sessionKey))) return [];
      const messages = (await sessions.history(sessionKey, { limit: 100 })).map(({ message }) => message);
      const at = messages.findLastIndex(({ role }) => role === "assistant");
      const last = messages[at];
      if (last?.role !== "assistant" || messages.slice(at + 1).some(({ role }) => role === "user")) return [];
      const answered = new Set(messages.slice(at + 1).flatMap((message) => (message.role === "toolResult" ? [message.toolCallId] : [])));
      return last.content.filter((block): block is ToolCallBlock => block.type === "toolCall" && !answered.has(block.id));
    },
  };
}
