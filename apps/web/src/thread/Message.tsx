import type { Button } from "@travelagent/protocol/messages";
import { memo } from "react";
import { shortTime } from "../shared/format.ts";
import { RichText } from "../shared/RichText.tsx";
import { useTexts } from "../texts/texts.ts";
import type { ConfirmationAnswer } from "./confirmations.ts";
import { Files } from "./Files.tsx";
import type { ThreadFiles } from "./files.ts";
import { useLaterCards } from "./later-cards.ts";
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
  files: ThreadFiles | undefined;
}

/** One bubble with its cards. */
export const Message = memo(function Message({ entry, own, author, choosable, answers, onButton, onRetry, files }: Props) {
  const Cards = useLaterCards(entry.cards.length > 0);
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
      {entry.attachments && <Files attachments={entry.attachments} files={files} />}
      {Cards ? (
        <Cards cards={entry.cards} choosable={choosable} answers={answers} onButton={onButton} />
      ) : (
        entry.cards.map((card) => (
          <p key={card.title} className="card card-title" aria-busy="true">
            {card.title}
          </p>
        ))
      )}
      {!entry.streaming && <Footer entry={entry} onRetry={onRetry} />}
    </article>
  );
});

function Footer({ entry, onRetry }: { entry: Entry; onRetry: (entry: Entry) => void }) {
  const texts = useTexts();
  if (entry.delivery?.status === "failed") {
    return (
      <div className="delivery delivery-failed">
        <span>
          {texts.notSent} {entry.delivery.reason}
        </span>
        <button type="button" className="link-button" onClick={() => onRetry(entry)}>
          {texts.sendAgain}
        </button>
      </div>
    );
  }
  return (
    <div className="delivery">
      <time dateTime={new Date(entry.at).toISOString()}>{shortTime(entry.at, Date.now(), texts.locale)}</time>
      {entry.delivery && <span className={`delivery-${entry.delivery.status}`}>{entry.delivery.status === "sending" ? texts.sending : texts.sent}</span>}
    </div>
  );
}
