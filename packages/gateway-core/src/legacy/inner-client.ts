import { type ErrorShape, type HelloOk, TravelAgentError } from "@travelagent/protocol";
import type { RequestHead } from "../auth/peer.ts";
import type { Socket } from "../connections/socket.ts";
import type { ControlPlane } from "../control-plane.ts";

/** An ordinary client of the gateway inside its process: with its rights, its limits and its events, and without a socket of its own. */
export interface InnerClient {
  /** Rejects when the gateway refuses. */
  connect(params: Record<string, unknown>): Promise<HelloOk>;
  call(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>>;
  close(): void;
}

export interface InnerClientEvents {
  event(name: string, payload: Record<string, unknown>): void;
  /** The gateway ended it. Not called after `close`. */
  closed(code: number, reason: string): void;
  /** Bytes that the outer client has not read yet. */
  unread(): number;
}

export function openInnerClient(control: Pick<ControlPlane, "accept">, head: RequestHead, events: InnerClientEvents): InnerClient {
  const waiting = new Map<string, { resolve(payload: unknown): void; reject(error: Error): void }>();
  let toGateway: (text: string) => void = () => {};
  let tellGone: () => void = () => {};
  let over = false;
  let lastId = 0;

  const end = () => {
    over = true;
    for (const { reject } of waiting.values()) reject(new TravelAgentError("UNAVAILABLE", "the connection ended"));
    waiting.clear();
  };
  const socket: Socket = {
    send(text) {
      const frame = JSON.parse(text) as { type: string; id?: string; ok?: boolean; payload?: unknown; error?: ErrorShape; event?: string };
      if (frame.type === "event") return events.event(frame.event ?? "", (frame.payload ?? {}) as Record<string, unknown>);
      const asked = waiting.get(frame.id ?? "");
      waiting.delete(frame.id ?? "");
      if (frame.ok) asked?.resolve(frame.payload);
      else asked?.reject(TravelAgentError.fromShape(frame.error ?? { code: "INTERNAL", message: "refused" }));
    },
    close(code, reason) {
      if (over) return;
      end();
      tellGone();
      events.closed(code, reason);
    },
    get bufferedAmount() {
      return events.unread();
    },
    onMessage(listener) {
      toGateway = listener;
    },
    onClose(listener) {
      tellGone = listener;
    },
  };
  const ask = (method: string, params: Record<string, unknown>): Promise<unknown> => {
    if (over) return Promise.reject(new TravelAgentError("UNAVAILABLE", "the connection ended"));
    const id = String(++lastId);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { resolve, reject });
    toGateway(JSON.stringify({ type: "req", id, method, params }));
    return promise;
  };
  control.accept(socket, head);
  return {
    connect: (params) => ask("connect", params) as Promise<HelloOk>,
    call: (method, params) => ask(method, params) as Promise<Record<string, unknown>>,
    close() {
      if (over) return;
      end();
      tellGone();
    },
  };
}
