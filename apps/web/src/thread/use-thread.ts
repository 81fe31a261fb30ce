import { TravelAgentError } from "@travelagent/protocol";
import type { MessageAction } from "@travelagent/protocol/messages";
import { useCallback, useEffect, useMemo, useReducer, useState } from "react";
import { errorText } from "../shared/error-text.ts";
import type { Gateway } from "../shared/gateway.ts";
import { newKey } from "../shared/new-key.ts";
import { type Entry, emptyThread, type ThreadState, threadReducer } from "./state.ts";
import { unsentMessages } from "./unsent.ts";

export interface Thread {
  state: ThreadState;
  /** Why the history could not be read. */
  error: string | undefined;
  reload(): void;
  send(text: string, action?: MessageAction): void;
  /** Sends a failed message again under its own key, so that it arrives once. */
  retry(entry: Entry): void;
}

/** A message is tried for this long, also over broken connections. */
const patienceMs = 10 * 60_000;

/** One conversation, live. Nothing is read before `sessionKey` is known; it must not change while mounted. */
export function useThread(gateway: Gateway, sessionKey: string | undefined, writer: "customer" | "colleague"): Thread {
  const { client } = gateway;
  const [state, dispatch] = useReducer(threadReducer, emptyThread);
  const [error, setError] = useState<string>();
  const unsent = useMemo(
    () => (sessionKey === undefined || writer !== "customer" ? undefined : unsentMessages(() => sessionStorage, sessionKey)),
    [sessionKey, writer],
  );

  const reload = useCallback(() => {
    if (sessionKey === undefined || client.state.status !== "ready") return;
    client.call("chat.history", { sessionKey, limit: 200 }).then(
      ({ messages }) => {
        setError(undefined);
        dispatch({ type: "history", messages });
      },
      (failure) => setError(errorText(failure)),
    );
  }, [client, sessionKey]);

  useEffect(() => {
    if (sessionKey === undefined) return;
    const ends = [
      client.on("chat", (payload) => {
        if (payload.sessionKey === sessionKey) dispatch({ type: "chat", payload, at: Date.now() });
      }),
      client.on("agent", (payload) => {
        if (payload.sessionKey === sessionKey) dispatch({ type: "agent", payload });
      }),
      client.onState((next) => {
        if (next.status === "waiting") dispatch({ type: "disconnected" });
      }),
      gateway.onRefresh(reload),
    ];
    reload();
    return () => {
      for (const end of ends) end();
    };
  }, [gateway, client, sessionKey, reload]);

  const transmit = useCallback(
    (key: string, text: string, action: MessageAction | undefined, at = Date.now()) => {
      if (sessionKey === undefined) return;
      dispatch({ type: "sending", key, from: writer, text, at, ...(action ? { action } : {}) });
      // A pressed button is no text to send later: what it answers may look different by then.
      if (!action) unsent?.add({ key, text, at });
      const sent =
        writer === "customer"
          ? client
              .call("chat.send", { sessionKey, message: text, idempotencyKey: key, ...(action ? { action } : {}) }, { timeoutMs: patienceMs })
              .then(({ runId }) => runId)
          : client
              .call("conversations.reply", { conversationId: sessionKey, message: text, idempotencyKey: key }, { timeoutMs: patienceMs })
              .then(({ messageId }) => messageId);
      sent.then(
        (id) => {
          unsent?.remove(key);
          dispatch({ type: "sent", key, id });
        },
        (failure) => {
          if (!TravelAgentError.is(failure) || !failure.retryable) unsent?.remove(key);
          dispatch({ type: "failed", key, reason: errorText(failure) });
        },
      );
    },
    [client, sessionKey, writer, unsent],
  );

  useEffect(() => {
    for (const { key, text, at } of unsent?.all() ?? []) {
      if (Date.now() - at < patienceMs) {
        transmit(key, text, undefined, at);
        continue;
      }
      dispatch({ type: "sending", key, from: writer, text, at });
      dispatch({ type: "failed", key, reason: "It waited too long. Send it again if you still want it." });
    }
  }, [unsent, transmit, writer]);

  return {
    state,
    error,
    reload,
    send: useCallback((text, action) => transmit(newKey(), text, action), [transmit]),
    retry: useCallback((entry) => transmit(entry.key, entry.text, entry.action), [transmit]),
  };
}
