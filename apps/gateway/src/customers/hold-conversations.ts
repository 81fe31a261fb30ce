import { createHash } from "node:crypto";
import type { WorkPersonalData } from "@travelagent/engine";
import type { DataSubject } from "@travelagent/protocol/personal-data";
import type { Clock, Work } from "@travelagent/protocol/ports";

export interface HoldOptions {
  work: Work;
  /** Of the durable function that stands in a lane meanwhile. */
  name: string;
  ofWork: Pick<WorkPersonalData, "cancel" | "forget">;
  clock: Clock;
}

const endsWithinMs = 30_000;

/**
 * Keeps a person's conversations still: what runs and waits in them is ended, and what comes in later waits until the returned
 * function is called. Before the engine starts, since it defines what stands in the lanes. After a crash whoever asked for it asks again.
 */
export function holdConversations({ work, name, ofWork, clock }: HoldOptions): (id: string, subject: DataSubject) => Promise<() => Promise<void>> {
  const held = new Map<string, Promise<void>>();

  work.define(
    name,
    async ({ signal }, input) => {
      const until = held.get((input as { id: string }).id);
      if (!until) return;
      await Promise.race([until, new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }))]);
    },
    { maxCrashes: 1_000 },
  );

  return async (id, subject) => {
    const { promise, resolve: letGo } = Promise.withResolvers<void>();
    held.set(id, promise);
    const ids: string[] = [];
    try {
      for (const lane of subject.sessionKeys) {
        // Named by when it is asked for: one that a crash left is another one, and ends by itself.
        const hold = `${name}:${createHash("sha256").update(`${id}\n${lane}\n${clock.now()}`).digest("hex").slice(0, 32)}`;
        await work.submit({ name, id: hold, lane, input: { id } });
        ids.push(hold);
      }
      await ofWork.cancel(subject);
    } catch (error) {
      letGo();
      throw error;
    }
    return async () => {
      letGo();
      held.delete(id);
      for (const hold of ids) await work.result(hold, endsWithinMs).catch(() => undefined);
      const left = (await work.list({ name, limit: 500 })).filter(({ state }) => state !== "queued" && state !== "running");
      await ofWork.forget(left.map((one) => one.id));
    };
  };
}
