import type { Button } from "@travelagent/protocol/messages";
import { memo } from "react";
import { shortTime } from "../shared/format.ts";
import { RichText } from "../shared/RichText.tsx";
import { BookingCard } from "./BookingCard.tsx";
import { ConfirmationCard } from "./ConfirmationCard.tsx";
import type { ConfirmationAnswer } from "./confirmations.ts";
import { OffersCard } from "./OffersCard.tsx";
import type { Entry } from "./state.ts";

interface Props {
  entry: Entry;
  /** Written on the reader's side of the conversation: shown on the right. */
  own: boolean;
  author: string | undefined;
  /** Offers in it can be chosen. */
  choosable: boolean;
  answers: ReadonlyMap<string, ConfirmationAnswer>;
  onButton: ((button: Button) => void) | undefined;
  onRetry: (entry: Entry) => void;
}

/** One bubble with its cards. */
export const Message = memo(function Message({ entry, own, author, choosable, answers, onButton, onRetry }: Props) {
  if (entry.from === "notice") {
    return (
      <div className="notice" role="note">
        {entry.text}
      </div>
    );
  }
  return (
    <article className={`message message-${own ? "own" : "other"} from-${entry.from}`} aria-busy={entry.streaming === true}>
      {author && <div className="author">{author}</div>}
      {entry.text !== "" && (
        <div className="bubble">
          <RichText text={entry.text} />
        </div>
      )}
      {entry.cards.map((card) => {
        if (card.kind === "offers") return <OffersCard key={`offers:${card.title}`} card={card} open={choosable} onButton={onButton} />;
        if (card.kind === "confirmation")
          return <ConfirmationCard key={card.confirmationId} card={card} answer={answers.get(card.confirmationId)} onButton={onButton} />;
        return <BookingCard key={card.booking.id} card={card} />;
      })}
      {!entry.streaming && <Footer entry={entry} onRetry={onRetry} />}
    </article>
  );
});

function Footer({ entry, onRetry }: { entry: Entry; onRetry: (entry: Entry) => void }) {
  if (entry.delivery?.status === "failed") {
    return (
      <div className="delivery delivery-failed">
        <span>Not sent. {entry.delivery.reason}</span>
        <button type="button" className="link-button" onClick={() => onRetry(entry)}>
          Send again
        </button>
      </div>
    );
  }
  return (
    <div className="delivery">
      <time dateTime={new Date(entry.at).toISOString()}>{shortTime(entry.at, Date.now())}</time>
      {entry.delivery && <span className={`delivery-${entry.delivery.status}`}>{entry.delivery.status === "sending" ? "sending …" : "sent"}</span>}
    </div>
  );
}
