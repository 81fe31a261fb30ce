import { type EventPayload, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";

export interface NodeCommandContext {
  /** Aborts when the time is over, the caller gives up or the connection ends: nobody waits for the answer then. */
  readonly signal: AbortSignal;
  /** From now until the caller gives up. */
  readonly timeoutMs: number;
  /** The same for a repeat of the same command. */
  readonly idempotencyKey: string | undefined;
}

/** Carries out one command. What it throws becomes the error of the answer: its `code` and its message, which tells a person what to do. */
export type NodeCommand = (params: unknown, context: NodeCommandContext) => unknown;

/** Parameters of `node.invoke.result`. */
export interface NodeResult {
  id: string;
  nodeId: string;
  ok: boolean;
  payloadJSON?: string;
  error?: { code: string; message: string };
}

export interface NodeInvocations {
  /** Answers exactly once, whatever happens; never throws. A repeat of a key runs nothing and gets the answer of the first. */
  begin(request: EventPayload<"node.invoke.request">): void;
  cancel(id: string): void;
  cancelAll(reason: string): void;
}

export interface NodeInvocationsOptions {
  commands: (name: string) => NodeCommand | undefined;
  answer: (result: NodeResult) => Promise<void>;
  clock?: Clock;
  log?: Logger;
  maxAnswer?: number;
  maxRunning?: number;
}

type Outcome = Pick<NodeResult, "ok" | "payloadJSON" | "error">;

const defaultTimeoutMs = 30_000;
const rememberMs = 600_000;
const maxRemembered = 500;
/** Characters; of longer answers only the fact is kept. */
const maxRememberedAnswer = 20_000;

export function createNodeInvocations(options: NodeInvocationsOptions): NodeInvocations {
  const { commands, answer, clock = systemClock, log = silentLogger, maxAnswer = 300_000, maxRunning = 16 } = options;
  const running = new Map<string, AbortController>();
  const byKey = new Map<string, { outcome: Promise<Outcome>; until: number }>();

  const run = async (request: EventPayload<"node.invoke.request">): Promise<Outcome> => {
    const { id, command, paramsJSON, timeoutMs = defaultTimeoutMs, idempotencyKey } = request;
    const perform = commands(command);
    if (!perform) return failed("UNSUPPORTED_COMMAND", `this node has no command ${command}`);
    if (running.size >= maxRunning) return failed("BUSY", "this node has too many commands under way: try again later");
    const controller = new AbortController();
    running.set(id, controller);
    const cancelTimer = clock.after(timeoutMs, () => controller.abort(new TravelAgentError("TIMEOUT", `${command} took longer than ${timeoutMs} ms`)));
    const aborted = new Promise<never>((_, reject) => controller.signal.addEventListener("abort", () => reject(controller.signal.reason), { once: true }));
    try {
      const params: unknown = paramsJSON === undefined ? undefined : JSON.parse(paramsJSON);
      // A command that does not hear the signal must not keep its caller waiting.
      const value = await Promise.race([(async () => perform(params, { signal: controller.signal, timeoutMs, idempotencyKey }))(), aborted]);
      const payloadJSON = JSON.stringify(value ?? null);
      if (payloadJSON.length > maxAnswer) return failed("PAYLOAD_TOO_LARGE", `the answer has ${payloadJSON.length} characters, and ${maxAnswer} is the limit`);
      return { ok: true, payloadJSON };
    } catch (error) {
      return failureOf(error);
    } finally {
      cancelTimer();
      running.delete(id);
    }
  };

  const once = (request: EventPayload<"node.invoke.request">): Promise<Outcome> => {
    const { idempotencyKey } = request;
    if (idempotencyKey === undefined) return run(request);
    const now = clock.now();
    for (const [key, { until }] of byKey) {
      if (until > now && byKey.size <= maxRemembered) break;
      byKey.delete(key);
    }
    const key = `${request.command}\n${idempotencyKey}`;
    const known = byKey.get(key);
    if (known) return known.outcome;
    const outcome = run(request);
    const entry = { outcome, until: now + rememberMs };
    byKey.set(key, entry);
    void outcome.then(({ payloadJSON = "" }) => {
      if (payloadJSON.length > maxRememberedAnswer)
        entry.outcome = Promise.resolve(failed("ALREADY_ANSWERED", "this command ran and was answered; the answer was too large to keep"));
    });
    return outcome;
  };

  return {
    begin(request) {
      const { id, nodeId, command } = request;
      once(request)
        .then((outcome) => answer({ id, nodeId, ...outcome }))
        .catch((error: unknown) => log.error("a command of the gateway failed", { command, error: String(error) }));
    },
    cancel: (id) => running.get(id)?.abort(new TravelAgentError("CANCELLED", "the caller gave up")),
    cancelAll(reason) {
      for (const controller of [...running.values()]) controller.abort(new TravelAgentError("CANCELLED", reason));
    },
  };
}

const failed = (code: string, message: string): Outcome => ({ ok: false, error: { code, message } });

function failureOf(error: unknown): Outcome {
  const { code } = (error ?? {}) as { code?: unknown };
  const message = error instanceof Error && error.message !== "" ? error.message : "the command failed";
  return failed(typeof code === "string" && code !== "" ? code.slice(0, 100) : "COMMAND_FAILED", message.slice(0, 2000));
}
