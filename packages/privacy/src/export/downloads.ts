import { randomBytes } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";

/** A part of a file that is made while it is fetched. */
export interface DownloadPart {
  /** Names the download: give it back to get the next part. */
  download: string;
  /** 0, 1, 2, … */
  part: number;
  bytes: Uint8Array;
  /** Nothing comes behind it. */
  last: boolean;
}

/** Files that are made piece by piece and never lie on a disk here. */
export interface Downloads {
  begin(owner: string, make: (signal: AbortSignal) => AsyncGenerator<Uint8Array>): Promise<DownloadPart>;
  /**
   * The part with this number: the next one, or the last one again when its answer was lost. Raises `NOT_FOUND` when it was not
   * fetched on within a minute or belongs to another owner, `INVALID_REQUEST` for any other number.
   */
  next(owner: string, download: string, part: number): Promise<DownloadPart>;
  /** Ends all of them. */
  stop(): void;
}

const partBytes = 384 * 1024;
const patienceMs = 60_000;
const most = 8;

interface Running {
  owner: string;
  source: AsyncGenerator<Uint8Array>;
  rest: Uint8Array;
  over: boolean;
  current: DownloadPart;
  end(): void;
  disarm(): void;
  /** Parts are made one at a time. */
  making: Promise<unknown>;
}

export function createDownloads({ clock }: { clock: Clock }): Downloads {
  const running = new Map<string, Running>();

  async function fill(one: Pick<Running, "source" | "rest" | "over">): Promise<Uint8Array> {
    const parts = [one.rest];
    let size = one.rest.length;
    while (!one.over && size <= partBytes) {
      const { done, value } = await one.source.next();
      if (done) one.over = true;
      else {
        parts.push(value);
        size += value.length;
      }
    }
    const all = Buffer.concat(parts);
    one.rest = all.subarray(partBytes);
    return all.subarray(0, partBytes);
  }

  function rest(download: string, one: Running): void {
    one.disarm();
    one.disarm = clock.after(patienceMs, () => {
      running.delete(download);
      one.end();
    });
  }

  return {
    async begin(owner, make) {
      if (running.size >= most)
        throw new TravelAgentError("RATE_LIMITED", "too many exports are being fetched; try again in a minute", { retryAfterMs: patienceMs });
      const abort = new AbortController();
      const download = randomBytes(18).toString("base64url");
      const state = { source: make(abort.signal), rest: new Uint8Array() as Uint8Array, over: false };
      const bytes = await fill(state);
      const one: Running = Object.assign(state, {
        owner,
        current: { download, part: 0, bytes, last: state.over && state.rest.length === 0 },
        end: () => {
          abort.abort();
          void state.source.return(undefined).catch(() => {});
        },
        disarm: () => {},
        making: Promise.resolve(),
      });
      running.set(download, one);
      rest(download, one);
      return one.current;
    },

    async next(owner, download, part) {
      const one = running.get(download);
      if (!one || one.owner !== owner) throw new TravelAgentError("NOT_FOUND", "this export is no longer here; begin it again");
      const made = one.making.then(async () => {
        if (part === one.current.part) return one.current;
        if (part !== one.current.part + 1 || one.current.last) throw new TravelAgentError("INVALID_REQUEST", `part ${part} is not the next one of this export`);
        const bytes = await fill(one);
        one.current = { download, part, bytes, last: one.over && one.rest.length === 0 };
        return one.current;
      });
      one.making = made.catch(() => {});
      try {
        return await made;
      } finally {
        if (running.has(download)) rest(download, one);
      }
    },

    stop() {
      for (const one of running.values()) {
        one.disarm();
        one.end();
      }
      running.clear();
    },
  };
}
