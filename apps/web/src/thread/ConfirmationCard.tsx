import type { Button, Card } from "@travelagent/protocol/messages";
import { fullTime, money, remaining } from "../shared/format.ts";
import { useNow } from "../shared/use-now.ts";
import type { ConfirmationAnswer } from "./confirmations.ts";
import { Legs } from "./Legs.tsx";
import { saysTotal } from "./total-line.ts";

interface Props {
  card: Extract<Card, { kind: "confirmation" }>;
  answer: ConfirmationAnswer | undefined;
  onButton: ((button: Button) => void) | undefined;
}

const outcome: Record<ConfirmationAnswer, string> = {
  confirmed: "You confirmed this.",
  declined: "You declined this.",
  replaced: "A newer question took its place.",
};
const outcomeForColleague: Record<ConfirmationAnswer, string> = {
  ...outcome,
  confirmed: "The customer confirmed this.",
  declined: "The customer declined this.",
};

/** What a yes covers, in full. The buttons are gone for good once it was answered or its time is over. */
export function ConfirmationCard({ card, answer, onButton }: Props) {
  const now = useNow(answer === undefined && Date.parse(card.expiresAt) > Date.now());
  const left = remaining(card.expiresAt, now);
  const buttons = card.buttons.length > 0 ? card.buttons : defaultButtons(card.confirmationId);
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
            <dt>Total</dt>
            <dd>{money(total)}</dd>
          </div>
        )}
        {penalty && (
          <div className={`sum${/[1-9]/.test(penalty.amount) ? " sum-penalty" : ""}`}>
            <dt>Penalty</dt>
            <dd>{money(penalty)}</dd>
          </div>
        )}
      </dl>
      {answer !== undefined ? (
        <p className={`card-outcome outcome-${answer}`}>{(onButton ? outcome : outcomeForColleague)[answer]}</p>
      ) : left === null ? (
        <p className="card-outcome">The time for this has run out. {onButton && "Ask again to get a new price."}</p>
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
            <span aria-hidden="true">Valid for another {left}.</span>
            <span className="visually-hidden">Valid until {fullTime(card.expiresAt)}.</span> {onButton && "Nothing happens before you confirm."}
          </p>
        </>
      )}
    </section>
  );
}

const defaultButtons = (id: string): Button[] => [
  { label: "Confirm", text: "Yes, I confirm", action: { type: "confirm", id }, style: "primary" },
  { label: "Decline", text: "No", action: { type: "decline", id }, style: "plain" },
];
