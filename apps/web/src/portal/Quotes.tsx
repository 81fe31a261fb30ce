import { useState } from "react";
import { errorText } from "../shared/error-text.ts";
import { fullTime, money } from "../shared/format.ts";
import { acceptOffer, type Quote } from "./api.ts";

export function Quotes({ quotes, onChanged }: { quotes: readonly Quote[]; onChanged: () => Promise<void> }) {
  if (quotes.length === 0)
    return (
      <section className="portal-empty">
        <h2>No quotes</h2>
        <p className="muted">
          Offers that are put together for you appear here. <a href="#messages">Ask for one.</a>
        </p>
      </section>
    );
  return (
    <ul className="portal-list" aria-label="Your quotes">
      {quotes.map((quote) => (
        <li key={quote.id}>
          <QuoteCard quote={quote} onChanged={onChanged} />
        </li>
      ))}
    </ul>
  );
}

const states: Record<Exclude<Quote["status"], "open">, { label: string; tone: string; text: string }> = {
  accepted: {
    label: "Chosen",
    tone: "good",
    text: "We go on with your choice and write to you. Nothing is booked before you have said yes to the final price.",
  },
  expired: { label: "Over", tone: "quiet", text: "This quote is over. Write to us for today's prices." },
  withdrawn: { label: "Taken back", tone: "quiet", text: "This quote was taken back. Write to us for the current one." },
  superseded: { label: "Replaced", tone: "quiet", text: "A newer quote replaces this one." },
};

function QuoteCard({ quote, onChanged }: { quote: Quote; onChanged: () => Promise<void> }) {
  const [busy, setBusy] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const choose = async (offerId: string) => {
    setBusy(offerId);
    setProblem(undefined);
    try {
      await acceptOffer(quote.id, offerId);
    } catch (error) {
      setProblem(errorText(error));
    }
    await onChanged();
    setBusy(undefined);
  };
  const state = quote.status === "open" ? undefined : states[quote.status];
  return (
    <article className="card" aria-labelledby={`quote-${quote.id}`}>
      <div className="card-head">
        <h2 className="card-title" id={`quote-${quote.id}`}>
          {quote.title}
          {quote.version > 1 && <span className="muted"> · version {quote.version}</span>}
        </h2>
        {state && <span className={`badge badge-${state.tone}`}>{state.label}</span>}
      </div>
      {quote.message && <p className="card-note">{quote.message}</p>}
      <p className="muted">{state?.text ?? `Valid until ${fullTime(quote.expiresAt)}. Prices are asked for again before anything is booked.`}</p>
      {problem && <p role="alert">{problem}</p>}
      <ul className="portal-offers">
        {quote.offers.map((offer) => (
          <li key={offer.id} className={offer.chosen ? "portal-offer portal-chosen" : "portal-offer"}>
            <h3>{offer.title}</h3>
            <p className="portal-price">
              {money(offer.price)} {offer.sandbox && <span className="tag tag-sandbox">sandbox</span>}
            </p>
            <details>
              <summary>Times, bags, conditions</summary>
              <dl>
                {offer.facts.map(({ label, values }) => (
                  <div key={label}>
                    <dt>{label}</dt>
                    {values.map((value) => (
                      <dd key={value}>{value}</dd>
                    ))}
                  </div>
                ))}
              </dl>
            </details>
            {offer.chosen && <p className="portal-yours">Your choice</p>}
            {quote.status === "open" && (
              <button type="button" className="button button-primary" disabled={busy !== undefined} onClick={() => void choose(offer.id)}>
                {busy === offer.id ? "Choosing …" : "Choose this"}
                <span className="visually-hidden">: {offer.title}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </article>
  );
}
