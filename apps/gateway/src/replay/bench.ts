import { handOverTool, type Tool } from "@travelagent/agent-runtime";
import { createGate, type Gate, type Policy, parsePolicy } from "@travelagent/agent-runtime/gate";
import { openEngine } from "@travelagent/engine";
import { type Clock, type Engine, systemClock } from "@travelagent/protocol/ports";
import { type Bookings, bookingTools, createBookings } from "@travelagent/tools-booking";
import type { AirlineWorld } from "@travelagent/tools-booking/suppliers/airline-world";
import type { Fields } from "./words.ts";

/** A gateway's own parts over a world, in memory: engine, bookings with their saga, tools, gate. */
export interface Bench {
  readonly engine: Engine;
  readonly bookings: Bookings;
  readonly gate: Gate;
  /** What is in force and known now; asked at each call. */
  readonly now: { policy: Policy; conversation: Fields };
  /** Empties the books of bookings and gate, so that the next case finds nothing of this one. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

/** For what has happened before a case: whatever was done then was allowed. */
const everything: Policy = parsePolicy([{ name: "history", text: '{ version: 1, rules: [{ id: "history", tools: ["*"], then: { decision: "allow" } }] }' }]);
export const history = (): Policy => everything;

/** Stands at `instant`; timers are real. */
export const standingClock = (instant: () => number): Clock => ({ now: instant, after: systemClock.after });

export async function openBench(world: AirlineWorld, clock: Clock, policy: Policy): Promise<Bench> {
  const engine = openEngine({ path: ":memory:" });
  const bookings = createBookings({
    db: engine.db,
    work: engine.work,
    suppliers: [world.supplier],
    // The airline takes the money from what its customers have on file.
    payments: [],
    customers: { ensure: async ({ customerId, peerId }) => ({ customerId: customerId ?? peerId }) },
    clock,
  });
  const now: Bench["now"] = { policy, conversation: {} };
  const tools: Tool[] = [...bookingTools(bookings, { currency: "USD", conversation: async () => now.conversation }), handOverTool()];
  const gate = createGate({ db: engine.db, tools, policy: () => now.policy, clock });
  await bookings.migrate();
  await gate.migrate();
  await engine.start();
  const tables = (await engine.db.all<{ name: string }>("select name from sqlite_master where type = 'table'"))
    .map(({ name }) => name)
    .filter((name) => /^(booking_\w+|decision|intent|audit)$/.test(name));
  return {
    engine,
    bookings,
    gate,
    now,
    forget: () =>
      engine.db.transaction(async (tx) => {
        for (const name of tables) await tx.run(`delete from ${name}`);
      }),
    async close() {
      bookings.stop();
      await engine.stop({ drainMs: 0 });
    },
  };
}
