import type { Button, Card } from "@travelagent/protocol/messages";
import { money } from "../shared/format.ts";
import { useTexts } from "../texts/texts.ts";
import { pairButtons } from "./offer-buttons.ts";

interface Props {
  card: Extract<Card, { kind: "offers" }>;
  /** Its numbers still mean these offers. */
  open: boolean;
  onButton: ((button: Button) => void) | undefined;
}

export function OffersCard({ card, open, onButton }: Props) {
  const { sandbox, locale } = useTexts();
  const { chosenBy, others } = pairButtons(card.offers, card.buttons);
  return (
    <section className="card" aria-label={card.title}>
      <h3 className="card-title">{card.title}</h3>
      <ol className="offers">
        {card.offers.map((offer) => {
          const button = chosenBy.get(offer.offerId);
          return (
            <li key={offer.offerId} className="offer">
              <span className="offer-number" aria-hidden="true">
                {offer.number}
              </span>
              <div className="offer-body">
                <div className="offer-head">
                  <strong className="offer-title">
                    <span className="visually-hidden">{offer.number}. </span>
                    {offer.title}
                  </strong>
                  <span className="price">{money(offer.price, locale)}</span>
                </div>
                {offer.lines.map((line) => (
                  <div key={line} className="offer-line">
                    {line}
                  </div>
                ))}
                <div className="offer-foot">
                  <span className="tags">
                    {offer.tags.map((tag) => (
                      <span key={tag} className="tag">
                        {tag}
                      </span>
                    ))}
                    {offer.sandbox && <span className="tag tag-sandbox">{sandbox}</span>}
                  </span>
                  {button && onButton && (
                    <button
                      type="button"
                      className="button button-small"
                      disabled={!open}
                      onClick={() => onButton(button)}
                      aria-label={`${button.label}: ${offer.title}, ${money(offer.price, locale)}`}
                    >
                      {button.label}
                    </button>
                  )}
                </div>
              </div>
            </li>
          );
        })}
      </ol>
      {onButton && others.length > 0 && (
        <div className="card-actions">
          {others.map((button) => (
            <button key={`${button.label}:${button.text}`} type="button" className="button button-small" disabled={!open} onClick={() => onButton(button)}>
              {button.label}
            </button>
          ))}
        </div>
      )}
    </section>
  );
}
