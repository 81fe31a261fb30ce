import {
  type ConnectParams,
  type EventName,
  type EventPayload,
  type HelloOk,
  type MethodName,
  type Params,
  type Result,
  TravelAgentError,
} from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { type BackoffOptions, backoffMs } from "./backoff.ts";
import { advance, type ClientState, type ConnectionEvent, type Effect } from "./connection.ts";
import { type DeviceOptions, withDevice } from "./device.ts";
import { createGapDetector, type Gap } from "./gap.ts";
import { connectParams, type NodeDeclaration, twoStageMethods } from "./handshake.ts";
import { createPendingTable } from "./pending.ts";
import { type OpenWebSocket, openSocket, type Socket } from "./socket.ts";

export type ClientInfo = ConnectParams["client"];

export interface ClientOptions {
  /** `ws://` or `wss://` address of the gateway. */
  url: string;
  /** Default `operator`. A `visitor` is known by its cookie and sends no token; for a `node` see `createNode`. */
  role?: "operator" | "visitor" | "node";
  /** Of a node: what it says it can do. */
  node?: NodeDeclaration;
  auth?: { token?: string; password?: string };
  /** Connects as this device, with the token the gateway gave it. While an operator has to agree first, `start` rejects with `NOT_PAIRED`. */
  device?: DeviceOptions;
  /** How this program introduces itself. */
  client?: ClientInfo;
  /** What an operator asks for; a visitor has none. Default `operator.admin`, since asking for nothing may mean nothing. */
  scopes?: readonly string[];
  /** IANA zone and language tag of the person in front of this client. */
  timeZone?: string;
  locale?: string;
  /** `false`: a connection that fails or ends is not opened again. */
  reconnect?: BackoffOptions | false;
  /** Some events did not arrive and never will: read again what you show. A new connection is no gap; see `onState`. */
  onGap?: (gap: Gap) => void;
  /** Default: the global WebSocket. */
  webSocket?: OpenWebSocket;
  clock?: Clock;
  /** 0 ≤ x < 1, for the jitter. */
  random?: () => number;
  log?: Logger;
}

export interface CallOptions {
  /** From the call to its outcome, waiting for a connection included. Default 30 000; for two-stage methods 600 000. */
  timeoutMs?: number;
  /** Of a two-stage method: the gateway took the work; the outcome comes later. Called at most once. */
  onAccepted?: (payload: unknown) => void;
}

export interface Client {
  /**
   * Connects, and stays connected until `stop`. Resolves with the first hello; rejects when the gateway refuses this
   * client for good (`UNAUTHORIZED`, `NOT_PAIRED`, a protocol that does not match …), with `CANCELLED` on `stop`, and on the first failure when
   * `reconnect` is false. Nobody has to wait for it: calls wait by themselves.
   */
  start(): Promise<HelloOk>;
  /** Closes the connection; open calls reject with `CANCELLED`. May be started again. Safe to call twice. */
  stop(): void;
  /**
   * Waits for a connection if there is none. When the connection breaks before the answer, a call whose params carry an
   * `idempotencyKey` is sent again on the next one; any other rejects with `UNAVAILABLE`.
   * Rejects with the gateway's error as `TravelAgentError`, or `TIMEOUT`.
   */
  call<M extends MethodName>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>>;
  /** Returns the function that ends the subscription. Events are never repeated: read anew on a gap and on every new connection. */
  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void;
  readonly state: ClientState;
  onState(listener: (state: ClientState) => void): () => void;
}

/** How long to wait for the gateway's challenge; gateways that send none are told `connect` without it. */
const challengeWaitMs = 750;
const handshakeTimeoutMs = 10_000;
const tickTimeoutCode = 4000;

/** A started client is work under way: unlike the system clock's, its timers keep a process alive until `stop`. */
const holdingClock: Clock = {
  now: systemClock.now,
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};

const globalWebSocket: OpenWebSocket = (url) => new (globalThis as unknown as { WebSocket: new (url: string) => ReturnType<OpenWebSocket> }).WebSocket(url);

/** A client of one gateway. Nothing happens before `start`. */
export function createClient(options: ClientOptions): Client {
  const { url, role = "operator", onGap, webSocket = globalWebSocket, clock = holdingClock, random = Math.random, log = silentLogger } = options;
  const reconnect = options.reconnect ?? {};
  const info = options.client ?? {
    id: role === "visitor" ? "webchat-ui" : "gateway-client",
    version: "1",
    platform: "javascript",
    mode: role === "visitor" ? "webchat" : "backend",
  };
  const connectId = "connect";

  const pending = createPendingTable(clock);
  const gaps = createGapDetector();
  const eventListeners = new Map<string, Set<(payload: unknown) => void>>();
  const stateListeners = new Set<(state: ClientState) => void>();
  const starters = new Set<{ resolve(hello: HelloOk): void; reject(error: TravelAgentError): void }>();

  let state: ClientState = { status: "idle" };
  let socket: Socket | undefined;
  let retryAfterMs: number | undefined;
  let challenge: { nonce?: unknown; ts?: unknown } | undefined;
  let lastHeardAt = 0;
  let cancelTimers: (() => void)[] = [];

  const after = (delayMs: number, run: () => void) => cancelTimers.push(clock.after(delayMs, run));
  const clearTimers = () => {
    for (const cancel of cancelTimers) cancel();
    cancelTimers = [];
  };
  const tell = <T>(listeners: Iterable<(value: T) => void>, value: T) => {
    for (const listener of [...listeners]) {
      try {
        listener(value);
      } catch (error) {
        log.error("a listener of the gateway client threw", { error });
      }
    }
  };

  function dispatch(event: ConnectionEvent): void {
    const step = advance(state, event, reconnect !== false);
    if (step.state === state) return;
    const before = state;
    state = step.state;
    for (const effect of step.effects) effects[effect]();
    if (state !== step.state) return; // an effect moved on already and has told the listeners
    if (state.status === "ready") {
      for (const starter of starters) starter.resolve(state.hello);
      starters.clear();
    }
    log.debug("gateway connection changed", { from: before.status, to: state.status });
    tell(stateListeners, state);
  }

  const lost = (message: string) => dispatch({ type: "closed", error: new TravelAgentError("UNAVAILABLE", message) });

  const effects: Record<Effect, () => void> = {
    "open-socket"() {
      clearTimers();
      gaps.reset();
      challenge = undefined;
      after(handshakeTimeoutMs, () => lost("the gateway did not finish the handshake in time; is this its address?"));
      try {
        const mine: Socket = openSocket(webSocket, url, {
          opened: () => dispatch({ type: "opened" }),
          frame: (frame) => {
            if (socket === mine) onFrame(frame);
          },
          closed: (code, reason) => {
            if (socket === mine) lost(`the connection to the gateway ended (${code}${reason ? ` ${reason}` : ""})`);
          },
        });
        socket = mine;
      } catch (error) {
        socket = undefined;
        after(0, () => lost(`the gateway's address cannot be opened: ${error instanceof Error ? error.message : String(error)}`));
      }
    },
    "await-challenge": () => after(challengeWaitMs, () => dispatch({ type: "challenge" })),
    "send-connect"() {
      const params = connectParams({ ...options, role, client: info });
      if (options.device === undefined || role === "visitor") sendConnect(params);
      else void connectAs(options.device, params);
    },
    "close-socket"() {
      clearTimers();
      const closing = socket;
      socket = undefined;
      closing?.close(1000, "");
    },
    "schedule-retry"() {
      if (state.status !== "waiting" || reconnect === false) return;
      const askedToWaitMs = Math.max(retryAfterMs ?? 0, state.error.retryAfterMs ?? 0);
      retryAfterMs = undefined;
      after(askedToWaitMs + backoffMs(state.attempt - 1, random, reconnect), () => dispatch({ type: "retry" }));
    },
    "send-waiting-calls"() {
      clearTimers();
      watchForSilence();
      sendWaiting();
    },
    "drop-calls": () => pending.drop(),
    "fail-calls"() {
      const error = (state.status === "stopped" ? state.error : undefined) ?? new TravelAgentError("CANCELLED", "the gateway client was stopped");
      pending.failAll(error);
      for (const starter of starters) starter.reject(error);
      starters.clear();
    },
  };

  const sendConnect = (params: ConnectParams) => socket?.send({ type: "req", id: connectId, method: "connect", params });

  async function connectAs(device: DeviceOptions, params: ConnectParams): Promise<void> {
    const mine = socket;
    const { nonce, ts } = challenge ?? {};
    try {
      // By the gateway's clock: then it does not matter what this one shows.
      const signedAt = typeof ts === "number" ? ts : clock.now();
      const signed = await withDevice(params, device, { nonce: typeof nonce === "string" ? nonce : undefined, signedAt });
      if (socket === mine) sendConnect(signed);
    } catch (error) {
      const message = `this device could not sign in: ${error instanceof Error ? error.message : String(error)}`;
      if (socket === mine) dispatch({ type: "refused", error: new TravelAgentError("UNAUTHORIZED", message) });
    }
  }

  async function keepToken({ auth }: HelloOk): Promise<void> {
    const { device } = options;
    if (!device?.saveToken || auth?.deviceToken === undefined) return;
    try {
      if ((await device.readToken?.()) === auth.deviceToken) return;
      const { deviceToken: token, role: given, scopes, issuedAtMs } = auth;
      await device.saveToken({ token, role: given, scopes, ...(issuedAtMs === undefined ? {} : { issuedAtMs }) });
    } catch (error) {
      log.warn("the token of this device was not saved", { error: error instanceof Error ? error.message : String(error) });
    }
  }

  function sendWaiting(): void {
    if (state.status !== "ready") return;
    for (const request of pending.takeUnsent()) socket?.send(request);
  }

  function watchForSilence(): void {
    if (state.status !== "ready") return;
    const patienceMs = 2 * state.hello.policy.tickIntervalMs;
    const quietMs = clock.now() - lastHeardAt;
    if (quietMs < patienceMs) {
      after(patienceMs - quietMs, watchForSilence);
      return;
    }
    socket?.close(tickTimeoutCode, "tick timeout");
    socket = undefined;
    lost("the gateway went silent");
  }

  function onFrame(frame: Record<string, unknown>): void {
    lastHeardAt = clock.now();
    if (frame.type === "event" && typeof frame.event === "string") onEvent(frame.event, frame.payload, frame.seq);
    else if (frame.type !== "res") return;
    else if (frame.id !== connectId) pending.settle(frame);
    else if (frame.ok === true) {
      void keepToken(frame.payload as HelloOk);
      dispatch({ type: "hello", hello: frame.payload as HelloOk });
    } else dispatch({ type: "refused", error: TravelAgentError.fromShape(refusal(frame.error)) });
  }

  function onEvent(name: string, payload: unknown, seq: unknown): void {
    if (name === "connect.challenge") {
      challenge ??= payload as typeof challenge;
      dispatch({ type: "challenge" });
    }
    if (name === "shutdown") retryAfterMs = (payload as { restartExpectedMs?: number } | undefined)?.restartExpectedMs;
    const gap = gaps.see(seq);
    tell(eventListeners.get(name) ?? [], payload);
    if (gap && onGap) tell([onGap], gap);
  }

  return {
    start() {
      const started = new Promise<HelloOk>((resolve, reject) => {
        if (state.status === "ready") resolve(state.hello);
        else starters.add({ resolve, reject });
      });
      // Whoever does not wait for the start sees its failure in `state` and in their calls.
      started.catch(() => {});
      dispatch({ type: "start" });
      return started;
    },
    stop: () => dispatch({ type: "stop" }),
    call<M extends MethodName>(method: M, params: Params<M>, { timeoutMs, onAccepted }: CallOptions = {}) {
      if (state.status === "stopped" && state.error) return Promise.reject(state.error);
      const twoStage = twoStageMethods.has(method);
      const outcome = pending.add({
        method,
        params,
        twoStage,
        timeoutMs: timeoutMs ?? (twoStage ? 600_000 : 30_000),
        ...(onAccepted === undefined ? {} : { onAccepted: (payload: unknown) => tell([onAccepted], payload) }),
      });
      sendWaiting();
      return outcome as Promise<Result<M>>;
    },
    on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void) {
      const listeners = eventListeners.get(event) ?? new Set();
      eventListeners.set(event, listeners);
      listeners.add(listener as (payload: unknown) => void);
      return () => void listeners.delete(listener as (payload: unknown) => void);
    },
    get state() {
      return state;
    },
    onState(listener) {
      stateListeners.add(listener);
      return () => void stateListeners.delete(listener);
    },
  };
}

function refusal(error: unknown): { code: string; message: string } {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === "string" && typeof message === "string"
    ? { ...(error as object), code, message }
    : { code: "INTERNAL", message: "the gateway refused this client without saying why" };
}
