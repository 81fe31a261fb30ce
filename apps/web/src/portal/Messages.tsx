import type { Button } from "@travelagent/protocol/messages";
import { useCallback } from "react";
import { useSessionKey } from "../chat/use-session-key.ts";
import { ConnectionBanner } from "../shared/ConnectionBanner.tsx";
import type { Gateway } from "../shared/gateway.ts";
import { useConnection } from "../shared/use-connection.ts";
import { useTexts } from "../texts/texts.ts";
import { Composer } from "../thread/Composer.tsx";
import { threadFiles } from "../thread/files.ts";
import { ThreadView } from "../thread/ThreadView.tsx";
import { useThread } from "../thread/use-thread.ts";

const files = threadFiles("/portal/media");

/** The customer's conversation on this page. */
export function Messages({ gateway }: { gateway: Gateway }) {
  const connection = useConnection(gateway);
  const sessionKey = useSessionKey(connection);
  const { state, error, reload, send, retry } = useThread(gateway, sessionKey, "customer");
  const texts = useTexts();
  const names = { customer: texts.you, agent: texts.agent, colleague: texts.colleague };
  const onButton = useCallback((button: Button) => send(button.text, button.action), [send]);
  return (
    <>
      <ConnectionBanner state={connection} />
      <ThreadView state={state} reader="customer" names={names} onButton={onButton} onRetry={retry} files={files}>
        <p className="portal-hint">{texts.disclosure}</p>
        {error && (
          <div className="banner banner-danger" role="alert">
            <span>
              {texts.unreadable} {error}
            </span>
            <button type="button" className="button button-small" onClick={reload}>
              {texts.tryAgain}
            </button>
          </div>
        )}
      </ThreadView>
      <div className="portal-composer">
        <div className="thread-column">
          <Composer
            label={texts.yourMessage}
            placeholder={texts.write}
            disabled={connection.status === "stopped" || sessionKey === undefined}
            onSend={(text, attachments) => send(text, undefined, attachments)}
            files={files}
          />
        </div>
      </div>
    </>
  );
}
