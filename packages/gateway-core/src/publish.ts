import type { EventName, EventPayload } from "@travelagent/protocol";

/** Tells live clients. Best effort, never awaited, never the only place where something is. */
export interface Publisher {
  /** `droppable`: a client that reads too slowly misses it instead of being closed. `roles`: others do not get it. */
  publish<E extends EventName>(
    event: E,
    payload: EventPayload<E>,
    options?: { droppable?: boolean; roles?: readonly ("operator" | "visitor" | "node")[] },
  ): void;
  /** Whether any connection follows this session: without one nothing needs to be made up for it. */
  isFollowed(sessionKey: string): boolean;
}
