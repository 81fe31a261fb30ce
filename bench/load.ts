import { once } from "node:events";
import { WebSocket } from "ws";
import { quantile } from "./figures.ts";

/** A client that keeps its answers as bytes: what it costs to read them is not what is measured. */
export interface Requester {
  /** The answer, which must be one of success. */
  request(method: string, params?: string): Promise<Buffer>;
  close(): void;
}

/** Opens a connection, and goes through the handshake when there are `connect` parameters. */
export async function requester(url: string, connect?: string): Promise<Requester> {
  const socket = new WebSocket(url.replace(/^http/, "ws"), { perMessageDeflate: false, skipUTF8Validation: true });
  const pending = new Map<string, { resolve(answer: Buffer): void; reject(error: Error): void }>();
  let count = 0;
  socket.on("message", (data: Buffer) => {
    const head = data.toString("latin1", 0, 64);
    const id = /^\{"type":"res","id":"([^"]+)","ok":(true|false)/.exec(head);
    if (!id) return;
    const waiting = pending.get(id[1]!);
    pending.delete(id[1]!);
    if (id[2] === "true") waiting?.resolve(data);
    else waiting?.reject(new Error(data.toString("utf8", 0, 300)));
  });
  await once(socket, "open");
  const self: Requester = {
    request: (method, params) =>
      new Promise((resolve, reject) => {
        const id = String(++count);
        pending.set(id, { resolve, reject });
        socket.send(`{"type":"req","id":"${id}","method":"${method}"${params === undefined ? "" : `,"params":${params}`}}`);
      }),
    close: () => socket.terminate(),
  };
  if (connect !== undefined) await self.request("connect", connect);
  return self;
}

/** Answers per second with `depth` requests of each client under way. */
export async function closedLoop(send: readonly (() => Promise<unknown>)[], depth: number, seconds: number): Promise<number> {
  let done = 0;
  const started = performance.now();
  const end = started + seconds * 1000;
  await Promise.all(
    send.flatMap((one) =>
      Array.from({ length: depth }, async () => {
        while (performance.now() < end) {
          await one();
          done += 1;
        }
      }),
    ),
  );
  return done / ((performance.now() - started) / 1000);
}

/**
 * Sends at a fixed rate whatever becomes of the answers, and counts each from the moment it was due: a server that pauses is
 * charged for every request that had to wait (no coordinated omission). Milliseconds.
 */
export async function openLoop(
  send: readonly (() => Promise<unknown>)[],
  perSecond: number,
  seconds: number,
): Promise<{ p50: number; p99: number; rate: number }> {
  const times: number[] = [];
  const total = Math.floor(perSecond * seconds);
  const started = performance.now();
  let failed: unknown;
  let sent = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const pump = () => {
    const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * perSecond));
    for (; sent < due; sent++) {
      const at = started + (sent / perSecond) * 1000;
      send[sent % send.length]!().then(
        () => {
          times.push(performance.now() - at);
          if (times.length === total) resolve();
        },
        (error: unknown) => {
          failed ??= error;
          resolve();
        },
      );
    }
    if (sent < total && failed === undefined) setImmediate(pump);
  };
  pump();
  await promise;
  if (failed !== undefined) throw failed;
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), rate: total / ((performance.now() - started) / 1000) };
}
