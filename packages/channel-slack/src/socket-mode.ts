import type { Clock, Logger } from "@travelagent/protocol/ports";
import { WebSocket } from "ws";
import { isRevoked, type SlackApi } from "./slack-api.ts";

/** What Slack hands over by socket. Answered with its id once it is durable. */
export interface Envelope {
  envelope_id: string;
  type: string;
  payload: Record<string, unknown>;
}

export interface SocketModeOptions {
  api: SlackApi;
  appToken: string;
  /** Resolves when it is durable, with what Slack is told besides. Rejects when it cannot be stored: Slack delivers it again. */
  take(envelope: Envelope): Promise<unknown>;
  /** What is alike is handled one after the other, such as what one conversation says. */
  orderOf(envelope: Envelope): string;
  report(state: "running" | "degraded" | "logged-out", reason?: string): void;
  clock: Clock;
  log: Logger;
}

export interface SocketMode {
  /** Resolves when Slack said hello. Rejects when it did not. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const pingEveryMs = 15_000;
/** A socket that says nothing for so long, not even in answer to a ping, is dead. */
const silentMs = 40_000;
const helloWithinMs = 20_000;
const longestWaitMs = 60_000;

/** One connection to Slack that is always there again. What one conversation says is handled in the order it came. */
export function createSocketMode({ api, appToken, take, orderOf, report, clock, log }: SocketModeOptions): SocketMode {
  const stopping = new AbortController();
  const sockets = new Set<WebSocket>();
  let current: WebSocket | undefined;
  let failures = 0;
  let cancelRetry: (() => void) | undefined;
  const lanes = new Map<string, Promise<void>>();

  async function connect(): Promise<void> {
    const { url } = await api.call("apps.connections.open", {}, { token: appToken, signal: stopping.signal });
    stopping.signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(String(url), { handshakeTimeout: helloWithinMs, maxPayload: 8 * 1024 * 1024 });
      sockets.add(socket);
      let heardAt = clock.now();
      let cancelPing: (() => void) | undefined;
      const disarm = clock.after(helloWithinMs, () => socket.terminate());
      const watch = (): void => {
        cancelPing = clock.after(pingEveryMs, () => {
          if (clock.now() - heardAt > silentMs) return socket.terminate();
          if (socket.readyState === WebSocket.OPEN) socket.ping();
          watch();
        });
      };
      const alive = (): void => {
        heardAt = clock.now();
      };
      socket.on("ping", alive).on("pong", alive);
      socket.on("error", (error) => log.debug("the connection to Slack broke", { error: error.message }));
      socket.on("message", (data) => {
        alive();
        const frame = frameOf(String(data));
        if (frame?.type === "hello") {
          disarm();
          const before = current;
          current = socket;
          // The old one may still have something to hand over that it has begun with.
          if (before && before !== socket) before.close(1000);
          resolve();
        } else if (frame?.type === "disconnect") {
          // Slack ends connections now and then and says so before.
          if (frame.reason === "link_disabled") {
            report("logged-out", "Socket Mode was switched off for this app in Slack");
            stopping.abort();
            socket.close(1000);
          } else if (socket === current) void again();
        } else if (frame?.envelope_id) hand(socket, frame as Envelope);
      });
      socket.on("close", (code) => {
        disarm();
        cancelPing?.();
        sockets.delete(socket);
        reject(new Error(`the connection ended with ${code} before Slack said hello`));
        if (socket === current && !stopping.signal.aborted) {
          current = undefined;
          void again();
        }
      });
      watch();
    });
  }

  function hand(socket: WebSocket, envelope: Envelope): void {
    const lane = orderOf(envelope);
    const run = (lanes.get(lane) ?? Promise.resolve()).then(async () => {
      if (stopping.signal.aborted) return;
      try {
        const answer = await take(envelope);
        if (socket.readyState === WebSocket.OPEN)
          socket.send(JSON.stringify({ envelope_id: envelope.envelope_id, ...(answer === undefined ? {} : { payload: answer }) }));
      } catch (error) {
        log.warn("something from Slack could not be stored; Slack delivers it again", { error: String(error) });
      }
      if (lanes.get(lane) === run) lanes.delete(lane);
    });
    lanes.set(lane, run);
  }

  let connecting = false;
  async function again(): Promise<void> {
    if (connecting || stopping.signal.aborted) return;
    connecting = true;
    cancelRetry = undefined;
    try {
      await connect();
      if (failures > 0) report("running");
      failures = 0;
    } catch (error) {
      if (stopping.signal.aborted) return;
      failures += 1;
      if (isRevoked(error)) {
        log.error("Slack does not know this app any more: give it its tokens again", { error: String(error) });
        report("logged-out", "the app token is not valid any more");
        stopping.abort();
        return;
      }
      if (failures === 1) report("degraded", "Slack does not answer");
      log.warn("Slack could not be reached", { error: String(error), failures });
      cancelRetry = clock.after(Math.min(longestWaitMs, 500 * 2 ** Math.min(failures - 1, 7)), () => void again());
    } finally {
      connecting = false;
    }
    // It may have ended while this was going on.
    if (!cancelRetry && !current) void again();
  }

  return {
    start: connect,
    async stop() {
      stopping.abort();
      cancelRetry?.();
      for (const socket of sockets) socket.terminate();
      await Promise.all(lanes.values());
    },
  };
}

function frameOf(text: string): { type?: string; reason?: string; envelope_id?: string } | undefined {
  try {
    return JSON.parse(text) as ReturnType<typeof frameOf>;
  } catch {
    return undefined;
  }
}
