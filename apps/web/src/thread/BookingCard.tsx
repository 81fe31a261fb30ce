import type { Booking } from "@travelagent/protocol";
import type { Card } from "@travelagent/protocol/messages";
import { fullTime, money, wallClock } from "../shared/format.ts";
import { useTexts } from "../texts/texts.ts";
import { furtherLines } from "./booking-lines.ts";
import { Legs } from "./Legs.tsx";
import { StatusBadge } from "./StatusBadge.tsx";

export function BookingCard({ card }: { card: Extract<Card, { kind: "booking" }> }) {
  const { booking, title } = card;
  const texts = useTexts();
  const further = furtherLines(card);
  const owed = /^\d*\.?\d*$/.test(booking.balance.amount) && /[1-9]/.test(booking.balance.amount);
  return (
    <section className="card" aria-label={`${title}, ${booking.reference}`}>
      <div className="card-head">
        <div>
          <h3 className="card-title">{title}</h3>
          {!title.includes(booking.reference) && <div className="reference">{booking.reference}</div>}
        </div>
        <StatusBadge status={booking.status} />
      </div>
      <BookingItems booking={booking} />
      <dl className="sums">
        <div className="sum sum-total">
          <dt>{texts.total}</dt>
          <dd>{money(booking.total, texts.locale)}</dd>
        </div>
        {owed && (
          <div className="sum">
            <dt>{booking.paymentTimeLimit ? texts.toPayBefore(fullTime(booking.paymentTimeLimit, texts.locale)) : texts.toPay}</dt>
            <dd>{money(booking.balance, texts.locale)}</dd>
          </div>
        )}
      </dl>
      <PayLink booking={booking} />
      {booking.travellers.length > 0 && <p className="card-note">{booking.travellers.map(({ name }) => name).join(", ")}</p>}
      {further.length > 0 && (
        <ul className="card-note">
          {further.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** To the payment provider's own page, while it can be paid there. */
export function PayLink({ booking: { payUrl, payUntil, balance } }: { booking: Pick<Booking, "payUrl" | "payUntil" | "balance"> }) {
  const { pay, locale } = useTexts();
  const open = payUrl !== undefined && /^https?:\/\//.test(payUrl) && (payUntil === undefined || Date.parse(payUntil) > Date.now());
  if (!open) return null;
  return (
    <a className="button button-primary card-pay" href={payUrl} target="_blank" rel="noopener noreferrer">
      {pay(money(balance, locale))}
    </a>
  );
}

type ShownItem = Pick<Booking["items"][number], "summary" | "start" | "end" | "locators" | "sandbox">;

export function BookingItems({ booking }: { booking: { items: readonly ShownItem[] } }) {
  const { locale, sandbox, until } = useTexts();
  return (
    <ul className="items">
      {booking.items.map((item) => (
        <li key={`${item.summary}:${item.start.utc}`} className="item">
          <div className="item-head">
            <Legs text={item.summary} />
          </div>
          <div className="item-times">
            <span>{wallClock(item.start, locale)}</span>
            <span aria-hidden="true">→</span>
            <span className="visually-hidden">{until}</span>
            <span>{wallClock(item.end, locale)}</span>
            {item.locators.length > 0 && <span className="locator">{item.locators.join(" · ")}</span>}
            {item.sandbox && <span className="tag tag-sandbox">{sandbox}</span>}
          </div>
        </li>
      ))}
    </ul>
  );
}
