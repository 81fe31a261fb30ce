import { TravelAgentError } from "@travelagent/protocol";
import type { Attachment, MessageAction } from "@travelagent/protocol/messages";
import { useCallback, useEffect, useMemo, useReducer, useState } from "react";
import { errorText } from "../shared/error-text.ts";
import type { Gateway } from "../shared/gateway.ts";
import { newKey } from "../shared/new-key.ts";
import { useTexts } from "../texts/texts.ts";
import { type Entry, emptyThread, type ThreadState, threadReducer } from "./state.ts";
import { unsentMessages } from "./unsent.ts";

export interface Thread {
  state: ThreadState;
  /** Why the history could not be read. */
  error: string | undefined;
  reload(): void;
  send(text: string, action?: MessageAction, attachments?: readonly Attachment[]): void;
  /** Sends a failed message again under its own key, so that it arrives once. */
  retry(entry: Entry): void;
}

/** A message is tried for this long, also over broken connections. */
const patienceMs = 10 * 60_000;

/** One conversation, live. Nothing is read before `sessionKey` is known; it must not change while mounted. */
export function useThread(gateway: Gateway, sessionKey: string | undefined, writer: "customer" | "colleague"): Thread {
  const { client } = gateway;
  const { waitedTooLong } = useTexts();
  const [state, dispatch] = useReducer(threadReducer, emptyThread);
  const [error, setError] = useState<string>();
  const unsent = useMemo(
    () => (sessionKey === undefined || writer !== "customer" ? undefined : unsentMessages(() => localStorage, sessionKey)),
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
    (key: string, text: string, action: MessageAction | undefined, attachments: readonly Attachment[] = [], at = Date.now()) => {
      if (sessionKey === undefined) return;
      dispatch({ type: "sending", key, from: writer, text, at, attachments, ...(action ? { action } : {}) });
      // A pressed button is no text to send later: what it answers may look different by then.
      if (!action) unsent?.add({ key, text, at, ...(attachments.length > 0 ? { attachments } : {}) });
      const files = attachments.length > 0 ? { attachments: attachments.map(({ id }) => ({ id })) } : {};
      const sent =
        writer === "customer"
          ? client
              .call("chat.send", { sessionKey, message: text, idempotencyKey: key, ...files, ...(action ? { action } : {}) }, { timeoutMs: patienceMs })
              .then(({ runId }) => runId)
          : client
              .call("conversations.reply", { conversationId: sessionKey, message: text, idempotencyKey: key, ...files }, { timeoutMs: patienceMs })
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
    for (const { key, text, attachments = [], at } of unsent?.all() ?? []) {
      if (Date.now() - at < patienceMs) {
        transmit(key, text, undefined, attachments, at);
        continue;
      }
      dispatch({ type: "sending", key, from: writer, text, attachments, at });
      dispatch({ type: "failed", key, reason: waitedTooLong });
    }
  }, [unsent, transmit, writer, waitedTooLong]);

  return {
    state,
    error,
    reload,
    send: useCallback((text, action, attachments) => transmit(newKey(), text, action, attachments), [transmit]),
    retry: useCallback((entry) => transmit(entry.key, entry.text, entry.action, entry.attachments), [transmit]),
  };
}
