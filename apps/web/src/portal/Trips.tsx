import { money } from "../shared/format.ts";
import { BookingItems, PayLink } from "../thread/BookingCard.tsx";
import { StatusBadge } from "../thread/StatusBadge.tsx";
import { type PaperKind, paperAddress, type Trip } from "./api.ts";

const paperNames: Record<PaperKind, string> = { itinerary: "Itinerary (PDF)", calendar: "Add to calendar", invoice: "Invoice (PDF)" };

const isPositive = (amount: string): boolean => !amount.startsWith("-") && /[1-9]/.test(amount);

export function Trips({ trips }: { trips: readonly Trip[] }) {
  if (trips.length === 0)
    return (
      <section className="portal-empty">
        <h2>No trips yet</h2>
        <p className="muted">
          What you book appears here. <a href="#messages">Tell us where you would like to go.</a>
        </p>
      </section>
    );
  return (
    <ul className="portal-list" aria-label="Your trips">
      {trips.map((trip) => (
        <li key={trip.id}>
          <TripCard trip={trip} />
        </li>
      ))}
    </ul>
  );
}

function TripCard({ trip }: { trip: Trip }) {
  const { id, reference, status, total, balance, travellers, papers, notice } = trip;
  return (
    <article className="card" aria-labelledby={`trip-${id}`}>
      <div className="card-head">
        <h2 className="card-title" id={`trip-${id}`}>
          Booking <span className="reference">{reference}</span>
        </h2>
        <StatusBadge status={status} />
      </div>
      {notice && (
        <p className="card-note" role="note">
          {notice}
        </p>
      )}
      <BookingItems booking={trip} />
      <dl className="sums">
        <div className="sum sum-total">
          <dt>Total</dt>
          <dd>{money(total)}</dd>
        </div>
        {isPositive(balance.amount) && (
          <div className="sum">
            <dt>Still to pay</dt>
            <dd>{money(balance)}</dd>
          </div>
        )}
      </dl>
      <p className="card-note">{travellers.join(", ")}</p>
      <PayLink booking={trip} />
      {papers.length > 0 && (
        <ul className="portal-papers">
          {papers.map((kind) => (
            <li key={kind}>
              <a className="button button-small" href={paperAddress(id, kind)} target="_blank" rel="noopener">
                {paperNames[kind]}
                <span className="visually-hidden"> of booking {reference}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}
