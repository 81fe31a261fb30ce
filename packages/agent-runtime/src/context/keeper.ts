import { TravelAgentError } from "@travelagent/protocol";
import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { type Clock, type Logger, silentLogger, systemClock, type WorkContext } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import { isTainted } from "../gate/provenance.ts";
import type { Model, ToolSpec } from "../model.ts";
import type { KeptTranscript } from "../transcript.ts";
import { type CompactionOutcome, compact, planCompaction } from "./compaction.ts";
import { type MemoryNotes, notesFrom } from "./flush.ts";
import { budgetOf, type ContextLimits } from "./limits.ts";
import { isOverflow } from "./overflow.ts";
import { pruned } from "./prune.ts";
import { squeezed } from "./squeeze.ts";
import { messagesTokens, textTokens, toolTokens } from "./tokens.ts";

/** One model call of a turn, before it is made. */
export interface ContextCall {
  system: string;
  tools: readonly ToolSpec[];
  model: Model;
  turn: TurnScope;
  work: Pick<WorkContext, "signal">;
  /** Names the call within the turn, the same after a restart. */
  step: string;
}

/** Both methods are called inside the step of the model call: what they do is done again when that was not remembered. */
export interface ContextKeeper {
  /**
   * What the model is sent of `context`: all of it where it fits. Where it does not, the earlier part of the conversation is
   * summarised, and `context` is changed to what the transcript holds then, as a restarted turn would find it. Always fits
   * afterwards, as far as can be estimated. Rejects only with the reason of `work.signal` and when the transcript cannot be read.
   */
  prepare(context: TranscriptMessage[], call: ContextCall): Promise<readonly TranscriptMessage[]>;
  /**
   * After a model refused what `prepare` gave: fewer messages to try once more, when the reason is their size and nothing was
   * tried again in this turn yet. Null: the error stands.
   */
  overflowed(context: TranscriptMessage[], call: ContextCall, error: unknown): Promise<readonly TranscriptMessage[] | null>;
  /** By a person's wish. In the lane of the session: no turn of it may run. */
  compact(request: ManualCompaction, work: WorkContext): Promise<CompactionOutcome>;
}

export interface ManualCompaction {
  sessionKey: string;
  /** Absent: the story is told without a model. */
  model?: Model;
  instructions?: string;
  /** So many of the newest messages stay as they are. Default: as many as always. */
  keepMessages?: number;
  timeZone: string;
}

export interface ContextKeeperOptions {
  transcript: KeptTranscript;
  /** Asked for each turn. */
  limits(): ContextLimits;
  /** Where the agent keeps notes; absent: it has no memory. */
  notes?: MemoryNotes;
  /** Whether this model can summarise. Default: all but the built-in concierge. */
  summarises?(model: Model): boolean;
  clock?: Clock;
  log?: Logger;
}

/** What became of the size of a turn's context so far. */
interface TurnState {
  compactions: number;
  retried: boolean;
  /** Whether `context` began as only a part of what nobody summarised yet; undefined until it is known. */
  partOnly?: boolean;
  /** Of the estimated room, what a provider really takes. */
  share: number;
}

/** More in a file than this without a summary is summarised, whatever the window: opening it would take long. */
const mostBytes = 1.5 * 1024 * 1024;
const mostCompactions = 2;

/** Asks with what fits, and once more with less when the model says that it was too much. Without a keeper as it is. */
export async function askFitting<T>(
  keeper: ContextKeeper | undefined,
  context: TranscriptMessage[],
  call: ContextCall,
  ask: (messages: readonly TranscriptMessage[]) => Promise<T>,
): Promise<T> {
  if (!keeper) return ask(context);
  const messages = await keeper.prepare(context, call);
  try {
    return await ask(messages);
  } catch (error) {
    if (call.work.signal.aborted) throw error;
    const fewer = await keeper.overflowed(context, call, error);
    if (!fewer) throw error;
    return ask(fewer);
  }
}

/** Keeps what models are sent within their windows. */
export function createContextKeeper({
  transcript,
  limits,
  notes,
  summarises = ({ provider }) => provider !== "concierge",
  clock = systemClock,
  log = silentLogger,
}: ContextKeeperOptions): ContextKeeper {
  const states = new WeakMap<ContextCall["work"], TurnState>();
  const stateOf = (work: ContextCall["work"]): TurnState => {
    const state = states.get(work) ?? { compactions: 0, retried: false, share: 1 };
    states.set(work, state);
    return state;
  };

  const measure = ({ system, tools, model }: ContextCall, { share }: TurnState) => {
    const given = limits();
    const fixedTokens = textTokens(system) + toolTokens(tools);
    const budget = budgetOf(given, model.contextWindow, fixedTokens);
    return { given, fixedTokens, budget, room: Math.floor(budget.messages * share) };
  };

  const prune = (context: readonly TranscriptMessage[], call: ContextCall, state: TurnState): readonly TranscriptMessage[] => {
    const { given, fixedTokens } = measure(call, state);
    return pruned(context, given, { window: call.model.contextWindow * state.share, fixedTokens, now: clock.now() });
  };

  /** Notes for later, worded while the summary is made. Nothing depends on them. */
  const wordNotes = async ({ turn, model, work }: ContextCall, covered: readonly TranscriptMessage[], tainted: boolean): Promise<string> => {
    const { enabled, timeoutMs } = limits().compaction.memoryFlush;
    if (!enabled || !notes?.has(turn) || !summarises(model) || tainted) return "";
    try {
      return await notesFrom({ model, messages: covered, timeZone: turn.timeZone }, { timeoutMs, signal: work.signal, clock });
    } catch (error) {
      if (!work.signal.aborted) noNotes(turn, error);
      return "";
    }
  };
  const noNotes = ({ runId }: TurnScope, error: unknown) =>
    log.warn("no notes were taken before a conversation was summarised", { runId, code: TravelAgentError.from(error).code });

  /** Summarises the conversation up to the message that is answered, and brings `context` in line with it. */
  const shorten = async (context: TranscriptMessage[], call: ContextCall, state: TurnState): Promise<boolean> => {
    const { turn, model, work, step } = call;
    state.compactions += 1;
    const { given, budget, room } = measure(call, state);
    const request = {
      sessionKey: turn.sessionKey,
      id: `${turn.runId}:compaction:${step}`,
      // At least two thirds go: a conversation may also be large for what no model is sent.
      keepRecent: Math.min(budget.keepRecent, Math.floor(room / 3), Math.floor(messagesTokens(context) / 3)),
      answering: turn.runId,
      window: Math.min(model.contextWindow, Math.max(1_000, room)),
      timeZone: turn.timeZone,
      timeoutMs: given.compaction.timeoutMs,
      ...(summarises(model) ? { model } : {}),
    };
    const plan = await planCompaction(transcript, request);
    if (!plan) return false;
    const covered = plan.entries.slice(0, plan.cut).map(({ message }) => message);
    const tainted = plan.compaction?.details?.tainted === true || isTainted(covered);
    const made = compact(transcript, request, { signal: work.signal, clock, log }).catch((error: unknown) => {
      // A store that cannot write now is no reason to say nothing: this answer goes without a summary.
      log.warn("a summary could not be kept", { runId: turn.runId, code: TravelAgentError.from(error).code });
      return undefined;
    });
    const [outcome, worded] = await Promise.all([made, wordNotes(call, covered, tainted)]);
    if (work.signal.aborted) throw work.signal.reason;
    if (!outcome?.compacted) return false;
    log.info("a conversation was summarised", { runId: turn.runId, ...outcome });
    // Behind the summary, so that a crash loses them and never writes them twice.
    if (worded !== "") await notes?.append(turn, worded).catch((error: unknown) => noNotes(turn, error));
    const fresh = await transcript.messages(turn.sessionKey);
    const isOwn = (message: TranscriptMessage) => message.role === "user" && message.messageId === turn.runId;
    const then = fresh.findLastIndex(isOwn);
    const now = context.findLastIndex(isOwn);
    if (then < 0 || now < 0) return false;
    context.splice(0, now, ...fresh.slice(0, then));
    return true;
  };

  return {
    async prepare(context, call) {
      const state = stateOf(call.work);
      const { room } = measure(call, state);
      let messages = prune(context, call, state);
      const tokens = messagesTokens(messages);
      state.partOnly ??= !(await transcript.context(call.turn.sessionKey, { maxBytes: mostBytes })).whole;
      const due = tokens > room || (state.partOnly && state.compactions === 0);
      // A list of its own: `context` grows while the answer is awaited.
      if (!due) return messages === context ? [...messages] : messages;
      if (state.compactions < mostCompactions && (await shorten(context, call, state))) messages = prune(context, call, state);
      return squeezed(messages, room);
    },

    async overflowed(context, call, error) {
      const state = stateOf(call.work);
      if (state.retried || !isOverflow(error)) return null;
      state.retried = true;
      const { room } = measure(call, state);
      const tokens = messagesTokens(prune(context, call, state));
      // The estimate was wrong by an unknown factor: half of what was refused.
      state.share *= Math.min(0.5, tokens / room / 2) || 0.5;
      log.warn("a model took less than its window has room for", { runId: call.turn.runId, model: `${call.model.provider}/${call.model.id}`, tokens });
      if (state.compactions < mostCompactions) await shorten(context, { ...call, step: `${call.step}:overflow` }, state);
      const smaller = squeezed(prune(context, call, state), measure(call, state).room);
      return messagesTokens(smaller) < tokens ? smaller : null;
    },

    async compact({ sessionKey, model, instructions, keepMessages, timeZone }, work) {
      const given = limits();
      const window = model?.contextWindow ?? 128_000;
      // Whoever asks for it wants it shorter, also when it would fit.
      const third = Math.floor(messagesTokens(await transcript.messages(sessionKey)) / 3);
      const keepRecent = Math.min(budgetOf(given, window, 0).keepRecent, third);
      return work.step("compaction", (signal) =>
        compact(
          transcript,
          {
            sessionKey,
            id: `${work.id}:compaction`,
            keepRecent,
            ...(keepMessages === undefined ? {} : { keepMessages }),
            ...(instructions ? { instructions } : {}),
            ...(model && summarises(model) ? { model } : {}),
            window,
            timeZone,
            timeoutMs: given.compaction.timeoutMs,
          },
          { signal, clock, log },
        ),
      );
    },
  };
}
