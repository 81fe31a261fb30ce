/** One message that an adapter is being asked to send. */
export interface SendUnderWay {
  /** A person took over: it must not go out any more. */
  readonly calledOff: boolean;
  onCallOff(listener: () => void): void;
  /** Call once, whatever became of it. */
  end(): void;
}

/** What is being sent right now, so that it can be called off. */
export interface SendsUnderWay {
  begin(delivery: { sessionKey: string; author: string }): SendUnderWay;
  /** Calls off what the agent has under way in this conversation. Resolves when all of it has ended. */
  callOff(sessionKey: string): Promise<void>;
}

export function createSendsUnderWay(): SendsUnderWay {
  const bySession = new Map<string, Set<{ callOff(): void; ended: Promise<void> }>>();
  return {
    begin({ sessionKey, author }) {
      let calledOff = false;
      const listeners: (() => void)[] = [];
      let end = (): void => undefined;
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      const entry = {
        ended,
        callOff() {
          calledOff = true;
          for (const listener of listeners.splice(0)) listener();
        },
      };
      const own = bySession.get(sessionKey) ?? new Set();
      if (author === "agent") bySession.set(sessionKey, own.add(entry));
      return {
        get calledOff() {
          return calledOff;
        },
        onCallOff(listener) {
          if (calledOff) listener();
          else listeners.push(listener);
        },
        end() {
          own.delete(entry);
          if (own.size === 0 && bySession.get(sessionKey) === own) bySession.delete(sessionKey);
          end();
        },
      };
    },
    async callOff(sessionKey) {
      const entries = [...(bySession.get(sessionKey) ?? [])];
      for (const entry of entries) entry.callOff();
      await Promise.all(entries.map(({ ended }) => ended));
    },
  };
}
