import type { EventName, EventPayload } from "@travelagent/protocol";

/** Tells live clients. Best effort, never awaited, never the only place where something is. */
export interface Publisher {
  publish<E extends EventName>(event: E, payload: EventPayload<E>): void;
  /** Whether any connection follows this session: without one nothing needs to be made up for it. */
  isFollowed(sessionKey: string): boolean;
}
