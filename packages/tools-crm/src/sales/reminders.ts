import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { Obligations, Reminder } from "./obligation.ts";

export interface RemindersOptions {
  obligations: Pick<Obligations, "reminders" | "reminded" | "nextReminder">;
  clock: Clock;
  log: Logger;
  /**
   * People of the agency are told that a promise is due or overdue; never the customer. After a crash it may come again for the same
   * reminder, so it must bear repeats. What it throws is tried again a minute later.
   */
  remind(reminder: Reminder): Promise<void>;
}

export interface Reminders {
  start(): void;
  /** A promise was made, changed or settled. */
  look(): void;
  stop(): Promise<void>;
}

const retryMs = 60_000;
/** A timer of a machine that slept may be late; it is set anew at least so often. */
const longestMs = 6 * 3_600_000;

/** One timer for all promises, set for whichever is due next; what a stop or a crash left is given at the start. */
export function createReminders({ obligations, clock, log, remind }: RemindersOptions): Reminders {
  let disarm: () => void = () => undefined;
  let stopped = true;
  let under: Promise<void> = Promise.resolve();

  const arm = (ms: number): void => {
    disarm();
    if (!stopped) disarm = clock.after(Math.min(Math.max(0, ms), longestMs), look);
  };

  /** Gives what is due; false when some could not be given. */
  async function give(): Promise<boolean> {
    for (;;) {
      const due = await obligations.reminders(50);
      let failed = false;
      for (const reminder of due) {
        if (stopped) return true;
        try {
          await remind(reminder);
          await obligations.reminded(reminder);
        } catch (error) {
          failed = true;
          log.error("nobody could be reminded of a promise; it is tried again", { promise: reminder.obligation.id, error });
        }
      }
      if (failed) return false;
      if (due.length < 50) return true;
    }
  }

  async function run(): Promise<void> {
    if (stopped) return;
    try {
      const all = await give();
      const next = await obligations.nextReminder();
      if (!all) arm(retryMs);
      else if (next === undefined) disarm();
      else arm(next - clock.now());
    } catch (error) {
      log.error("promises could not be looked through; it is tried again", { error });
      arm(retryMs);
    }
  }

  function look(): void {
    under = under.then(run);
  }

  return {
    start() {
      stopped = false;
      look();
    },
    look,
    async stop() {
      stopped = true;
      disarm();
      await under;
    },
  };
}
