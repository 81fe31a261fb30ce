import { appendFileSync, readFileSync } from "node:fs";
import { TravelAgentError } from "@travelagent/protocol";
import type { Engine } from "@travelagent/protocol/ports";

/** What the outside world saw: one line per effect, in a file that outlives a killed process. */
export interface Ledger {
  note(line: string): void;
  lines(): string[];
}

export function fileLedger(path: string): Ledger {
  appendFileSync(path, "");
  return {
    note: (line) => appendFileSync(path, `${line}\n`),
    lines: () => readFileSync(path, "utf8").split("\n").filter(Boolean),
  };
}

/** The saga's effects: the third is refused by the supplier, the last two undo the first two. */
export const sagaEffects = ["hold", "pay", "ticket", "refund", "release"] as const;

/** Before and after each effect, and once more after the last memo. */
export const sagaCrashPoints = sagaEffects.length * 2 + 1;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The durable functions of the contract; the same in the test and in the process that gets killed. */
export function defineContractWork({ work }: Engine, ledger: Ledger, die: () => void): void {
  work.define("note", async ({ id, lane }, input) => {
    const { ms } = input as { ms: number };
    ledger.note(`start ${lane} ${id}`);
    if (ms > 0) await sleep(ms);
    ledger.note(`end ${lane} ${id}`);
    return id;
  });
  work.define("nap", async (context, input) => {
    const { ms, dies = false } = input as { ms: number; dies?: boolean };
    ledger.note(`nap ${context.id}`);
    if (dies && context.attempt === 1) setTimeout(die, 200);
    await context.sleep("nap", ms);
    ledger.note(`awake ${context.id}`);
    return context.attempt;
  });
  work.define("fail", async () => {
    throw new TravelAgentError("SUPPLIER_REJECTED", "the supplier said no");
  });
  work.define("hang", async (context) => {
    ledger.note(`hang ${context.id}`);
    await context.step("wait", () => new Promise<never>(() => {}));
  });
  work.define("deaf", async (context) => {
    ledger.note(`deaf ${context.id}`);
    await sleep(1500);
    await context.step("too late", async () => ledger.note(`late ${context.id}`));
  });
  work.define("die once", async (context) => {
    await context.step("before", async () => ledger.note(`before ${context.id}`));
    if (context.attempt === 1) die();
    ledger.note(`after ${context.id}`);
    return context.attempt;
  });
  work.define(
    "poison",
    async (context) => {
      ledger.note(`poison ${context.id}`);
      die();
    },
    { maxCrashes: 1 },
  );
  work.define("saga", async (context, input) => {
    const { crashAt } = input as { crashAt: number };
    let point = 0;
    const crashPoint = () => {
      if (point++ === crashAt && context.attempt === 1) die();
    };
    const effect = (name: (typeof sagaEffects)[number]) =>
      context.step(name, async () => {
        crashPoint();
        ledger.note(`${context.id} ${name}`);
        crashPoint();
        if (name === "ticket") throw new TravelAgentError("SOLD_OUT", "the last seat is gone");
        return name;
      });
    await effect("hold");
    await effect("pay");
    try {
      await effect("ticket");
    } catch (error) {
      if (!TravelAgentError.is(error, "SOLD_OUT")) throw error;
      await effect("refund");
      await effect("release");
      crashPoint();
      return "compensated";
    }
    return "ticketed";
  });
}
