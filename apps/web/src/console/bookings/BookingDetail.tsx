import type { Result } from "@travelagent/protocol";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { errorText } from "../../shared/error-text.ts";
import { fullTime, money } from "../../shared/format.ts";
import type { Gateway } from "../../shared/gateway.ts";
import { BookingItems } from "../../thread/BookingCard.tsx";
import { StatusBadge } from "../../thread/StatusBadge.tsx";
import { Link } from "../Link.tsx";
import { recordLine, statusChanges } from "./records.ts";

type Detail = Result<"bookings.get">;

/** One booking with all that happened to it. Read again whenever an event says that it changed. */
export function BookingDetail({ gateway, id }: { gateway: Gateway; id: string }) {
  const { client } = gateway;
  const [detail, setDetail] = useState<Detail>();
  const [problem, setProblem] = useState<string>();

  const read = useCallback(() => {
    if (client.state.status !== "ready") return;
    client.call("bookings.get", { id }).then(
      (next) => {
        setProblem(undefined);
        setDetail((shown) => (shown && shown.booking.version > next.booking.version ? shown : next));
      },
      (failure) => setProblem(errorText(failure)),
    );
  }, [client, id]);
  useEffect(() => {
    read();
    const ends = [
      gateway.onRefresh(read),
      client.on("booking", ({ booking }) => {
        if (booking.id === id) read();
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [gateway, client, id, read]);

  return (
    <>
      <header className="detail-head">
        <Link to={{ view: "bookings" }} className="back back-always">
          <span aria-hidden="true">←</span>
          <span className="visually-hidden">Back to all bookings</span>
        </Link>
        <div className="detail-title">
          <h2 className="reference">{detail?.booking.reference ?? "Booking"}</h2>
        </div>
        {detail && <StatusBadge status={detail.booking.status} />}
      </header>
      {problem && (
        <div className="banner banner-danger" role="alert">
          <span>{problem}</span>
          <button type="button" className="button button-small" onClick={read}>
            Try again
          </button>
        </div>
      )}
      <div className="detail-scroll">{detail ? <Facts detail={detail} /> : !problem && <p className="muted">Loading …</p>}</div>
    </>
  );
}

function Facts({ detail: { booking, timeline, payments, documents, attention, failure } }: { detail: Detail }) {
  const problem = typeof attention === "string" ? attention : (failure as { message?: unknown } | undefined)?.message;
  return (
    <>
      {typeof problem === "string" && <p className="attention">{problem}</p>}
      <BookingItems booking={booking} />
      <dl className="facts">
        <Fact label="Travellers">{booking.travellers.map(({ name }) => name).join(", ") || "Not given yet"}</Fact>
        <Fact label="Total">{money(booking.total)}</Fact>
        <Fact label="Balance">{money(booking.balance)}</Fact>
        {booking.paymentTimeLimit && <Fact label="Pay before">{fullTime(booking.paymentTimeLimit)}</Fact>}
        <Fact label="Created">{fullTime(booking.createdAt)}</Fact>
        <Fact label="Conversation">
          <Link to={{ view: "inbox", id: booking.sessionKey }}>Open</Link>
        </Fact>
      </dl>
      <Records title="Payments" records={payments} empty="No payments yet." />
      {documents.length > 0 && <Records title="Documents" records={documents} empty="" />}
      <Records title="Timeline" records={statusChanges(timeline)} empty="Nothing happened yet." />
    </>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Records({ title, records, empty }: { title: string; records: readonly Record<string, unknown>[]; empty: string }) {
  return (
    <section className="records">
      <h3>{title}</h3>
      {records.length === 0 && <p className="muted">{empty}</p>}
      <ol>
        {records.map((record, index) => {
          const { at, title: what, detail, amount } = recordLine(record);
          return (
            <li key={`${at ?? ""}:${what}:${index}`} className="record">
              <span className="record-head">
                <span>{what}</span>
                {amount && <span className="price">{money(amount)}</span>}
              </span>
              {detail && <span className="muted">{detail}</span>}
              {at && (
                <time className="muted small" dateTime={at}>
                  {fullTime(at)}
                </time>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
