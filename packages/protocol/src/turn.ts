import type { AssistantMessage, Attachment, Card, MessageAction, ProgramExtras, ToolCallBlock, Usage } from "./messages.ts";
import type { Tx, WorkContext } from "./ports.ts";

/** What a turn may touch. Fixed when the message was taken in; nothing a model or a tool says widens it. */
export interface TurnScope {
  readonly runId: string;
  readonly agentId: string;
  readonly sessionKey: string;
  readonly channel: string;
  readonly accountId: string;
  readonly chatType: "direct" | "group";
  readonly peerId: string;
  /** Absent for a walk-in that has no customer record yet. */
  readonly customerId?: string;
  /** IANA zone of the customer, else of the agency. */
  readonly timeZone: string;
  /** W3C trace context of the turn; absent when nobody traces. */
  readonly traceparent?: string;
  /** Nobody reads along who could say yes: what needs a yes is refused. */
  readonly unattended?: true;
}

/** How long a model may think before it answers. A provider takes the nearest it knows; one that cannot think ignores it. */
export const thinkingLevels = ["off", "minimal", "low", "medium", "high", "xhigh"] as const;
export type ThinkingLevel = (typeof thinkingLevels)[number];

/** What the customer wrote. Several messages that are answered together are one text. */
export interface TurnMessage {
  text: string;
  action?: MessageAction;
  /** What came with it, which `text` names. No model gets the bytes. */
  attachments?: Attachment[];
  tainted?: boolean;
  /** Milliseconds, by the platform's clock. */
  sentAt: number;
  receivedAt: number;
  /** Ids of the confirmations in the last message before this one, when it reached the customer: a plain yes answers no other. Absent when the caller does not keep track. */
  lastShown?: readonly string[];
}

/** A message that came while the turn ran and is heard in it. */
export interface SteeringMessage {
  /** Id of the message, the same after a restart. */
  id: string;
  text: string;
  sentAt: number;
  tainted?: boolean;
}

export interface TurnRequest {
  turn: TurnScope;
  /** Absent when the turn was caused by a decided approval or a note. */
  message?: TurnMessage;
  /** What the gateway itself has to tell the agent instead: a helper has finished, a colleague handed over. */
  note?: { text: string; tainted?: boolean };
  /** What this session wants otherwise than its agent's configuration. `authProfile`: of the provider's keys the one to keep to. */
  prefer?: { model?: string; authProfile?: string; thinking?: ThinkingLevel };
  /**
   * Messages that came since and are to be heard in this turn, oldest first. Only reads: the same ones come again until the
   * turn ends with them in `heard`. Asked inside a step, so that what was heard stays the same after a restart. Absent when
   * this session wants them answered one by one.
   */
  steer?(): Promise<readonly SteeringMessage[]>;
  /**
   * Whether one more turn may wait for models that cannot answer now; false: it ends as failed instead. Asked inside a step, before it
   * waits for the first time. Absent: it may.
   */
  mayWait?(): boolean;
  /** The answer takes longer: tells the customer so, once in a turn, whoever asks first. Never rejects for a reason of the platform. */
  hold?(text: string): Promise<void>;
  /** The approval that was decided. */
  decisionId?: string;
  /** What the program that handed the message in adds for this turn. */
  program?: ProgramExtras;
}

/** How a turn ended. The caller commits the reply; whoever answers sends nothing itself. */
export interface TurnOutcome {
  /** `silent`: the agent has nothing to say, and nothing is sent. */
  kind: "replied" | "handed-over" | "failed" | "silent";
  /** The last message of the turn, not in the transcript yet: append it once the reply is committed. */
  message: AssistantMessage;
  text: string;
  cards: Card[];
  /** Files that go with it, stored in this conversation. */
  attachments?: Attachment[];
  /** Ids of the steering messages this turn has answered too. */
  heard?: string[];
  /** The reply quotes a message where the platform can: the one that was answered, or one by its external id. */
  replyTo?: "current" | { externalId: string };
  /** Why a person is needed. */
  reason?: string;
  /** Functions of the program that the model asks for: they are that program's to carry out, and the turn ends with them. */
  clientCalls?: ToolCallBlock[];
  /** Sum over the model calls of the turn. Absent when no model was asked or none tells. */
  usage?: Usage;
  /** Runs in the commit that puts the reply into the outbox. */
  commit(tx: Tx): Promise<void>;
}

/** What a run tells while it works. For live views only: nothing is lost when nobody listens. */
export type TurnEvent =
  | { type: "run-start"; runId: string; model: string }
  | { type: "text-delta"; runId: string; delta: string }
  /** What was shown so far is void: another model answers from the start. */
  | { type: "text-reset"; runId: string }
  | { type: "tool-start"; runId: string; toolCallId: string; name: string; args: Record<string, unknown> }
  | { type: "tool-end"; runId: string; toolCallId: string; name: string; isError: boolean }
  /** No model could answer; the turn goes on at `until` (milliseconds). */
  | { type: "run-parked"; runId: string; until: number; reason: string }
  | { type: "run-end"; runId: string; outcome: TurnOutcome["kind"] };

/**
 * Whoever answers. Every side effect is a step of `work`, so that a turn that runs again after a crash repeats nothing.
 * Rejects only when `work.signal` aborts or a store fails; a model that fails ends as `failed` with words for the customer.
 */
export interface AgentPort {
  run(request: TurnRequest, work: WorkContext, emit: (event: TurnEvent) => void): Promise<TurnOutcome>;
}

export const queueModes = ["followup", "collect", "steer", "steer-backlog", "interrupt"] as const;
export const queueDrops = ["old", "new", "summarize"] as const;

/** What becomes of messages that come while a session is being answered. */
export interface QueueSettings {
  /**
   * `followup`: each its own turn. `collect`: one turn for all that waited. `steer`: heard in the running turn, else a turn of
   * their own. `steer-backlog`: heard in the running turn and answered once more after it. `interrupt`: the running turn ends
   * and the newest message is answered.
   */
  mode: (typeof queueModes)[number];
  /** Quiet time after the last message before those that waited are answered together. */
  debounceMs: number;
  /** Messages that may wait in one session. */
  cap: number;
  /** What gives way when more come: the oldest, the new one, or the oldest with a line about each in the next prompt. */
  drop: (typeof queueDrops)[number];
}
