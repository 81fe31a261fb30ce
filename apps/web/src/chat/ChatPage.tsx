import type { Button } from "@travelagent/protocol/messages";
import { useCallback } from "react";
import { BrandMark } from "../shared/BrandMark.tsx";
import { ConnectionBanner } from "../shared/ConnectionBanner.tsx";
import type { Gateway } from "../shared/gateway.ts";
import { useConnection } from "../shared/use-connection.ts";
import { Composer } from "../thread/Composer.tsx";
import { hasSandbox } from "../thread/sandbox.ts";
import { ThreadView } from "../thread/ThreadView.tsx";
import { useThread } from "../thread/use-thread.ts";
import { suggestions } from "./suggestions.ts";
import { useSessionKey } from "./use-session-key.ts";

const names = { customer: "You", agent: "Travel assistant", colleague: "A colleague of the agency" } as const;

const presence = { idle: "Connecting …", connecting: "Connecting …", waiting: "Connecting …", ready: "Online", stopped: "Offline" } as const;

/** The customer's page. Who the visitor is, the gateway knows by the cookie of this page. */
export function ChatPage({ gateway }: { gateway: Gateway }) {
  const connection = useConnection(gateway);
  const sessionKey = useSessionKey(connection);
  const { state, error, reload, send, retry } = useThread(gateway, sessionKey, "customer");
  const onButton = useCallback((button: Button) => send(button.text, button.action), [send]);
  const fresh = state.loaded && state.entries.length === 0;
  return (
    <div className="chat">
      <header className="chat-header">
        <BrandMark />
        <div>
          <h1>Travel desk</h1>
          <p className={`presence presence-${connection.status === "ready" ? "on" : "off"}`}>{presence[connection.status]}</p>
        </div>
      </header>
      <ConnectionBanner state={connection} />
      <main className="chat-main">
        <ThreadView state={state} reader="customer" names={names} onButton={onButton} onRetry={retry}>
          <p className="disclosure">You are chatting with an automated assistant of the agency; say “person” to talk to a colleague.</p>
          {!state.loaded && !error && <p className="muted centered">Opening your conversation …</p>}
          {error && (
            <div className="banner banner-danger" role="alert">
              <span>Your earlier messages could not be read. {error}</span>
              <button type="button" className="button button-small" onClick={reload}>
                Try again
              </button>
            </div>
          )}
          {fresh && <Welcome onPick={send} />}
        </ThreadView>
      </main>
      <footer className="chat-footer">
        <div className="thread-column">
          {hasSandbox(state.entries) && <p className="sandbox-note">Offers marked “sandbox” are for practice: no real travel, nothing is charged.</p>}
          <Composer
            label="Your message"
            placeholder={fresh ? "Where would you like to go?" : "Write a message"}
            disabled={connection.status === "stopped" || sessionKey === undefined}
            onSend={send}
          />
        </div>
      </footer>
    </div>
  );
}

function Welcome({ onPick }: { onPick: (text: string) => void }) {
  return (
    <section className="welcome" aria-label="Ways to begin">
      <h2>Hello! Where would you like to go?</h2>
      <p className="muted">Flights, hotels and cars; changes and cancellations too. Write as you would to a person, or start with one of these:</p>
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
