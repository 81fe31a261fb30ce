import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { SimulatedClock } from "./simulated-clock.ts";

/** A request that `fetch` of this process sends to one of the watched addresses. */
export interface LineRequest {
  readonly origin: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

/** What undici tells about its requests. */
interface Announced extends LineRequest {
  addHeader(name: string, value: string): void;
}

export interface LineOptions {
  clock: SimulatedClock;
  isWatched(origin: string): boolean;
  /** The fault this request shall meet, as the simulators' header has it. */
  fault?(request: LineRequest): string | undefined;
  /** Its reply is there and nobody has read it. */
  answered?(request: LineRequest): void;
}

export interface Line {
  /** Passes `ms` of the simulated time in the middle of a request, for `pause` of a simulator. */
  pause(ms: number, request: { method: string; path: string }): Promise<void>;
  close(): void;
}

/**
 * The line between adapters and simulators in one process with a simulated clock: time stands still while a request is under way,
 * except for one that is told to be slow, so that deadlines are met in simulated time over real sockets.
 */
export function watchLine({ clock, isWatched, fault, answered }: LineOptions): Line {
  const underWay = new Map<Announced, () => void>();
  const release = (request: Announced): void => {
    underWay.get(request)?.();
    underWay.delete(request);
  };
  const created = (message: unknown): void => {
    const { request } = message as { request: Announced };
    if (!isWatched(String(request.origin))) return;
    clock.stir();
    underWay.set(request, clock.hold());
    const header = fault?.(request);
    if (header !== undefined) request.addHeader("x-sim-scenario", header);
  };
  const ended = (message: unknown): void => {
    const { request } = message as { request: Announced };
    if (!underWay.has(request)) return;
    answered?.(request);
    release(request);
  };
  const failed = (message: unknown): void => release((message as { request: Announced }).request);
  const channels = [
    ["undici:request:create", created],
    ["undici:request:trailers", ended],
    ["undici:request:error", failed],
  ] as const;
  for (const [name, listen] of channels) subscribe(name, listen);
  return {
    async pause(ms, { method, path }) {
      const slowed = [...underWay].find(([request, held]) => request.method === method && request.path.split("?")[0] === path && held !== nothing)?.[0];
      if (slowed) {
        release(slowed);
        underWay.set(slowed, nothing);
      }
      await new Promise<void>((resolve) => void clock.after(ms, resolve));
      // Whoever asked may have given up long ago; what the other side does now takes its time all the same.
      if (slowed && underWay.has(slowed)) underWay.set(slowed, clock.hold());
      else clock.stir();
    },
    close() {
      for (const [name, listen] of channels) unsubscribe(name, listen);
      for (const request of [...underWay.keys()]) release(request);
    },
  };
}

const nothing = (): void => undefined;
