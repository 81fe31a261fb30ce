import type { Attachment, Button } from "@travelagent/protocol/messages";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { BrandMark } from "../shared/BrandMark.tsx";
import { ConnectionBanner } from "../shared/ConnectionBanner.tsx";
import type { Gateway } from "../shared/gateway.ts";
import { useConnection } from "../shared/use-connection.ts";
import { useTexts } from "../texts/texts.ts";
import { Composer } from "../thread/Composer.tsx";
import { threadFiles } from "../thread/files.ts";
import { hasSandbox } from "../thread/sandbox.ts";
import { ThreadView } from "../thread/ThreadView.tsx";
import { useThread } from "../thread/use-thread.ts";
import type { Framed } from "./framed.ts";
import { identify } from "./identify.ts";
import { useSessionKey } from "./use-session-key.ts";

const files = threadFiles("/chat/media");

/** The customer's page. Who the visitor is, the gateway knows by the cookie of this page. `owner`: the page of another site that frames it. */
export function ChatPage({ gateway, owner }: { gateway: Gateway; owner?: Framed }) {
  const texts = useTexts();
  const names = useMemo(() => ({ customer: texts.you, agent: texts.agent, colleague: texts.colleague }), [texts]);
  const connection = useConnection(gateway);
  const sessionKey = useSessionKey(connection);
  const { state, error, reload, send, retry } = useThread(gateway, sessionKey, "customer");
  const onButton = useCallback((button: Button) => send(button.text, button.action), [send]);
  const onSend = useCallback((text: string, attachments: Attachment[]) => send(text, undefined, attachments), [send]);
  const fresh = state.loaded && state.entries.length === 0;
  useUnread(owner, state.entries.filter(({ from, live, streaming }) => from !== "customer" && live && !streaming).length);
  useEffect(() => owner?.onIdentity((token) => void identify(token)), [owner]);
  const presence = connection.status === "ready" ? texts.online : connection.status === "stopped" ? texts.offline : texts.connecting;
  return (
    <div className="chat">
      <header className="chat-header">
        <BrandMark />
        <div>
          <h1>{texts.title}</h1>
          <p className={`presence presence-${connection.status === "ready" ? "on" : "off"}`}>{presence}</p>
        </div>
      </header>
      <ConnectionBanner state={connection} />
      <main className="chat-main">
        <ThreadView state={state} reader="customer" names={names} onButton={onButton} onRetry={retry} files={files}>
          <p className="disclosure">{texts.disclosure}</p>
          {!state.loaded && !error && <p className="muted centered">{texts.opening}</p>}
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
          {fresh && <Welcome onPick={send} />}
        </ThreadView>
      </main>
      <footer className="chat-footer">
        <div className="thread-column">
          {hasSandbox(state.entries) && <p className="sandbox-note">{texts.sandboxNote}</p>}
          <Composer
            label={texts.yourMessage}
            placeholder={fresh ? texts.where : texts.write}
            disabled={connection.status === "stopped" || sessionKey === undefined}
            onSend={onSend}
            files={files}
          />
        </div>
      </footer>
    </div>
  );
}

/** Counts what came while the frame was hidden, for the button that opens it. */
function useUnread(owner: Framed | undefined, arrived: number): void {
  const seen = useRef(0);
  const visible = useRef(true);
  const now = useRef(arrived);
  now.current = arrived;
  useEffect(
    () =>
      owner?.onVisible((shown) => {
        visible.current = shown;
        if (!shown) return;
        seen.current = now.current;
        owner.unread(0);
      }),
    [owner],
  );
  useEffect(() => {
    if (visible.current) seen.current = arrived;
    else owner?.unread(Math.max(0, arrived - seen.current));
  }, [owner, arrived]);
}

function Welcome({ onPick }: { onPick: (text: string) => void }) {
  const { welcome, welcomeHint, suggestions } = useTexts();
  return (
    <section className="welcome" aria-label={welcome}>
      <h2>{welcome}</h2>
      <p className="muted">{welcomeHint}</p>
      <div className="chips">
        {suggestions.map((text) => (
          <button key={text} type="button" className="chip" onClick={() => onPick(text)}>
            {text}
          </button>
        ))}
      </div>
    </section>
  );
}
