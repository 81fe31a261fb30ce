import { WebSocket } from "ws";

/** A bare client of the gateway: what it costs is the gateway's cost. */
export interface BareClient {
  call(method: string, params?: unknown): Promise<unknown>;
  /** The `chat` final of a run. */
  final(runId: string): Promise<void>;
  received(): number;
  close(): void;
}

export async function bareClient(url: string, token: string): Promise<BareClient> {
  const socket = new WebSocket(url.replace(/^http/, "ws"), { perMessageDeflate: false });
  const pending = new Map<string, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  const finals = new Map<string, () => void>();
  const early = new Set<string>();
  let count = 0;
  let bytes = 0;
  socket.on("message", (data: Buffer) => {
    bytes += data.length;
    const frame = JSON.parse(data.toString()) as {
      type: string;
      id: string;
      ok: boolean;
      payload: { runId?: string; state?: string };
      error?: { code: string; message: string };
      event?: string;
    };
    if (frame.type === "res") {
      const waiting = pending.get(frame.id);
      pending.delete(frame.id);
      if (frame.ok) waiting?.resolve(frame.payload);
      else waiting?.reject(new Error(`${frame.error?.code}: ${frame.error?.message}`));
    } else if (frame.event === "chat" && frame.payload.state !== "delta" && frame.payload.state !== "user") {
      const runId = frame.payload.runId!;
      const resolve = finals.get(runId);
      finals.delete(runId);
      if (resolve) resolve();
      else early.add(runId);
    }
  });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const call = (method: string, params?: unknown): Promise<unknown> => {
    const id = String(++count);
    return new Promise((resolve, reject) => {
      pending.set(id, { resolve, reject });
      socket.send(JSON.stringify({ type: "req", id, method, ...(params === undefined ? {} : { params }) }));
    });
  };
  await call("connect", {
    minProtocol: 3,
    maxProtocol: 3,
    role: "operator",
    scopes: ["operator.admin"],
    auth: { token },
    client: { id: "gateway-client", version: "1", platform: "bench", mode: "backend" },
  });
  return {
    call,
    final: (runId) =>
      new Promise((resolve) => {
        if (early.delete(runId)) resolve();
        else finals.set(runId, resolve);
      }),
    received: () => bytes,
    close: () => socket.close(),
  };
}
