import type { Button } from "@travelagent/protocol/messages";
import { useCallback } from "react";
import { useSessionKey } from "../chat/use-session-key.ts";
import { ConnectionBanner } from "../shared/ConnectionBanner.tsx";
import type { Gateway } from "../shared/gateway.ts";
import { useConnection } from "../shared/use-connection.ts";
import { Composer } from "../thread/Composer.tsx";
import { ThreadView } from "../thread/ThreadView.tsx";
import { useThread } from "../thread/use-thread.ts";

const names = { customer: "You", agent: "Travel assistant", colleague: "A colleague of the agency" } as const;

/** The customer's conversation on this page. */
export function Messages({ gateway }: { gateway: Gateway }) {
  const connection = useConnection(gateway);
  const sessionKey = useSessionKey(connection);
  const { state, error, reload, send, retry } = useThread(gateway, sessionKey, "customer");
  const onButton = useCallback((button: Button) => send(button.text, button.action), [send]);
  return (
    <>
      <ConnectionBanner state={connection} />
      <ThreadView state={state} reader="customer" names={names} onButton={onButton} onRetry={retry}>
        <p className="portal-hint">An automated assistant of the agency answers here; say “person” to talk to a colleague.</p>
        {error && (
          <div className="banner banner-danger" role="alert">
            <span>Your earlier messages could not be read. {error}</span>
            <button type="button" className="button button-small" onClick={reload}>
              Try again
            </button>
          </div>
        )}
      </ThreadView>
      <div className="portal-composer">
        <div className="thread-column">
          <Composer label="Your message" placeholder="Write a message" disabled={connection.status === "stopped" || sessionKey === undefined} onSend={send} />
        </div>
      </div>
    </>
  );
}
