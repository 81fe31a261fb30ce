import { type Publisher, sessionsTopic } from "@travelagent/gateway-core";
import type { Clock } from "@travelagent/protocol/ports";
import { type Sessions, sessionRow } from "@travelagent/sessions";

/** Tells those who asked that a session changed, with its row as it is now. Reads nothing while nobody listens. */
export const sessionNews =
  ({ sessions, publisher, clock }: { sessions: Pick<Sessions, "get">; publisher: Publisher; clock: Clock }) =>
  (sessionKey: string, reason: string): void => {
    if (!publisher.isFollowed(sessionsTopic)) return;
    const tell = (session?: ReturnType<typeof sessionRow>) =>
      publisher.publish("sessions.changed", { sessionKey, reason, ts: clock.now(), ...(session ? { agentId: session.agentId, session } : {}) });
    sessions.get(sessionKey).then(
      (session) => tell(session && sessionRow(session)),
      () => tell(),
    );
  };
