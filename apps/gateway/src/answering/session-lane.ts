import { randomUUID } from "node:crypto";
import type { Decision, Gate } from "@travelagent/agent-runtime/gate";
import type { Booking } from "@travelagent/protocol";
import { TravelAgentError } from "@travelagent/protocol";
import type { Work } from "@travelagent/protocol/ports";
import type { Sessions } from "@travelagent/sessions";

export interface SessionLaneOptions {
  work: Work;
  sessions: Sessions;
  decisions: Pick<Gate["decisions"], "list" | "withdraw">;
  /** A question or a yes of a conversation that was reset no longer counts. */
  onWithdrawn?(decision: Decision): void;
  bookings: { list(filter: { status: Booking["status"]; limit: number; cursor?: string }): Promise<{ bookings: Booking[]; nextCursor?: string }> };
}

export interface SessionLane {
  reset(key: string): Promise<void>;
  archive(key: string, options: { keepTranscript: boolean }): Promise<{ deleted: boolean; archived: string[] }>;
}

const settling = ["pending", "held", "unknown", "cancellation-pending", "needs-human"] as const;

/** Every entry of a list that comes in pages. */
async function* all<T>(page: (cursor: { cursor?: string }) => Promise<{ entries: T[]; nextCursor?: string }>): AsyncGenerator<T> {
  let at: { cursor?: string } | undefined = {};
  while (at) {
    const { entries, nextCursor }: { entries: T[]; nextCursor?: string } = await page(at);
    yield* entries;
    at = nextCursor === undefined ? undefined : { cursor: nextCursor };
  }
}

/** What changes a session as a whole, each in the lane of its turns: none of them runs meanwhile. Before the engine starts. */
export function sessionLane({ work, sessions, decisions, bookings, onWithdrawn = () => {} }: SessionLaneOptions): SessionLane {
  /** Why a session may not go yet: the customer is still to hear something in it. */
  const open = async (key: string): Promise<string | undefined> => {
    for (const kind of ["confirmation", "approval"] as const) {
      const pending = all(async (cursor) => {
        const page = await decisions.list({ kind, status: "pending", limit: 200, ...cursor });
        return { ...page, entries: page.decisions };
      });
      for await (const decision of pending) if (decision.turn.sessionKey === key) return `the ${kind} "${decision.title}" is open`;
    }
    for (const status of settling) {
      const unsettled = all(async (cursor) => {
        const page = await bookings.list({ status, limit: 200, ...cursor });
        return { ...page, entries: page.bookings };
      });
      for await (const booking of unsettled) if (booking.sessionKey === key) return `the booking ${booking.reference} is ${status}`;
    }
    return undefined;
  };

  work.define("session.reset", async (_, key) => {
    await sessions.reset(String(key));
    for (const decision of await decisions.withdraw(String(key))) onWithdrawn(decision);
  });
  work.define("session.archive", async (_, input) => {
    const { key, keepTranscript } = input as { key: string; keepTranscript: boolean };
    const reason = await open(key);
    if (reason) throw new TravelAgentError("CONFLICT", `this session cannot be deleted yet: ${reason}`);
    return sessions.archive(key, { keepTranscript });
  });

  /** The lane of a session has the name of its key, as keys are stored. */
  const inLane = async (name: string, key: string, input: unknown): Promise<unknown> => {
    const id = `${name}:${randomUUID()}`;
    await work.submit({ name, id, lane: key, input });
    const { error, value } = await work.result(id, 30_000);
    if (error) throw TravelAgentError.fromShape(error);
    return value;
  };

  return {
    async reset(given) {
      const key = given.trim().toLowerCase();
      await inLane("session.reset", key, key);
    },
    async archive(key, { keepTranscript }) {
      return (await inLane("session.archive", key, { key, keepTranscript })) as { deleted: boolean; archived: string[] };
    },
  };
}
