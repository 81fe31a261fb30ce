import type { Conversation } from "@travelagent/protocol";
import { useMemo, useState } from "react";
import { errorText } from "../../shared/error-text.ts";
import type { Gateway } from "../../shared/gateway.ts";
import { newKey } from "../../shared/new-key.ts";
import { Composer } from "../../thread/Composer.tsx";
import { threadFiles } from "../../thread/files.ts";
import { ThreadView } from "../../thread/ThreadView.tsx";
import { useThread } from "../../thread/use-thread.ts";
import { Link } from "../Link.tsx";
import { useKeys } from "../lists/use-keys.ts";
import { StateBadge } from "./ConversationRow.tsx";

interface Props {
  gateway: Gateway;
  conversationId: string;
  /** Absent while the list has not brought it. */
  conversation: Conversation | undefined;
  mayWrite: boolean;
  onChanged: (conversation: Conversation) => void;
}

/** One conversation: its messages, who owns it, and the reply. */
export function ConversationPane({ gateway, conversationId, conversation, mayWrite, onChanged }: Props) {
  const { state, error, reload, send, retry } = useThread(gateway, conversationId, "colleague");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const name = conversation?.displayName ?? "Customer";
  const files = useMemo(
    () => threadFiles("/api/media", { upload: "/api/media/upload", query: `session=${encodeURIComponent(conversationId)}` }),
    [conversationId],
  );
  const names = useMemo(() => ({ customer: name, agent: "Assistant", colleague: "Agency" }), [name]);
  const owned = conversation?.state === "person";

  const toggle = async () => {
    if (busy || !mayWrite) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const { conversation: next } = await gateway.client.call(owned ? "conversations.handBack" : "conversations.takeOver", {
        conversationId,
        idempotencyKey: newKey(),
      });
      onChanged(next);
    } catch (failure) {
      setProblem(errorText(failure));
    }
    setBusy(false);
  };
  useKeys({ t: () => void toggle() });

  return (
    <>
      <header className="detail-head">
        <Link to={{ view: "inbox" }} className="back">
          <span aria-hidden="true">←</span>
          <span className="visually-hidden">Back to the list</span>
        </Link>
        <div className="detail-title">
          <h2>{name}</h2>
          <span className="detail-sub muted small">
            {conversation ? conversation.channel : conversationId}
            {conversation && <StateBadge conversation={conversation} />}
          </span>
        </div>
        {mayWrite && (
          <button
            type="button"
            className={`button button-small${owned ? "" : " button-primary"}`}
            onClick={() => void toggle()}
            disabled={busy}
            aria-keyshortcuts="t"
          >
            {owned ? "Hand back" : "Take over"}
          </button>
        )}
      </header>
      {(problem ?? error) && (
        <div className="banner banner-danger" role="alert">
          <span>{problem ?? error}</span>
          {error && (
            <button type="button" className="button button-small" onClick={reload}>
              Try again
            </button>
          )}
        </div>
      )}
      <ThreadView state={state} reader="agency" names={names} onRetry={retry} files={files}>
        {!state.loaded && !error && <p className="muted centered">Loading …</p>}
        {state.loaded && state.entries.length === 0 && <p className="muted centered">No messages yet.</p>}
      </ThreadView>
      {mayWrite && (
        <div className="reply">
          {!owned && <p className="muted small">The assistant answers here. When you reply, the conversation is yours until you hand it back.</p>}
          <Composer
            label={`Reply to ${name}`}
            placeholder={`Reply to ${name}`}
            onSend={(text, attachments) => send(text, undefined, attachments)}
            files={files}
          />
        </div>
      )}
    </>
  );
}
