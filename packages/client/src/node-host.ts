import { type HelloOk, TravelAgentError } from "@travelagent/protocol";
import { silentLogger } from "@travelagent/protocol/ports";
import type { BackoffOptions } from "./backoff.ts";
import { type ClientOptions, createClient } from "./client.ts";
import type { ClientState } from "./connection.ts";
import type { DeviceOptions } from "./device.ts";
import { createNodeInvocations, type NodeCommand } from "./node-invocations.ts";

export interface NodeOptions extends Omit<ClientOptions, "role" | "node" | "scopes" | "onGap" | "reconnect" | "device"> {
  /** Whose id is the id of the node. */
  device: DeviceOptions;
  /** What this node can do, by name. */
  commands: Readonly<Record<string, NodeCommand>>;
  /** Families of what it can do, such as `system` or `camera`. */
  caps?: readonly string[];
  /** Those that are false forbid the commands they are named after, whatever the gateway says. */
  permissions?: Readonly<Record<string, boolean>>;
  /** Waits between attempts to connect; a node never gives up by itself. */
  reconnect?: BackoffOptions;
  /** Characters of one answer; a longer one becomes an error. Default 300 000. */
  maxAnswer?: number;
  /** Commands at once. Default 16. */
  maxRunning?: number;
}

/** A machine that carries out commands for a gateway. */
export interface NodeHost {
  /**
   * Connects, and stays connected until `stop`; while the gateway has not paired this device, it asks again. Resolves with
   * the first hello, rejects when the gateway refuses this node for good, and with `CANCELLED` on `stop`.
   */
  start(): Promise<HelloOk>;
  /** Ends every command under way, and the connection. Safe to call twice. */
  stop(): void;
  /** Tells the gateway an event. Raises as a call does. */
  tell(event: string, payload?: unknown): Promise<void>;
  readonly state: ClientState;
  onState(listener: (state: ClientState) => void): () => void;
}

const pairingRetryMs = 5000;

/** Somebody can say yes to it. */
const waitsForPairing = ({ code, details }: TravelAgentError): boolean =>
  code === "NOT_PAIRED" && typeof (details as { requestId?: unknown } | undefined)?.requestId === "string";

/** Nothing happens before `start`. */
export function createNode({ commands, caps, permissions, maxAnswer, maxRunning, ...options }: NodeOptions): NodeHost {
  const { log = silentLogger } = options;
  const client = createClient({
    client: { id: "node-host", version: "1", platform: "javascript", mode: "node" },
    ...options,
    role: "node",
    node: { commands: Object.keys(commands), ...(caps === undefined ? {} : { caps }), ...(permissions === undefined ? {} : { permissions }) },
  });
  const invocations = createNodeInvocations({
    commands: (name) => (Object.hasOwn(commands, name) && permissions?.[name] !== false ? commands[name] : undefined),
    log,
    ...(maxAnswer === undefined ? {} : { maxAnswer }),
    ...(maxRunning === undefined ? {} : { maxRunning }),
    answer: (answer) =>
      client.call("node.invoke.result", answer).then(
        () => undefined,
        // Nobody waits for it after a break: the gateway told its caller already.
        (error: unknown) => log.warn("an answer did not reach the gateway", { id: answer.id, error: String(error) }),
      ),
  });
  client.on("node.invoke.request", (request) => invocations.begin(request));
  client.on("node.invoke.cancel", ({ id }) => invocations.cancel(id));

  let wanted = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const starters = new Set<{ resolve(hello: HelloOk): void; reject(error: unknown): void }>();
  const settle = (how: (starter: { resolve(hello: HelloOk): void; reject(error: unknown): void }) => void) => {
    for (const starter of starters) how(starter);
    starters.clear();
  };
  client.onState((state) => {
    if (state.status === "ready") settle(({ resolve }) => resolve(state.hello));
    else invocations.cancelAll("the connection to the gateway ended");
    if (state.status !== "stopped" || !wanted) return;
    if (state.error && waitsForPairing(state.error)) {
      log.info("this device waits to be paired", { hint: state.error.message });
      retry = setTimeout(() => void client.start(), state.error.retryAfterMs ?? pairingRetryMs);
      return;
    }
    settle(({ reject }) => reject(state.error ?? new TravelAgentError("CANCELLED", "the node was stopped")));
  });

  return {
    start() {
      wanted = true;
      const started = new Promise<HelloOk>((resolve, reject) => {
        if (client.state.status === "ready") resolve(client.state.hello);
        else starters.add({ resolve, reject });
      });
      // Whoever does not wait for the start sees its failure in `state`.
      started.catch(() => {});
      void client.start();
      return started;
    },
    stop() {
      wanted = false;
      clearTimeout(retry);
      invocations.cancelAll("the node stops");
      client.stop();
      settle(({ reject }) => reject(new TravelAgentError("CANCELLED", "the node was stopped")));
    },
    async tell(event, payload) {
      await client.call("node.event", { event, ...(payload === undefined ? {} : { payloadJSON: JSON.stringify(payload) }) });
    },
    get state() {
      return client.state;
    },
    onState: (listener) => client.onState(listener),
  };
}
