import type { RequestHead } from "../auth/peer.ts";
import type { Socket } from "../connections/socket.ts";
import type { ControlPlane } from "../control-plane.ts";

/** The client's end of a connection without a network. */
export interface TestClient {
  /** Every frame that arrived, parsed, in order. */
  readonly frames: Record<string, unknown>[];
  /** Code and reason once the gateway closed the connection. */
  readonly closed: { code: number; reason: string } | undefined;
  sendText(text: string): void;
  send(frame: unknown): void;
  /** Sends a request and waits for its first answer. */
  call(method: string, params?: unknown): Promise<Record<string, unknown>>;
  /** The first frame, arrived or yet to come, that fits. Rejects when the connection closes before that. */
  next(fits: (frame: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  /** The client goes away. */
  drop(): void;
  /** How much the client has not read, as the gateway sees it. */
  unread: number;
}

export interface TestClientOptions {
  headers?: Record<string, string>;
  remoteAddress?: string;
}

/** Opens a connection in memory. Nothing is sent yet; the challenge is there at once. */
export function openTestClient(control: Pick<ControlPlane, "accept">, { headers = {}, remoteAddress = "127.0.0.1" }: TestClientOptions = {}): TestClient {
  const frames: Record<string, unknown>[] = [];
  const waiting = new Set<{ check(): void; fail(): void }>();
  let onMessage: (text: string) => void = () => {};
  let onClose: () => void = () => {};
  let closed: { code: number; reason: string } | undefined;
  let lastId = 0;

  const socket: Socket = {
    send(text) {
      if (closed) return;
      frames.push(JSON.parse(text) as Record<string, unknown>);
      for (const waiter of [...waiting]) waiter.check();
    },
    close(code, reason) {
      if (closed) return;
      closed = { code, reason };
      for (const waiter of [...waiting]) waiter.fail();
      onClose();
    },
    get bufferedAmount() {
      return client.unread;
    },
    onMessage(listener) {
      onMessage = listener;
    },
    onClose(listener) {
      onClose = listener;
    },
  };

  const client: TestClient = {
    frames,
    unread: 0,
    get closed() {
      return closed;
    },
    sendText: (text) => onMessage(text),
    send: (frame) => onMessage(JSON.stringify(frame)),
    call(method, params) {
      const id = `t${++lastId}`;
      client.send({ type: "req", id, method, ...(params === undefined ? {} : { params }) });
      return client.next((frame) => frame.type === "res" && frame.id === id);
    },
    next(fits) {
      const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
      const waiter = {
        check() {
          const frame = frames.find(fits);
          if (!frame) return;
          waiting.delete(waiter);
          resolve(frame);
        },
        fail() {
          waiting.delete(waiter);
          reject(new Error(`the connection closed with ${closed?.code} ${closed?.reason}`));
        },
      };
      waiting.add(waiter);
      waiter.check();
      if (closed && waiting.has(waiter)) waiter.fail();
      return promise;
    },
    drop() {
      if (closed) return;
      closed = { code: 1006, reason: "" };
      for (const waiter of [...waiting]) waiter.fail();
      onClose();
    },
  };

  const head: RequestHead = { url: "/", headers: { host: "127.0.0.1:18789", ...headers }, socket: { remoteAddress, localAddress: "127.0.0.1" } };
  control.accept(socket, head);
  return client;
}

export interface TestConnectOptions extends TestClientOptions {
  token?: string;
  scopes?: readonly string[];
  role?: "operator" | "visitor";
  mode?: string;
}

/** Opens a connection and goes through the handshake. Rejects when the gateway refuses. */
export async function connectTestClient(
  control: Pick<ControlPlane, "accept">,
  { token, scopes, role = "operator", mode = "backend", ...open }: TestConnectOptions = {},
): Promise<TestClient & { hello: Record<string, unknown> }> {
  const client = openTestClient(control, open);
  const answer = await client.call("connect", {
    minProtocol: 3,
    maxProtocol: 3,
    client: { id: "test", version: "1", platform: "test", mode },
    role,
    ...(scopes ? { scopes } : {}),
    ...(token === undefined ? {} : { auth: { token } }),
  });
  if (answer.ok !== true) throw new Error(`connect was refused: ${JSON.stringify(answer.error)}`);
  return Object.assign(client, { hello: answer.payload as Record<string, unknown> });
}
