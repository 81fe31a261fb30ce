import { createServer, type Server, type Socket } from "node:net";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { AttachedNode } from "../nodes/attached.ts";
import type { Nodes } from "../nodes/nodes.ts";
import { BridgeLine, readLines } from "./bridge-lines.ts";
import { type LegacyListener, listenOn } from "./listener.ts";

export interface BridgeOptions {
  nodes: Pick<Nodes, "pairing" | "attach">;
  /** 0 takes any free one; the old bridge had 18790. */
  port: number;
  /** Default 127.0.0.1. Lines are not encrypted: expose it through a tunnel only. */
  host?: string;
  /** What nodes see as the name of this gateway. */
  serverName: string;
  clock?: Clock;
  log?: Logger;
  /** How long a connection may take until its hello. Default 10 s. */
  helloTimeoutMs?: number;
  /** Between two pings. Default 15 s; a node that is silent for two is cut off. */
  keepAliveMs?: number;
  /** Default 64. */
  maxConnections?: number;
}

const maxLine = 512 * 1024;
const maxBuffered = 1536 * 1024;
/** Time to read why a connection ends. */
const lingerMs = 1000;
/** Ids of device identities: those connect to the gateway's own socket, and nobody takes their place here. */
const deviceId = /^[0-9a-f]{64}$/i;

/**
 * The bridge for nodes of older clients: JSON lines over TCP. A node shows the token that `node.pair.approve` made for it, or asks to
 * be paired. It gets commands and tells events like any other node; of requests it may make `health` alone.
 */
export async function startBridge(options: BridgeOptions): Promise<LegacyListener> {
  const { port, host = "127.0.0.1", maxConnections = 64, log = silentLogger } = options;
  const open = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    if (open.size >= maxConnections) {
      socket.destroy();
      return;
    }
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    runBridgeConnection(socket, options);
  });
  const actual = await listenOn(server, port, host);
  log.info("the bridge for older nodes is open", { host, port: actual });
  return {
    port: actual,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function runBridgeConnection(
  socket: Socket,
  { nodes, serverName, clock = systemClock, log = silentLogger, helloTimeoutMs = 10_000, keepAliveMs = 15_000 }: BridgeOptions,
): void {
  let attached: AttachedNode | undefined;
  let busy = false;
  let over = false;
  let withdraw: (() => void) | undefined;
  let heardAt = clock.now();
  let cancelTimer = clock.after(helloTimeoutMs, () => {
    if (!attached && !withdraw) socket.destroy();
  });

  const send = (line: Record<string, unknown>): boolean => {
    if (socket.destroyed || socket.writableLength > maxBuffered) return false;
    socket.write(`${JSON.stringify(line)}\n`);
    return true;
  };
  const end = (code: string, message: string) => {
    if (over) return;
    over = true;
    send({ type: "error", code, message });
    socket.end();
    clock.after(lingerMs, () => socket.destroy());
  };
  const keepAlive = () => {
    if (clock.now() - heardAt > 2 * keepAliveMs) {
      socket.destroy();
      return;
    }
    send({ type: "ping", id: String(clock.now()) });
    cancelTimer = clock.after(keepAliveMs, keepAlive);
  };

  const welcome = ({ nodeId, displayName, platform, version, deviceFamily, modelIdentifier, caps = [], commands = [], permissions }: Hello) => {
    const facts = { displayName, platform, version, deviceFamily, modelIdentifier, permissions, remoteIp: socket.remoteAddress };
    attached = nodes.attach(
      { nodeId, caps, commands, ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) },
      {
        request: ({ id, command, paramsJSON }) => send({ type: "invoke", id, command, ...(paramsJSON === undefined ? {} : { paramsJSON }) }),
        end: (reason) => end("UNAVAILABLE", reason),
      },
    );
    cancelTimer();
    keepAlive();
    send({ type: "hello-ok", serverName });
  };

  const hello = async (line: Hello & { token?: string | null | undefined }) => {
    if (!line.token || deviceId.test(line.nodeId)) return end("NOT_PAIRED", "this node is not paired: send a pair-request");
    if (!(await nodes.pairing.verify(line.nodeId, line.token))) return end("UNAUTHORIZED", "the token is not that of this node: pair it again");
    welcome(line);
  };

  const pairRequest = async ({ type: _, silent: __, permissions: ___, ...info }: Extract<BridgeLine, { type: "pair-request" }>, line: Hello) => {
    if (deviceId.test(info.nodeId)) return end("INVALID_REQUEST", "this id belongs to a device identity: choose another");
    const { request, created } = await nodes.pairing.request({ ...info, ...(socket.remoteAddress === undefined ? {} : { remoteIp: socket.remoteAddress }) });
    // The token goes to who asked first, and to nobody who asks under the same name meanwhile.
    if (!created) return end("NOT_PAIRED", "this node waits to be paired already: let an operator decide, or try again in five minutes");
    const forget = nodes.pairing.onDecided(request.requestId, (token) => {
      withdraw = undefined;
      if (token === undefined) return end("UNAUTHORIZED", "an operator turned this node away");
      send({ type: "pair-ok", token });
      welcome(line);
    });
    withdraw = () => {
      forget();
      nodes.pairing.reject(request.requestId).catch(() => {});
    };
    if (socket.destroyed) withdraw();
    else cancelTimer = clock.after(300_000, () => void (attached ?? end("NOT_PAIRED", "nobody decided in five minutes: ask again")));
  };

  const take = async (line: BridgeLine): Promise<void> => {
    switch (line.type) {
      case "ping":
        return void send({ type: "pong", ...(line.id === undefined ? {} : { id: line.id }) });
      case "pong":
        return;
      case "hello":
      case "pair-request":
        if (attached || busy || withdraw) return end("INVALID_REQUEST", "one hello for each connection");
        busy = true;
        await (line.type === "hello" ? hello(line) : pairRequest(line, line));
        busy = false;
        return;
    }
    if (!attached) return end("NOT_PAIRED", "say hello first");
    switch (line.type) {
      case "invoke-res":
        attached.answer({ id: line.id, ok: line.ok, payloadJSON: line.payloadJSON ?? null, ...(line.error ? { error: line.error } : {}) });
        return;
      case "event":
        attached.tell(line.event, line.payloadJSON === undefined || line.payloadJSON === null ? {} : { payloadJSON: line.payloadJSON });
        return;
      case "req":
        send(
          line.method === "health"
            ? { type: "res", id: line.id, ok: true, payloadJSON: JSON.stringify({ ok: true, ts: clock.now() }) }
            : { type: "res", id: line.id, ok: false, error: { code: "FORBIDDEN", message: `a node may not call ${line.method}` } },
        );
    }
  };

  readLines(
    socket,
    maxLine,
    (text) => {
      if (over) return;
      heardAt = clock.now();
      const line = BridgeLine.safeParse(parsed(text));
      if (!line.success) return end("INVALID_REQUEST", "not a line of the bridge");
      take(line.data).catch((error: unknown) => {
        const { code, message } = TravelAgentError.from(error);
        if (code === "RATE_LIMITED") return void send({ type: "error", code, message });
        if (code === "INTERNAL") log.error("a line of the bridge failed", { "pii.error": String(error) });
        end(code, message);
      });
    },
    () => end("PAYLOAD_TOO_LARGE", `a line has ${maxLine} bytes at most`),
  );
  socket.on("error", () => {});
  socket.once("close", () => {
    cancelTimer();
    withdraw?.();
    attached?.detach();
  });
}

type Hello = Omit<Extract<BridgeLine, { type: "hello" }>, "type" | "token">;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
