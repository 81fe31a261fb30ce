import { createHash } from "node:crypto";
import type { TranscriptMessage } from "@travelagent/protocol/messages";
import type { ToolSpec } from "../model.ts";
import type { LoopLimits } from "./limits.ts";
import type { Loop } from "./loop.ts";
import { type Progress, wording } from "./outcome.ts";
import { type Thought, think } from "./think.ts";

/** With no word about when, the waits double up to this. */
const longestGuessMs = 60_000;

/** At most this much is added, so that turns that wait for the same model do not all wake at once. */
const spreadMs = 5_000;

/**
 * Asks the models, and while none can answer for reasons that pass, parks the turn: the customer is told once, the slot is
 * given free, and the models are asked again when the first of them may be. Survives restarts. What it gives back is an
 * answer, a budget that is used up, or a failure that waiting does not mend, or that too many turns wait for already.
 */
export async function thinkPatiently(
  loop: Loop,
  { iteration, context, tools, progress }: { iteration: number; context: TranscriptMessage[]; tools: readonly ToolSpec[]; progress: Progress },
): Promise<Thought> {
  const { limits, request, work, emit, log, clock } = loop;
  const { runId } = request.turn;
  let insist = limits.maxParkedMs === 0;
  for (let round = 0; ; round++) {
    const step = round === 0 ? `model:${iteration}` : `model:${iteration}:${round}`;
    const thought = await think(loop, { step, context, heard: progress.heard, tools, insist });
    const left = limits.maxParkedMs - progress.parkedMs;
    if (!("failed" in thought) || thought.retryInMs === undefined || left <= 0) return thought;
    if (progress.parkedMs === 0 && request.mayWait && !(await work.step(`may-wait:${iteration}`, async () => request.mayWait!()))) {
      log.warn("a turn does not wait for a model, since too many do", { runId, code: thought.failed.code });
      return thought;
    }
    const ms = Math.min(left, pauseMs(thought.retryInMs, round, runId, limits));
    // Whoever is to be left in peace for longer than anybody can wait is asked all the same.
    insist = ms < thought.retryInMs;
    progress.parkedMs += ms;
    const until = Math.max(clock.now(), thought.at + ms);
    log.warn("a turn waits, since no model can answer", { runId, code: thought.failed.code, until: new Date(until).toISOString() });
    emit({ type: "run-parked", runId, until, reason: `no model can answer: ${thought.failed.code}` });
    if (!progress.told) await request.hold?.(wording.parked);
    progress.told = true;
    await work.sleep(`park:${iteration}:${round}`, ms);
  }
}

function pauseMs(retryInMs: number, round: number, runId: string, { minParkMs, maxParkMs }: LoopLimits): number {
  const base = retryInMs > 0 ? Math.max(minParkMs, retryInMs) : Math.min(longestGuessMs, minParkMs * 2 ** Math.min(round, 16));
  const share = createHash("sha256").update(runId).digest().readUInt16BE(0) / 0xffff;
  return Math.min(maxParkMs, Math.round(base + share * Math.min(spreadMs, base * 0.2)));
}
