import type { Conversation } from "@travelagent/protocol";
import { shortTime } from "../../shared/format.ts";

const looks: Record<Conversation["state"], { tone: string; label: string }> = {
  agent: { tone: "quiet", label: "Assistant" },
  "needs-person": { tone: "bad", label: "Needs a person" },
  person: { tone: "good", label: "Person" },
};

export function StateBadge({ conversation }: { conversation: Conversation }) {
  const { tone, label } = looks[conversation.state];
  return <span className={`badge badge-${tone}`}>{conversation.state === "person" && conversation.assignee ? conversation.assignee : label}</span>;
}

export function ConversationRow({ conversation }: { conversation: Conversation }) {
  const { displayName, lastMessagePreview, lastMessageAt, unanswered, channel } = conversation;
  return (
    <>
      <span className="row-line">
        <span className="row-title">
          {unanswered && <span className="dot" role="img" aria-label="unanswered" />}
          <strong>{displayName}</strong>
        </span>
        <time className="muted small" dateTime={lastMessageAt}>
          {shortTime(Date.parse(lastMessageAt), Date.now())}
        </time>
      </span>
      <span className="row-preview">{lastMessagePreview ?? "No messages yet"}</span>
      <span className="row-line">
        <span className="muted small">{channel}</span>
        <StateBadge conversation={conversation} />
      </span>
    </>
  );
}
