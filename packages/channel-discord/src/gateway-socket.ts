import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { WebSocket } from "ws";
import { type AfterClose, afterClose } from "./close-codes.ts";
import { type DiscordApi, failureOf, isRevoked } from "./discord-api.ts";

/** Where a connection left off: with it another process goes on, and Discord sends what it missed. */
export interface DiscordSession {
  sessionId: string;
  resumeUrl: string;
  /** Everything up to it is durable here. */
  seq: number;
}

export interface GatewaySocketOptions {
  api: DiscordApi;
  token: string;
  intents: number;
  /** Resolves when it is durable or none of our business. Rejects when it cannot be stored: it is handed over again. */
  take(event: string, data: unknown): Promise<void>;
  /** What is alike is handled in order, such as what one channel says. */
  orderOf(data: unknown): string;
  report(state: "running" | "degraded" | "logged-out", reason?: string): void;
  clock: Clock;
  log: Logger;
  /** Of the process before. */
  session?: DiscordSession | undefined;
  /** The place from which another process would go on has changed. */
  onSession?(session: DiscordSession | undefined): void;
}

export interface GatewaySocket {
  /** Resolves when Discord is ready to hand over. Rejects with what keeps it from that. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface Frame {
  op: number;
  d: unknown;
  s: number | null;
  t: string | null;
}

const op = { dispatch: 0, heartbeat: 1, identify: 2, resume: 6, reconnect: 7, invalidSession: 9, hello: 10, ack: 11 } as const;
const helloWithinMs = 20_000;
const longestWaitMs = 60_000;

/**
 * One connection to Discord that is always there again. The place Discord is told we are at is that of the last event that is durable:
 * what was not stored when a connection ended comes once more with the next one.
 */
export function createGatewaySocket({
  api,
  token,
  intents,
  take,
  orderOf,
  report,
  clock,
  log,
  session: before,
  onSession,
}: GatewaySocketOptions): GatewaySocket {
  const stopping = new AbortController();
  const lanes = new Map<string, Promise<void>>();
  let unstored = new Set<number>();
  let session = before;
  let highest = before?.seq ?? 0;
  let socket: WebSocket | undefined;
  let failures = 0;
  let cancelRetry: (() => void) | undefined;

  const durable = (): number => (unstored.size > 0 ? Math.min(...unstored) - 1 : highest);

  function keep(next: DiscordSession | undefined): void {
    session = next;
    onSession?.(next);
  }

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (stopping.signal.aborted) return resolve();
      const cancel = clock.after(ms, resolve);
      stopping.signal.addEventListener(
        "abort",
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
    });

  function hand({ t, d, s }: Frame): void {
    const seq = s ?? 0;
    // What came over again after a resume and is under way already.
    if (unstored.has(seq) || (seq > 0 && seq <= durable())) return;
    highest = Math.max(highest, seq);
    const open = unstored;
    open.add(seq);
    const lane = orderOf(d);
    const run = (lanes.get(lane) ?? Promise.resolve()).then(async () => {
      for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
        try {
          await take(t ?? "", d);
          open.delete(seq);
          if (session && open === unstored) keep({ ...session, seq: durable() });
          break;
        } catch (error) {
          if (TravelAgentError.is(error) && !error.retryable) {
            log.warn("something from Discord was passed over", { error: error.message });
            open.delete(seq);
            break;
          }
          log.warn("something from Discord could not be stored; it is tried again", { error: String(error) });
          await pause(Math.min(5_000, 100 * 2 ** Math.min(attempt, 6)));
        }
      }
      if (lanes.get(lane) === run) lanes.delete(lane);
    });
    lanes.set(lane, run);
  }

  /** Where to connect to. A new session needs one of those that Discord allows in a day. */
  async function address(): Promise<string> {
    if (session) return session.resumeUrl;
    const { url, session_start_limit: limit } = await api.call<{ url: string; session_start_limit?: { remaining: number; reset_after: number } }>(
      "GET",
      "/gateway/bot",
      {
        signal: stopping.signal,
      },
    );
    if (limit && limit.remaining < 1)
      throw new TravelAgentError("UNAVAILABLE", "Discord allows this bot no further connections for now", { retryAfterMs: limit.reset_after });
    return url;
  }

  /** Resolves when ready, and rejects when it ended before. `onEnd` hears of an end after that. */
  async function connect(onEnd: (next: AfterClose, what: string) => void): Promise<void> {
    const resuming = session;
    const url = new URL(await address());
    url.searchParams.set("v", "10");
    url.searchParams.set("encoding", "json");
    stopping.signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const own = new WebSocket(url, { handshakeTimeout: helloWithinMs, maxPayload: 16 * 1024 * 1024 });
      socket = own;
      let ready = false;
      let acknowledged = true;
      let cancelBeat: (() => void) | undefined;
      let ends: AfterClose | undefined;
      const disarm = clock.after(helloWithinMs, () => own.terminate());
      const send = (code: number, d: unknown): void => {
        if (own.readyState === WebSocket.OPEN) own.send(JSON.stringify({ op: code, d }));
      };
      const beat = (): void => send(op.heartbeat, durable() === 0 ? null : durable());
      const beating = (everyMs: number, firstMs: number): void => {
        cancelBeat = clock.after(firstMs, () => {
          // No answer to the last one: the connection is a dead one that nobody closed.
          if (!acknowledged) return own.terminate();
          acknowledged = false;
          beat();
          beating(everyMs, everyMs);
        });
      };
      own.on("error", (error) => log.debug("the connection to Discord broke", { error: error.message }));
      const greeted = ({ heartbeat_interval: everyMs }: { heartbeat_interval: number }): void => {
        beating(everyMs, Math.floor(everyMs * Math.random()));
        if (resuming) send(op.resume, { token, session_id: resuming.sessionId, seq: durable() });
        else send(op.identify, { token, intents, properties: { os: process.platform, browser: "travelagent", device: "travelagent" } });
      };
      const dispatched = (frame: Frame): void => {
        if (frame.t === "READY") {
          const { session_id, resume_gateway_url } = frame.d as { session_id: string; resume_gateway_url: string };
          highest = 0;
          unstored = new Set();
          keep({ sessionId: session_id, resumeUrl: resume_gateway_url, seq: 0 });
        }
        if (frame.t === "READY" || frame.t === "RESUMED") {
          disarm();
          ready = true;
          resolve();
        }
        hand(frame);
      };
      own.on("message", (data) => {
        const frame = frameOf(String(data));
        if (frame?.op === op.hello) greeted(frame.d as { heartbeat_interval: number });
        else if (frame?.op === op.dispatch) dispatched(frame);
        else if (frame?.op === op.ack) acknowledged = true;
        else if (frame?.op === op.heartbeat) beat();
        else if (frame?.op === op.reconnect) own.close(4900);
        else if (frame?.op === op.invalidSession) {
          if (frame.d !== true) ends = "identify";
          own.close(4900);
        }
      });
      own.on("close", (code) => {
        disarm();
        cancelBeat?.();
        const { next, what } = afterClose(code);
        const after = ends ?? next;
        if (after !== "resume") keep(undefined);
        if (!ready) reject(after === "give-up" ? new TravelAgentError("CONFIG_INVALID", what) : new TravelAgentError("UNAVAILABLE", what));
        else if (socket === own && !stopping.signal.aborted) onEnd(after, what);
      });
    });
  }

  function giveUp(what: string): void {
    log.error("Discord lets this bot in no more", { reason: what });
    report("logged-out", what);
    stopping.abort();
  }

  function ended(next: AfterClose, what: string): void {
    log.info("the connection to Discord ended", { reason: what, next });
    if (next === "give-up") {
      giveUp(what);
      return;
    }
    // Discord asks for a moment before a new session.
    cancelRetry = clock.after(next === "identify" ? 1000 + Math.floor(Math.random() * 4000) : 0, () => void again());
  }

  async function again(): Promise<void> {
    if (stopping.signal.aborted) return;
    try {
      await connect(ended);
      if (failures > 0) report("running");
      failures = 0;
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (isRevoked(error) || (TravelAgentError.is(error) && error.code === "CONFIG_INVALID")) {
        giveUp(TravelAgentError.from(error).message);
        return;
      }
      failures += 1;
      if (failures === 2) report("degraded", "Discord does not answer");
      log.warn("Discord could not be reached", { error: failureOf(error).reason, failures });
      const asked = TravelAgentError.is(error) ? (error.retryAfterMs ?? 0) : 0;
      cancelRetry = clock.after(Math.max(asked, Math.min(longestWaitMs, 500 * 2 ** Math.min(failures - 1, 7))), () => void again());
    }
  }

  return {
    async start() {
      try {
        await connect(ended);
      } catch (error) {
        // A session of the process before may be over; as long as Discord has not said so, it is gone on with next time.
        if (!before || session || (TravelAgentError.is(error) && error.code === "CONFIG_INVALID") || isRevoked(error)) throw error;
        await connect(ended);
      }
    },
    async stop() {
      stopping.abort();
      cancelRetry?.();
      // Not closed in order, which would end the session: what comes meanwhile is sent when another process goes on with it.
      socket?.terminate();
      await Promise.all(lanes.values());
    },
  };
}

function frameOf(text: string): Frame | undefined {
  try {
    return JSON.parse(text) as Frame;
  } catch {
    return undefined;
  }
}
