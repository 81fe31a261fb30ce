import { once } from "node:events";
import { WebSocket } from "ws";

/** An answer or an event as it came. */
export interface WireFrame {
  type: string;
  id?: string;
  event?: string;
  ok?: boolean;
  payload?: Record<string, unknown>;
  error?: { code: string; message: string; retryable?: boolean; details?: unknown };
}

/** A client below the client library, to send what no library would send. */
export interface WireClient {
  readonly socket: WebSocket;
  /** Every frame so far. */
  readonly frames: readonly WireFrame[];
  /** A text frame with exactly these bytes. */
  send(bytes: string | Buffer): void;
  /** Sends a request and waits for its answer, whatever it is. */
  ask(method: string, params?: unknown): Promise<WireFrame>;
  /** The first frame, come or to come, that `matches`. */
  heard(matches: (frame: WireFrame) => boolean): Promise<WireFrame>;
  /** How the connection ended. */
  readonly closed: Promise<{ code: number; reason: string }>;
  end(): void;
}

export interface WireOptions {
  origin?: string;
  host?: string;
  headers?: Record<string, string>;
  /** Another address of this machine to come from, such as 127.0.0.2. */
  localAddress?: string;
}

export async function openWire(url: string, { origin, host, headers = {}, localAddress }: WireOptions = {}): Promise<WireClient> {
  const socket = new WebSocket(url.replace(/^http/, "ws"), {
    ...(origin === undefined ? {} : { origin }),
    ...(localAddress === undefined ? {} : { localAddress }),
    headers: { ...headers, ...(host === undefined ? {} : { host }) },
  });
  const frames: WireFrame[] = [];
  const waiting = new Set<{ matches: (frame: WireFrame) => boolean; resolve: (frame: WireFrame) => void; reject: (error: Error) => void }>();
  let serial = 0;
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once("close", (code, reason) => {
      for (const { reject } of waiting) reject(new Error(`the connection ended with ${code} ${reason}`));
      resolve({ code, reason: reason.toString() });
    }),
  );
  socket.on("error", () => {});
  socket.on("message", (data) => {
    const frame = JSON.parse(data.toString()) as WireFrame;
    frames.push(frame);
    for (const waiter of waiting) {
      if (!waiter.matches(frame)) continue;
      waiting.delete(waiter);
      waiter.resolve(frame);
    }
  });
  await Promise.race([
    once(socket, "open"),
    once(socket, "unexpected-response").then(([, response]) =>
      Promise.reject(new Error(`refused with HTTP ${(response as { statusCode: number }).statusCode}`)),
    ),
  ]);
  const heard: WireClient["heard"] = (matches) => {
    const known = frames.find(matches);
    if (known) return Promise.resolve(known);
    return new Promise((resolve, reject) => waiting.add({ matches, resolve, reject }));
  };
  return {
    socket,
    frames,
    closed,
    heard,
    send: (bytes) => socket.send(bytes, { binary: false }),
    ask(method, params) {
      const id = `w${++serial}`;
      socket.send(JSON.stringify({ type: "req", id, method, ...(params === undefined ? {} : { params }) }));
      return heard((frame) => frame.type === "res" && frame.id === id);
    },
    end: () => socket.terminate(),
  };
}

/** Parameters of `connect` for an operator. */
export const operator = (token: string) => ({
  minProtocol: 3,
  maxProtocol: 3,
  client: { id: "test", version: "1", platform: "test", mode: "test" },
  role: "operator",
  scopes: ["operator.admin"],
  auth: { token },
});

/** Past the handshake. */
export async function connectWire({ url, token }: { url: string; token: string }): Promise<WireClient> {
  const client = await openWire(url);
  const hello = await client.ask("connect", operator(token));
  if (!hello.ok) throw new Error(`connect was refused: ${hello.error?.code} ${hello.error?.message}`);
  return client;
}
