import { testEngine } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import type { TranscriptMessage } from "@travelagent/protocol/messages";
import type { Clock, Engine } from "@travelagent/protocol/ports";
import type { TurnEvent, TurnOutcome, TurnRequest, TurnScope } from "@travelagent/protocol/turn";
import { type AgentOptions, createAgent } from "../../agent.ts";
import { createGate, type Gate, parsePolicy } from "../../gate/index.ts";
import type { Model } from "../../model.ts";
import type { Tool } from "../../tool.ts";

const rules = `{ version: 1, rules: [
  { id: "sell.confirm", tools: ["sell"], then: { decision: "needs-confirmation", reason: "yes first" } },
  { id: "rest", tools: ["*"], then: { decision: "allow" } },
] }`;

export interface Bench {
  readonly engine: Engine;
  readonly gate: Gate;
  readonly events: TurnEvent[];
  /** As a store keeps it: an id that is there already is skipped. */
  readonly entries: { id: string; message: TranscriptMessage }[];
  /** One turn to its end, its reply committed and written down. */
  run(options: RunOptions): Promise<TurnOutcome>;
  /** Begins one and does not wait. `done` is as `run`. */
  begin(options: RunOptions): { runId: string; done: Promise<TurnOutcome> };
  stop(): Promise<void>;
}

export interface RunOptions {
  models: readonly Model[];
  text?: string;
  request?: Partial<Omit<TurnRequest, "turn">>;
  turn?: Partial<TurnScope>;
  options?: Partial<AgentOptions>;
}

/** A turn loop over a real engine and a real gate, with a transcript in memory. */
export async function loopBench({ tools, clock }: { tools: readonly Tool[]; clock?: Clock }): Promise<Bench> {
  const engine = await testEngine(clock ? { clock } : {});
  const timed = clock ? { clock } : {};
  const gate = createGate({ db: engine.db, tools, policy: () => parsePolicy([{ name: "t", text: rules }]), ...timed });
  await gate.migrate();
  const entries: Bench["entries"] = [];
  const events: TurnEvent[] = [];
  const transcript = {
    messages: async () => entries.map((entry) => entry.message),
    append: async (_: string, added: Bench["entries"]) => {
      for (const entry of added) if (!entries.some((known) => known.id === entry.id)) entries.push(entry);
    },
  };
  let turns = 0;

  const begin: Bench["begin"] = ({ models, text = "hello", request = {}, turn = {}, options = {} }) => {
    const runId = `run-${++turns}`;
    const agent = createAgent({ gate, transcript, models: () => models, prompt: { agencyName: "Test Travel", agentName: "Tess" }, ...timed, ...options });
    let outcome: TurnOutcome | undefined;
    const now = () => clock?.now() ?? Date.now();
    const scope: TurnScope = {
      runId,
      agentId: "main",
      sessionKey: "agent:main:webchat:dm:v1",
      channel: "webchat",
      accountId: "default",
      chatType: "direct",
      peerId: "v1",
      timeZone: "UTC",
      ...turn,
    };
    const message = "note" in request || "decisionId" in request ? {} : { message: { text, sentAt: now(), receivedAt: now() } };
    engine.work.define(runId, async (work) => {
      outcome = await agent.run({ turn: scope, ...message, ...request }, work, (event) => void events.push(event));
      await work.transaction("reply", (tx) => outcome!.commit(tx));
      await transcript.append("", [{ id: `${runId}:final`, message: outcome.message }]);
    });
    const done = (async () => {
      await engine.work.submit({ name: runId, id: runId, lane: scope.sessionKey });
      const result = await engine.work.result(runId, clock ? undefined : 10_000);
      if (result.error) throw TravelAgentError.fromShape(result.error);
      return outcome!;
    })();
    // Whoever does not wait for it shall not hear of its end with the engine.
    done.catch(() => {});
    return { runId, done };
  };
  return { engine, gate, events, entries, begin, run: (options) => begin(options).done, stop: () => engine.stop() };
}
