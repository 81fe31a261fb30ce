import { defineTool, type Tool, type ToolContext } from "@travelagent/agent-runtime";
import type { SubAgentRun, SubAgents } from "@travelagent/agent-runtime/sub-agents";
import { TravelAgentError } from "@travelagent/protocol";
import { thinkingLevels } from "@travelagent/protocol/turn";
import * as z from "zod";

export interface HelperToolsOptions {
  /** Asked at each call: helpers are made after the tools. */
  helpers(): SubAgents;
}

const task = z.string().min(1).max(8_000).describe("All the helper has to know: it sees nothing of this conversation.");
const agentId = z.string().min(1).max(64).optional().describe("See agents_list; default your own kind.");

/** Helpers read and answer: a write of theirs that needs a yes is refused, since nobody can be asked there. */
const answerOf = ({ runId, sessionKey, agentId: helper, label, state, text = "" }: SubAgentRun) => ({
  runId,
  sessionKey,
  agentId: helper,
  ...(label === undefined ? {} : { label }),
  status: state === "done" ? "ok" : state === "running" ? "timeout" : "error",
  reply: text.slice(0, 16_000),
});

/** The answer, or what there is when the time is over. */
async function waitFor(helpers: SubAgents, run: SubAgentRun, timeoutMs: number): Promise<SubAgentRun> {
  try {
    return await helpers.result(run.runId, timeoutMs);
  } catch (error) {
    if (TravelAgentError.is(error, "TIMEOUT")) return run;
    throw error;
  }
}

const fromOf = ({ turn, idempotencyKey, tainted = false }: ToolContext) => ({ parent: turn, key: idempotencyKey, tainted });

const longestFanOutMs = 180_000;

/** `sessions_spawn`, `sessions_send` and `ask_in_parallel`: work given to helpers, each in a session of its own. */
export function helperTools({ helpers }: HelperToolsOptions): Tool[] {
  return [
    defineTool({
      name: "sessions_spawn",
      description:
        "Sends a helper with a task that takes longer, and returns at once. You are told when it has finished. For a question the customer waits for, use ask_in_parallel.",
      group: "sessions",
      args: z.strictObject({
        task,
        label: z.string().min(1).max(80).optional(),
        agentId,
        model: z.string().min(1).max(200).optional(),
        thinking: z.enum(thinkingLevels).optional(),
        runTimeoutSeconds: z.int().min(1).max(3_600).optional(),
        cleanup: z.enum(["keep", "delete"]).optional(),
      }),
      effect: "write",
      writes: "conversation",
      async execute({ runTimeoutSeconds, cleanup = "keep", label, agentId: wanted, model, thinking, task: text }, context) {
        const run = await helpers().spawn({
          ...fromOf(context),
          task: text,
          announce: true,
          discard: cleanup === "delete",
          ...(label === undefined ? {} : { label }),
          ...(wanted === undefined ? {} : { agentId: wanted }),
          ...(model === undefined ? {} : { model }),
          ...(thinking === undefined ? {} : { thinking }),
          ...(runTimeoutSeconds === undefined ? {} : { timeoutMs: runTimeoutSeconds * 1000 }),
        });
        return { content: { status: "accepted", runId: run.runId, childSessionKey: run.sessionKey } };
      },
    }),
    defineTool({
      name: "sessions_send",
      description: "Tells a helper of this conversation something more and waits for its answer; timeoutSeconds 0 does not wait, and you are told later.",
      group: "sessions",
      args: z.strictObject({
        sessionKey: z.string().min(1).max(300).describe("Of a helper, as sessions_list shows it."),
        message: task,
        timeoutSeconds: z.int().min(0).max(120).optional(),
      }),
      effect: "write",
      writes: "conversation",
      timeoutMs: 150_000,
      async claims({ sessionKey }, turn) {
        const mine = (await helpers().of(turn.sessionKey)).some((one) => one.sessionKey === sessionKey);
        return [{ kind: "session", id: sessionKey, owner: mine ? { sessionKey: turn.sessionKey } : null }];
      },
      async execute({ sessionKey, message, timeoutSeconds = 30 }, context) {
        const before = (await helpers().of(context.turn.sessionKey)).find((one) => one.sessionKey === sessionKey);
        if (!before) throw new TravelAgentError("NOT_FOUND", `there is no helper ${sessionKey} of this conversation; sessions_list shows them`);
        const run = await helpers().spawn({ ...fromOf(context), task: message, agentId: before.agentId, sessionKey, announce: timeoutSeconds === 0 });
        if (timeoutSeconds === 0) return { content: { runId: run.runId, status: "accepted" } };
        const done = await waitFor(helpers(), run, timeoutSeconds * 1000);
        return { content: answerOf(done), tainted: done.tainted };
      },
    }),
    defineTool({
      name: "ask_in_parallel",
      description:
        "Answers a question of several parts faster: up to five helpers look into one part each at the same time (such as flights, hotels, visa rules), and you get all their findings together. They can search and read, not book.",
      group: "conversation",
      args: z.strictObject({
        questions: z
          .array(z.strictObject({ label: z.string().min(1).max(80), task, agentId }))
          .min(2)
          .max(5),
        timeoutSeconds: z
          .int()
          .min(5)
          .max(longestFanOutMs / 1000)
          .optional(),
      }),
      effect: "write",
      writes: "conversation",
      timeoutMs: longestFanOutMs + 10_000,
      async execute({ questions, timeoutSeconds = 60 }, context) {
        const { key, ...from } = fromOf(context);
        const started = await Promise.allSettled(
          questions.map(({ label, task: text, agentId: wanted }, index) =>
            helpers().spawn({
              ...from,
              key: `${key}:${index}`,
              task: text,
              label,
              announce: false,
              discard: true,
              ...(wanted === undefined ? {} : { agentId: wanted }),
            }),
          ),
        );
        // One that cannot start or finish leaves the others as they are.
        const findings = await Promise.all(
          started.map(async (start, index) => {
            const { label } = questions[index]!;
            if (start.status === "rejected") return { finding: { label, status: "error", reply: TravelAgentError.from(start.reason).message }, tainted: false };
            const done = await waitFor(helpers(), start.value, timeoutSeconds * 1000);
            return { finding: answerOf(done), tainted: done.tainted };
          }),
        );
        return { content: { findings: findings.map(({ finding }) => finding) }, tainted: findings.some(({ tainted }) => tainted) };
      },
    }),
  ];
}
