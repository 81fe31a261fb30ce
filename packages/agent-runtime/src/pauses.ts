import { type Clock, type Logger, silentLogger } from "@travelagent/protocol/ports";

/** What failed: one model, a whole provider, or one key of a provider. */
export type PauseKind = "model" | "provider" | "key";

/** Something that is left in peace for a while, because it failed. Times in milliseconds since the epoch. */
export interface Pause {
  readonly kind: PauseKind;
  readonly id: string;
  /** In a row. */
  readonly failures: number;
  readonly until: number;
  readonly lastAt: number;
  /** Of the last failure. */
  readonly code: string;
  /** Nobody pays for it. */
  readonly billing: boolean;
  /** What it belongs to: a pause of a key that was exchanged since does not count for the new one. */
  readonly mark: string;
}

/** Where pauses outlive the process. */
export interface PauseStore {
  all(): Promise<Pause[]>;
  put(pause: Pause): Promise<void>;
  remove(kind: PauseKind, id: string): Promise<void>;
}

export interface Failure {
  code: string;
  billing?: boolean;
  /** What the provider itself asks to wait; counts when it is longer. */
  retryAfterMs?: number | undefined;
  mark?: string;
}

/** Who is left in peace until when. Everything answers at once; what is stored follows. */
export interface Pauses {
  /** Milliseconds since the epoch; 0 for what may be asked now and never failed. */
  until(kind: PauseKind, id: string, mark?: string): number;
  failed(kind: PauseKind, id: string, failure: Failure): Pause;
  succeeded(kind: PauseKind, id: string): void;
  /** Those that have not ended. */
  status(kind?: PauseKind): Pause[];
  /** Resolves when everything so far is stored. */
  settled(): Promise<void>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** After the first, second, third and every further failure in a row. */
const steps = [minuteMs, 5 * minuteMs, 25 * minuteMs, 60 * minuteMs] as const;
/** For what nobody pays: doubled each time, up to a day. */
const billing = { first: 5 * hourMs, longest: 24 * hourMs };
/** What has not failed for so long starts again with the shortest pause. */
const forgetMs = 24 * hourMs;

const lengthOf = (failures: number, unpaid: boolean): number =>
  unpaid ? Math.min(billing.longest, billing.first * 2 ** (failures - 1)) : steps[Math.min(failures, steps.length) - 1]!;

export interface PausesOptions {
  clock: Clock;
  /** Absent: pauses end with the process. */
  store?: PauseStore;
  log?: Logger;
}

/** Pauses in memory. `openPauses` begins with those that are stored. */
export function createPauses({ clock, store, log = silentLogger }: PausesOptions, known: readonly Pause[] = []): Pauses {
  const nameOf = (kind: PauseKind, id: string) => `${kind} ${id}`;
  const pauses = new Map(known.map((pause) => [nameOf(pause.kind, pause.id), pause]));
  let writing: Promise<void> = Promise.resolve();
  // In order, so that the last word is the one that stays.
  const write = (work: (store: PauseStore) => Promise<void>): void => {
    if (!store) return;
    writing = writing
      .then(() => work(store))
      .catch((error: unknown) => log.warn("a pause of a model could not be stored; it ends with this process", { error: String(error) }));
  };
  return {
    until(kind, id, mark = "") {
      const pause = pauses.get(nameOf(kind, id));
      return pause && pause.mark === mark ? pause.until : 0;
    },
    failed(kind, id, { code, billing: unpaid = false, retryAfterMs = 0, mark = "" }) {
      const now = clock.now();
      const before = pauses.get(nameOf(kind, id));
      const since = before && (unpaid ? before.until : before.lastAt);
      const again = before?.mark === mark && before.billing === unpaid && since !== undefined && now - since < forgetMs;
      const failures = again ? before.failures + 1 : 1;
      const pause = { kind, id, failures, lastAt: now, code, billing: unpaid, mark, until: now + Math.max(lengthOf(failures, unpaid), retryAfterMs) };
      pauses.set(nameOf(kind, id), pause);
      write((to) => to.put(pause));
      return pause;
    },
    succeeded(kind, id) {
      if (pauses.delete(nameOf(kind, id))) write((to) => to.remove(kind, id));
    },
    status: (kind) => [...pauses.values()].filter((pause) => pause.until > clock.now() && (kind === undefined || pause.kind === kind)),
    settled: () => writing,
  };
}

/** The pauses of the process before, and all that come. A store that cannot be read is an empty one. */
export async function openPauses(options: PausesOptions & { store: PauseStore }): Promise<Pauses> {
  try {
    const { clock, store } = options;
    const stored = await store.all();
    // What is as good as forgotten need not be kept: the model may be gone from the configuration.
    const isOld = ({ until, lastAt }: Pause) => clock.now() - Math.max(until, lastAt) >= forgetMs;
    for (const { kind, id } of stored.filter(isOld)) await store.remove(kind, id);
    return createPauses(
      options,
      stored.filter((pause) => !isOld(pause)),
    );
  } catch (error) {
    options.log?.warn("the pauses of models could not be read", { error: String(error) });
    return createPauses(options);
  }
}
