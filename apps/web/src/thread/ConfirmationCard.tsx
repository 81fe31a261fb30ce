import type { Button, Card } from "@travelagent/protocol/messages";
import { fullTime, money, remaining } from "../shared/format.ts";
import { useNow } from "../shared/use-now.ts";
import { type Texts, useTexts } from "../texts/texts.ts";
import type { ConfirmationAnswer } from "./confirmations.ts";
import { Legs } from "./Legs.tsx";
import { saysTotal } from "./total-line.ts";

interface Props {
  card: Extract<Card, { kind: "confirmation" }>;
  answer: ConfirmationAnswer | undefined;
  onButton: ((button: Button) => void) | undefined;
}

const outcomeForColleague: Partial<Record<ConfirmationAnswer, string>> = {
  confirmed: "The customer confirmed this.",
  declined: "The customer declined this.",
};

/** What a yes covers, in full. The buttons are gone for good once it was answered or its time is over. */
export function ConfirmationCard({ card, answer, onButton }: Props) {
  const now = useNow(answer === undefined && Date.parse(card.expiresAt) > Date.now());
  const texts = useTexts();
  const { locale } = texts;
  const left = remaining(card.expiresAt, now, texts.days);
  const buttons = card.buttons.length > 0 ? card.buttons.map((button) => inWords(button, texts)) : defaultButtons(card.confirmationId, texts);
  const { total, penalty } = card;
  const lines = total ? card.lines.filter((line) => !saysTotal(line, total)) : card.lines;
  return (
    <section className={`card card-confirmation${answer === undefined && left ? " is-open" : ""}`} aria-label={card.title}>
      <h3 className="card-title">
        <Legs text={card.title} />
      </h3>
      <ul className="exact-lines">
        {lines.map((line) => (
          <li key={line}>
            <Legs text={line} />
          </li>
        ))}
      </ul>
      <dl className="sums">
        {total && (
          <div className="sum sum-total">
            <dt>{texts.total}</dt>
            <dd>{money(total, locale)}</dd>
          </div>
        )}
        {penalty && (
          <div className={`sum${/[1-9]/.test(penalty.amount) ? " sum-penalty" : ""}`}>
            <dt>{texts.penalty}</dt>
            <dd>{money(penalty, locale)}</dd>
          </div>
        )}
      </dl>
      {answer !== undefined ? (
        <p className={`card-outcome outcome-${answer}`}>{(onButton ? undefined : outcomeForColleague[answer]) ?? texts[answer]}</p>
      ) : left === null ? (
        <p className="card-outcome">
          {texts.timeOver} {onButton && texts.askAgain}
        </p>
      ) : (
        <>
          {onButton && (
            <div className="card-actions card-actions-wide">
              {buttons.map((button) => (
                <button
                  key={button.label}
                  type="button"
                  className={`button button-${button.style ?? (button.action?.type === "confirm" ? "primary" : "plain")}`}
                  onClick={() => onButton(button)}
                >
                  {button.label}
                </button>
              ))}
            </div>
          )}
          <p className="card-note">
            <span aria-hidden="true">{texts.validFor(left)}</span>
            <span className="visually-hidden">{texts.validUntil(fullTime(card.expiresAt, locale))}</span> {onButton && texts.nothingBefore}
          </p>
        </>
      )}
    </section>
  );
}

/** The labels the gateway gives when the agent has none of its own, in the words of the page. */
const inWords = (button: Button, { confirm, decline }: Texts): Button =>
  button.label === "Confirm" ? { ...button, label: confirm } : button.label === "Decline" ? { ...button, label: decline } : button;

const defaultButtons = (id: string, { confirm, decline }: Texts): Button[] => [
  { label: confirm, text: "Yes, I confirm", action: { type: "confirm", id }, style: "primary" },
  { label: decline, text: "No", action: { type: "decline", id }, style: "plain" },
];
